// Groups of both protocols.
package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"ottla/clients/check"
)

// Static members of the consumer protocol are not here: franz-go 1.22 leaves without the member's instance id, which Kafka refuses, and
// the next one of that id waits until the session is over.
var groups = []check.Check{
	{Name: "group-range", What: "a second member takes half; it leaves, and the first has all again", Run: shared(eager(kgo.RangeBalancer()))},
	{Name: "group-round-robin", What: "the same with the round robin assignor", Run: shared(eager(kgo.RoundRobinBalancer()))},
	{Name: "group-cooperative", What: "the same with the cooperative sticky assignor", Run: shared(eager(kgo.CooperativeStickyBalancer()))},
	{Name: "group-consumer", What: "the same with the consumer protocol (KIP-848)", Run: shared(serverSide)},
	{Name: "group-resume", What: "what a member has committed is where the next one begins", Run: resumed(eager(kgo.CooperativeStickyBalancer()))},
	{Name: "group-consumer-resume", What: "the same with the consumer protocol", Run: resumed(serverSide)},
	{Name: "group-static", What: "a static member comes back to its partitions without a rebalance of the other", Run: groupStatic},
	{Name: "group-consumer-regex", What: "the broker resolves a pattern for a member of the consumer protocol", Run: groupConsumerRegex},
	{Name: "group-session-timeout", What: "a member that falls silent is put out, the other takes over", Run: silent(eager(kgo.RangeBalancer()))},
	{Name: "group-upgrade", What: "a member of the consumer protocol joins a classic group, and the classic one leaves", Run: groupUpgrade},
}

func eager(balancer kgo.GroupBalancer) []kgo.Opt { return []kgo.Opt{kgo.Balancers(balancer)} }

var serverSide = []kgo.Opt{kgo.ServerSideBalancer()}

// member is in a group until it is closed, and remembers what it was given.
type member struct {
	client *kgo.Client
	stop   context.CancelFunc

	lock        sync.Mutex
	partitions  map[int32]bool
	assignments int
	read        []*kgo.Record
}

func join(group, topic string, options ...kgo.Opt) (*member, error) {
	joined := &member{partitions: map[int32]bool{}}
	options = append([]kgo.Opt{
		kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic),
		kgo.HeartbeatInterval(300 * time.Millisecond), kgo.SessionTimeout(6 * time.Second), kgo.RebalanceTimeout(10 * time.Second),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, given map[string][]int32) { joined.change(given, true) }),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, taken map[string][]int32) { joined.change(taken, false) }),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, taken map[string][]int32) { joined.change(taken, false) }),
		kgo.DisableAutoCommit(),
	}, options...)
	client, err := client(options...)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	joined.client, joined.stop = client, stop
	go func() {
		for ctx.Err() == nil {
			found := client.PollFetches(ctx).Records()
			joined.lock.Lock()
			joined.read = append(joined.read, found...)
			joined.lock.Unlock()
		}
	}()
	return joined, nil
}

func (m *member) change(what map[string][]int32, have bool) {
	m.lock.Lock()
	defer m.lock.Unlock()
	for _, partitions := range what {
		for _, partition := range partitions {
			m.partitions[partition] = have
			if !have {
				delete(m.partitions, partition)
			}
		}
	}
	if have && len(what) > 0 {
		m.assignments++
	}
}

func (m *member) leave() {
	m.stop()
	m.client.Close()
}

func (m *member) has(partitions, read int) func() bool {
	return func() bool {
		m.lock.Lock()
		defer m.lock.Unlock()
		return len(m.partitions) == partitions && len(m.read) >= read
	}
}

func shared(options []kgo.Opt) func(context.Context) error {
	return func(ctx context.Context) error {
		topic, err := newTopic(ctx, 6)
		if err != nil {
			return err
		}
		group := check.Fresh("group")
		first, err := join(group, topic, options...)
		if err != nil {
			return err
		}
		defer first.leave()
		if err := check.Until(ctx, "one member has all six", first.has(6, 0)); err != nil {
			return err
		}
		second, err := join(group, topic, options...)
		if err != nil {
			return err
		}
		err = check.First(
			check.Until(ctx, "the first has three of six", first.has(3, 0)),
			check.Until(ctx, "the second has three of six", second.has(3, 0)),
		)
		for partition := range int32(6) {
			err = check.First(err, fill(ctx, topic, partition, 0, 2))
		}
		err = check.First(err, check.Until(ctx, "each reads its six", func() bool { return first.has(3, 6)() && second.has(3, 6)() }))
		second.leave()
		return check.First(err, check.Until(ctx, "the first has all six again", first.has(6, 0)))
	}
}

