// Transactions: what is committed shows, what is aborted does not, and a zombie is fenced.
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/IBM/sarama"

	"ottla/clients/check"
)

var transactions = []check.Check{
	{Name: "txn-commit-abort", What: "read_committed sees what was committed, and nothing of what was aborted", Run: txnCommitAbort},
	{Name: "txn-process", What: "consume, transform, produce: offsets are committed with the transaction only", Run: txnProcess},
	{Name: "txn-fencing", What: "a second producer of one transactional id fences the first", Run: txnFencing},
	{Name: "txn-open", What: "an open transaction holds back read_committed at the last stable offset", Run: txnOpen},
}

func transactional(id string) *sarama.Config {
	config := settings()
	config.Producer.Idempotent = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Net.MaxOpenRequests = 1
	config.Producer.Transaction.ID = id
	config.Producer.Transaction.Timeout = 10 * time.Second
	return config
}

func committed() *sarama.Config {
	config := settings()
	config.Consumer.IsolationLevel = sarama.ReadCommitted
	return config
}

func txnCommitAbort(context.Context) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	producer, err := sarama.NewSyncProducer(check.Servers(), transactional(check.Fresh("txn")))
	if err != nil {
		return err
	}
	defer producer.Close()
	return check.First(
		producer.BeginTxn(), producer.SendMessages(records(topic, 0, 0, 5)), producer.CommitTxn(),
		producer.BeginTxn(), producer.SendMessages(records(topic, 0, 100, 5)), producer.AbortTxn(),
		producer.BeginTxn(), producer.SendMessages(records(topic, 0, 5, 5)), producer.CommitTxn(),
		read(committed(), topic, 0, sarama.OffsetOldest, 0, 10),
		read(settings(), topic, 0, 6, 100, 5),
	)
}

func txnProcess(context.Context) error {
	source, err := newTopic(1)
	target, err2 := newTopic(1)
	if err := check.First(err, err2, fill(settings(), source, 0, 0, 10)); err != nil {
		return err
	}
	group := check.Fresh("process")
	producer, err := sarama.NewSyncProducer(check.Servers(), transactional(check.Fresh("txn")))
	if err != nil {
		return err
	}
	defer producer.Close()
	offsets := func(next int64) map[string][]*sarama.PartitionOffsetMetadata {
		return map[string][]*sarama.PartitionOffsetMetadata{source: {{Partition: 0, Offset: next, LeaderEpoch: -1}}}
	}
	err = check.First(
		producer.BeginTxn(), producer.SendMessages(records(target, 0, 0, 4)),
		producer.AddOffsetsToTxn(offsets(4), group), producer.CommitTxn(),
		committedIs(group, source, 4),
		producer.BeginTxn(), producer.SendMessages(records(target, 0, 90, 4)),
		producer.AddOffsetsToTxn(offsets(9), group), producer.AbortTxn(),
		committedIs(group, source, 4),
	)
	return check.First(err, read(committed(), target, 0, sarama.OffsetOldest, 0, 4))
}

func committedIs(group, topic string, want int64) error {
	admin, err := sarama.NewClusterAdmin(check.Servers(), settings())
	if err != nil {
		return err
	}
	defer admin.Close()
	return check.Soon(func() error {
		found, err := admin.ListConsumerGroupOffsets(group, map[string][]int32{topic: {0}})
		if err != nil {
			return err
		}
		block := found.GetBlock(topic, 0)
		if block == nil {
			return fmt.Errorf("nothing of %s is committed", topic)
		}
		return check.That(block.Offset == want, "%d is committed, not %d", block.Offset, want)
	})
}

func txnFencing(context.Context) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	id := check.Fresh("txn")
	first, err := sarama.NewSyncProducer(check.Servers(), transactional(id))
	if err != nil {
		return err
	}
	if err := check.First(first.BeginTxn(), first.SendMessages(records(topic, 0, 50, 1))); err != nil {
		return err
	}
	second, err := sarama.NewSyncProducer(check.Servers(), transactional(id))
	if err != nil {
		return err
	}
	defer second.Close()
	if err := check.First(second.BeginTxn(), second.SendMessages(records(topic, 0, 0, 3))); err != nil {
		return err
	}
	zombie := first.SendMessages(records(topic, 0, 60, 1))
	if zombie == nil {
		zombie = first.CommitTxn()
	}
	return check.First(
		check.That(zombie != nil, "the first wrote and committed all the same"),
		second.CommitTxn(),
		read(committed(), topic, 0, sarama.OffsetOldest, 0, 3),
	)
}

func txnOpen(context.Context) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	producer, err := sarama.NewSyncProducer(check.Servers(), transactional(check.Fresh("txn")))
	if err != nil {
		return err
	}
	defer producer.Close()
	err = check.First(
		fill(settings(), topic, 0, 0, 3),
		producer.BeginTxn(), producer.SendMessages(records(topic, 0, 3, 3)),
		fill(settings(), topic, 0, 6, 3),
	)
	if err != nil {
		return err
	}
	admin, err := sarama.NewClusterAdmin(check.Servers(), settings())
	if err != nil {
		return err
	}
	defer admin.Close()
	end := func(level sarama.IsolationLevel) int64 {
		ask := map[string]map[int32]int64{topic: {0: sarama.OffsetNewest}}
		found, err := admin.ListOffsets(ask, &sarama.ListOffsetsOptions{IsolationLevel: level})
		if err != nil || found[topic][0] == nil {
			return -1
		}
		return found[topic][0].Offset
	}
	uncommitted, stable := end(sarama.ReadUncommitted), end(sarama.ReadCommitted)
	return check.First(
		check.That(uncommitted == 9 && stable == 3, "ends at %d, is stable up to %d", uncommitted, stable),
		read(committed(), topic, 0, sarama.OffsetOldest, 0, 3),
		producer.CommitTxn(),
		read(committed(), topic, 0, sarama.OffsetOldest, 0, 9),
	)
}
