// Transactions: what is committed shows, what is aborted does not, a zombie is fenced, and tools see them.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kversion"

	"ottla/clients/check"
)

var transactions = []check.Check{
	{Name: "txn-commit-abort", What: "read_committed sees what was committed, and nothing of what was aborted", Run: txnCommitAbort()},
	{Name: "txn-before-kip-890", What: "the same with the requests of Kafka 3.5", Run: txnCommitAbort(kgo.MaxVersions(kversion.V3_5_0()))},
	{Name: "txn-process", What: "a GroupTransactSession consumes, transforms, produces; what it aborts comes again", Run: txnProcess(eager(kgo.CooperativeStickyBalancer()))},
	{Name: "txn-process-consumer", What: "the same with the consumer protocol", Run: txnProcess(serverSide)},
	{Name: "txn-fencing", What: "a second producer of one transactional id fences the first", Run: txnFencing},
	{Name: "txn-timeout", What: "a transaction that nobody ends is aborted by the coordinator", Run: txnTimeout},
	{Name: "admin-transactions", What: "an open transaction is listed and described, its producer too", Run: adminTransactions},
}

func transactional(id string, options ...kgo.Opt) (*kgo.Client, error) {
	return client(append(options, kgo.TransactionalID(id), kgo.TransactionTimeout(15*time.Second))...)
}

var committed = kgo.FetchIsolationLevel(kgo.ReadCommitted())

// transact writes records in a transaction of its own.
func transact(ctx context.Context, producer *kgo.Client, topic string, first, count int, end kgo.TransactionEndTry) error {
	return check.First(
		producer.BeginTransaction(),
		producer.ProduceSync(ctx, records(topic, 0, first, count)...).FirstErr(),
		producer.EndTransaction(ctx, end),
	)
}

func txnCommitAbort(options ...kgo.Opt) func(context.Context) error {
	return func(ctx context.Context) error {
		topic, err := newTopic(ctx, 1)
		if err != nil {
			return err
		}
		producer, err := transactional(check.Fresh("txn"), options...)
		if err != nil {
			return err
		}
		defer producer.Close()
		start := kgo.NewOffset().AtStart()
		return check.First(
			transact(ctx, producer, topic, 0, 5, kgo.TryCommit),
			transact(ctx, producer, topic, 100, 5, kgo.TryAbort),
			transact(ctx, producer, topic, 5, 5, kgo.TryCommit),
			read(ctx, topic, 0, start, 0, 10, committed),
			read(ctx, topic, 0, kgo.NewOffset().At(6), 100, 5),
		)
	}
}

func txnProcess(options []kgo.Opt) func(context.Context) error {
	return func(ctx context.Context) error {
		source, err := newTopic(ctx, 1)
		target, err2 := newTopic(ctx, 1)
		if err := check.First(err, err2, fill(ctx, source, 0, 0, 10)); err != nil {
			return err
		}
		group := check.Fresh("process")
		// The first try is aborted: its records come again to the second.
		for round, end := range []kgo.TransactionEndTry{kgo.TryAbort, kgo.TryCommit} {
			if err := process(ctx, source, target, group, 1000*(1-round), end, options); err != nil {
				return err
			}
		}
		admin, err := administrator()
		if err != nil {
			return err
		}
		defer admin.Close()
		offsets, err := admin.FetchOffsets(ctx, group)
		if err != nil {
			return err
		}
		found, _ := offsets.Lookup(source, 0)
		return check.First(
			check.That(found.At == 10, "%d is committed", found.At),
			read(ctx, target, 0, kgo.NewOffset().AtStart(), 0, 10, committed),
		)
	}
}

func process(ctx context.Context, source, target, group string, value int, end kgo.TransactionEndTry, options []kgo.Opt) error {
	session, err := kgo.NewGroupTransactSession(append([]kgo.Opt{
		kgo.SeedBrokers(check.Servers()...), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.TransactionalID(check.Fresh("txn")), kgo.ConsumerGroup(group), kgo.ConsumeTopics(source),
		kgo.RequireStableFetchOffsets(), committed,
	}, options...)...)
	if err != nil {
		return err
	}
	defer session.Close()
	if err := session.Begin(); err != nil {
		return err
	}
	for took := 0; took < 10; {
		fetches := session.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return err
		}
		count := fetches.NumRecords()
		if err := session.ProduceSync(ctx, records(target, 0, value+took, count)...).FirstErr(); err != nil {
			return err
		}
		took += count
	}
	done, err := session.End(ctx, end)
	return check.First(err, check.That(done == bool(end), "committed: %v", done))
}