func resumed(options []kgo.Opt) func(context.Context) error {
	return func(ctx context.Context) error {
		topic, err := newTopic(ctx, 1)
		if err != nil {
			return err
		}
		group := check.Fresh("group")
		for round := range 2 {
			if err := fill(ctx, topic, 0, round*10, 10); err != nil {
				return err
			}
			one, err := join(group, topic, options...)
			if err != nil {
				return err
			}
			err = check.Until(ctx, "ten records are read", one.has(1, 10))
			err = check.First(err, one.client.CommitUncommittedOffsets(ctx))
			one.leave()
			if err != nil {
				return err
			}
			if begin := one.read[0].Offset; begin != int64(round*10) {
				return fmt.Errorf("round %d began at %d", round, begin)
			}
		}
		return nil
	}
}

func groupStatic(ctx context.Context) error {
	topic, err := newTopic(ctx, 4)
	if err != nil {
		return err
	}
	group := check.Fresh("group")
	named := func(name string) []kgo.Opt {
		return append([]kgo.Opt{kgo.InstanceID(name), kgo.SessionTimeout(30 * time.Second)}, eager(kgo.RangeBalancer())...)
	}
	one, err := join(group, topic, named("one")...)
	if err != nil {
		return err
	}
	defer one.leave()
	two, err := join(group, topic, named("two")...)
	if err != nil {
		return err
	}
	err = check.Until(ctx, "each has two", func() bool { return one.has(2, 0)() && two.has(2, 0)() })
	had := fmt.Sprint(two.partitions)
	two.leave()
	if err != nil {
		return err
	}
	before := one.assignments
	again, err := join(group, topic, named("two")...)
	if err != nil {
		return err
	}
	defer again.leave()
	return check.First(
		check.Until(ctx, "it has its two again", again.has(2, 0)),
		check.That(one.has(2, 0)() && one.assignments == before, "the other was rebalanced"),
		check.That(fmt.Sprint(again.partitions) == had, "%v, not %v", again.partitions, had),
	)
}

func silent(options []kgo.Opt) func(context.Context) error {
	return func(ctx context.Context) error {
		topic, err := newTopic(ctx, 2)
		if err != nil {
			return err
		}
		group := check.Fresh("group")
		// A member with an id of its own does not leave when it is closed: it only falls silent.
		first, err := join(group, topic, append([]kgo.Opt{kgo.InstanceID("silent")}, options...)...)
		if err != nil {
			return err
		}
		err = check.Until(ctx, "the first has both", first.has(2, 0))
		first.leave()
		if err != nil {
			return err
		}
		second, err := join(group, topic, options...)
		if err != nil {
			return err
		}
		defer second.leave()
		return check.Until(ctx, "the other has both", second.has(2, 0))
	}
}

func groupConsumerRegex(ctx context.Context) error {
	topic, err := newTopic(ctx, 3)
	if err != nil {
		return err
	}
	one, err := join(check.Fresh("group"), "^"+topic+"$", kgo.ConsumeRegex(), kgo.ServerSideBalancer())
	if err != nil {
		return err
	}
	defer one.leave()
	return check.Until(ctx, "it has all three", one.has(3, 0))
}

func groupUpgrade(ctx context.Context) error {
	topic, err := newTopic(ctx, 4)
	if err != nil {
		return err
	}
	group := check.Fresh("group")
	classic, err := join(group, topic, eager(kgo.CooperativeStickyBalancer())...)
	if err != nil {
		return err
	}
	if err := check.Until(ctx, "the classic member has all four", classic.has(4, 0)); err != nil {
		return err
	}
	modern, err := join(group, topic, serverSide...)
	if err != nil {
		return err
	}
	defer modern.leave()
	err = check.First(
		check.Until(ctx, "the classic member has two", classic.has(2, 0)),
		check.Until(ctx, "the new one has two", modern.has(2, 0)),
	)
	classic.leave()
	return check.First(err, check.Until(ctx, "the new one has all four", modern.has(4, 0)))
}
