// Groups of the classic protocol, and committed offsets.
package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/IBM/sarama"

	"ottla/clients/check"
)

var groups = []check.Check{
	{Name: "group-range", What: "a second member takes half; it leaves, and the first has all again", Run: shared(sarama.NewBalanceStrategyRange)},
	{Name: "group-round-robin", What: "the same with the round robin assignor", Run: shared(sarama.NewBalanceStrategyRoundRobin)},
	{Name: "group-sticky", What: "the same with the sticky assignor", Run: shared(sarama.NewBalanceStrategySticky)},
	{Name: "group-resume", What: "what a member has marked is where the next one begins", Run: groupResume},
	{Name: "group-static", What: "a static member comes back to its partitions without a rebalance of the other", Run: groupStatic},
	{Name: "group-session-timeout", What: "a member that falls silent is put out, the other takes over", Run: groupSessionTimeout},
	{Name: "offset-manager", What: "OffsetManager: marked, committed, found again, reset", Run: offsetManager},
}

// member is in a group until it is told to leave, and remembers what it was given.
type member struct {
	group sarama.ConsumerGroup
	stop  context.CancelFunc
	gone  chan struct{}

	lock        sync.Mutex
	partitions  []int32
	assignments int
	read        []*sarama.ConsumerMessage
}

func join(config *sarama.Config, group, topic string) (*member, error) {
	consumer, err := sarama.NewConsumerGroup(check.Servers(), group, config)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	joined := &member{group: consumer, stop: stop, gone: make(chan struct{})}
	go func() {
		for range consumer.Errors() {
		}
	}()
	go func() {
		defer close(joined.gone)
		for ctx.Err() == nil {
			if consumer.Consume(ctx, []string{topic}, joined) != nil {
				time.Sleep(100 * time.Millisecond)
			}
		}
	}()
	return joined, nil
}

func (m *member) leave() error {
	m.stop()
	<-m.gone
	return m.group.Close()
}

func (m *member) Setup(session sarama.ConsumerGroupSession) error {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.partitions = nil
	for _, partitions := range session.Claims() {
		m.partitions = partitions
	}
	m.assignments++
	return nil
}

func (m *member) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (m *member) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for record := range claim.Messages() {
		m.lock.Lock()
		m.read = append(m.read, record)
		m.lock.Unlock()
		session.MarkMessage(record, "read")
	}
	return nil
}

func (m *member) has(partitions, read int) func() bool {
	return func() bool {
		m.lock.Lock()
		defer m.lock.Unlock()
		return len(m.partitions) == partitions && len(m.read) >= read
	}
}

func groupSettings(strategy sarama.BalanceStrategy) *sarama.Config {
	config := settings()
	config.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{strategy}
	config.Consumer.Group.Heartbeat.Interval = 300 * time.Millisecond
	config.Consumer.Group.Session.Timeout = 6 * time.Second
	return config
}

func shared(strategy func() sarama.BalanceStrategy) func(context.Context) error {
	return func(ctx context.Context) error {
		topic, err := newTopic(6)
		if err != nil {
			return err
		}
		group := check.Fresh("group")
		first, err := join(groupSettings(strategy()), group, topic)
		if err != nil {
			return err
		}
		if err := check.Until(ctx, "one member has all six", first.has(6, 0)); err != nil {
			return err
		}
		second, err := join(groupSettings(strategy()), group, topic)
		if err != nil {
			return err
		}
		return check.First(
			check.Until(ctx, "the first has three of six", first.has(3, 0)),
			check.Until(ctx, "the second has three of six", second.has(3, 0)),
			fill(settings(), topic, 0, 0, 5), fill(settings(), topic, 5, 0, 5),
			check.Until(ctx, "all ten are read", func() bool {
				return first.has(3, 5)() && second.has(3, 5)() || first.has(3, 10)() || second.has(3, 10)()
			}),
			second.leave(),
			check.Until(ctx, "the first has all six again", first.has(6, 0)),
			first.leave(),
		)
	}
}

func groupResume(ctx context.Context) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	group := check.Fresh("group")
	config := groupSettings(sarama.NewBalanceStrategyRange())
	for round := range 2 {
		if err := fill(settings(), topic, 0, round*10, 10); err != nil {
			return err
		}
		one, err := join(config, group, topic)
		if err != nil {
			return err
		}
		err = check.First(check.Until(ctx, "ten records are read", one.has(1, 10)), one.leave())
		if err != nil {
			return err
		}
		if begin := one.read[0].Offset; begin != int64(round*10) {
			return fmt.Errorf("round %d began at %d", round, begin)
		}
	}
	return nil
}