func txnFencing(ctx context.Context) error {
	topic, err := newTopic(ctx, 1)
	if err != nil {
		return err
	}
	id := check.Fresh("txn")
	first, err := transactional(id)
	if err != nil {
		return err
	}
	defer first.Close()
	err = check.First(first.BeginTransaction(), first.ProduceSync(ctx, records(topic, 0, 50, 1)...).FirstErr())
	if err != nil {
		return err
	}
	second, err := transactional(id)
	if err != nil {
		return err
	}
	defer second.Close()
	if err := transact(ctx, second, topic, 0, 3, kgo.TryCommit); err != nil {
		return err
	}
	zombie := first.ProduceSync(ctx, records(topic, 0, 60, 1)...).FirstErr()
	fenced := errors.Is(zombie, kerr.ProducerFenced) || errors.Is(zombie, kerr.InvalidProducerEpoch)
	return check.First(
		check.That(fenced, "the first was told %v", zombie),
		read(ctx, topic, 0, kgo.NewOffset().AtStart(), 0, 3, committed),
	)
}

func txnTimeout(ctx context.Context) error {
	topic, err := newTopic(ctx, 1)
	if err != nil {
		return err
	}
	producer, err := client(kgo.TransactionalID(check.Fresh("txn")), kgo.TransactionTimeout(2*time.Second))
	if err != nil {
		return err
	}
	defer producer.Close()
	return check.First(
		producer.BeginTransaction(),
		producer.ProduceSync(ctx, records(topic, 0, 50, 1)...).FirstErr(),
		fill(ctx, topic, 0, 0, 3),
		// The open transaction holds these back until it is aborted.
		read(ctx, topic, 0, kgo.NewOffset().AtStart(), 0, 3, committed),
	)
}

func adminTransactions(ctx context.Context) error {
	topic, err := newTopic(ctx, 1)
	if err != nil {
		return err
	}
	id := check.Fresh("txn")
	producer, err := transactional(id)
	if err != nil {
		return err
	}
	defer producer.Close()
	admin, err := administrator()
	if err != nil {
		return err
	}
	defer admin.Close()
	err = check.First(producer.BeginTransaction(), producer.ProduceSync(ctx, records(topic, 0, 0, 1)...).FirstErr())
	if err != nil {
		return err
	}
	err = check.First(describedAs(ctx, admin, id, "Ongoing"), producedBy(ctx, admin, topic, true))
	if err != nil {
		return err
	}
	if err := producer.EndTransaction(ctx, kgo.TryCommit); err != nil {
		return err
	}
	return check.First(
		check.Until(ctx, "it is complete", func() bool { return describedAs(ctx, admin, id, "CompleteCommit") == nil }),
		producedBy(ctx, admin, topic, false),
	)
}

func describedAs(ctx context.Context, admin *kadm.Client, id, state string) error {
	listed, err := admin.ListTransactions(ctx, nil, []string{state})
	if err := check.First(err, check.That(listed[id].State == state, "listed as %q", listed[id].State)); err != nil {
		return err
	}
	described, err := admin.DescribeTransactions(ctx, id)
	one := described[id]
	fits := one.State == state && one.TimeoutMillis == 15000 && (len(one.Topics) == 1) == (state == "Ongoing")
	return check.First(err, one.Err, check.That(fits, "described as %+v", one))
}

func producedBy(ctx context.Context, admin *kadm.Client, topic string, open bool) error {
	described, err := admin.DescribeProducers(ctx, kadm.TopicsSet{topic: {0: {}}})
	if err != nil {
		return err
	}
	partition := described[topic].Partitions[0]
	if partition.Err != nil {
		return partition.Err
	}
	for _, one := range partition.ActiveProducers {
		return check.That((one.CurrentTxnStartOffset == 0) == open, "%+v", one)
	}
	return fmt.Errorf("no producer is known")
}