func groupStatic(ctx context.Context) error {
	topic, err := newTopic(4)
	if err != nil {
		return err
	}
	group := check.Fresh("group")
	static := func(name string) *sarama.Config {
		config := groupSettings(sarama.NewBalanceStrategyRange())
		config.Consumer.Group.InstanceId = name
		config.Consumer.Group.Session.Timeout = 30 * time.Second
		return config
	}
	one, err := join(static("one"), group, topic)
	if err != nil {
		return err
	}
	two, err := join(static("two"), group, topic)
	if err != nil {
		return err
	}
	err = check.First(
		check.Until(ctx, "each has two", func() bool { return one.has(2, 0)() && two.has(2, 0)() }),
		two.leave(),
	)
	if err != nil {
		return err
	}
	before := one.assignments
	again, err := join(static("two"), group, topic)
	if err != nil {
		return err
	}
	return check.First(
		check.Until(ctx, "it has its two again", again.has(2, 0)),
		check.That(one.has(2, 0)() && one.assignments == before, "the other was rebalanced"),
		check.That(fmt.Sprint(again.partitions) == fmt.Sprint(two.partitions), "%v, not %v", again.partitions, two.partitions),
		one.leave(), again.leave(),
	)
}

func groupSessionTimeout(ctx context.Context) error {
	topic, err := newTopic(2)
	if err != nil {
		return err
	}
	group := check.Fresh("group")
	config := groupSettings(sarama.NewBalanceStrategyRange())
	if err := joinAndFallSilent(group, topic); err != nil {
		return err
	}
	second, err := join(config, group, topic)
	if err != nil {
		return err
	}
	return check.First(check.Until(ctx, "the other has both", second.has(2, 0)), second.leave())
}

// joinAndFallSilent takes part in a group by hand, and then sends no heartbeat.
func joinAndFallSilent(group, topic string) error {
	client, err := sarama.NewClient(check.Servers(), settings())
	if err != nil {
		return err
	}
	defer client.Close()
	coordinator, err := client.Coordinator(group)
	if err != nil {
		return err
	}
	request := &sarama.JoinGroupRequest{
		Version: 3, GroupId: group, SessionTimeout: 6000, RebalanceTimeout: 6000, ProtocolType: "consumer",
	}
	if err := request.AddGroupProtocolMetadata("range", &sarama.ConsumerGroupMemberMetadata{Topics: []string{topic}}); err != nil {
		return err
	}
	joined, err := coordinator.JoinGroup(request)
	if err != nil {
		return err
	}
	sync := &sarama.SyncGroupRequest{GroupId: group, GenerationId: joined.GenerationId, MemberId: joined.MemberId}
	assignment := &sarama.ConsumerGroupMemberAssignment{Topics: map[string][]int32{topic: {0, 1}}}
	if err := sync.AddGroupAssignmentMember(joined.MemberId, assignment); err != nil {
		return err
	}
	synced, err := coordinator.SyncGroup(sync)
	return check.First(err, check.That(joined.Err == 0 && synced.Err == 0, "%v, %v", joined.Err, synced.Err))
}

func offsetManager(context.Context) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	if err := fill(settings(), topic, 0, 0, 20); err != nil {
		return err
	}
	group := check.Fresh("offsets")
	steps := []struct {
		found int64
		do    func(sarama.PartitionOffsetManager)
	}{
		{sarama.OffsetOldest, func(p sarama.PartitionOffsetManager) { p.MarkOffset(15, "marked") }},
		{15, func(p sarama.PartitionOffsetManager) { p.ResetOffset(4, "reset") }},
		{4, func(sarama.PartitionOffsetManager) {}},
	}
	for _, step := range steps {
		if err := manage(group, topic, step.found, step.do); err != nil {
			return err
		}
	}
	return nil
}

func manage(group, topic string, want int64, do func(sarama.PartitionOffsetManager)) error {
	client, err := sarama.NewClient(check.Servers(), settings())
	if err != nil {
		return err
	}
	defer client.Close()
	manager, err := sarama.NewOffsetManagerFromClient(group, client)
	if err != nil {
		return err
	}
	defer manager.Close()
	partition, err := manager.ManagePartition(topic, 0)
	if err != nil {
		return err
	}
	found, _ := partition.NextOffset()
	do(partition)
	manager.Commit()
	return check.First(partition.Close(), check.That(found == want, "found %d, not %d", found, want))
}
