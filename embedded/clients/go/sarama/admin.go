// ClusterAdmin: topics, records, settings, groups and their offsets, the cluster.
package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/IBM/sarama"

	"ottla/clients/check"
)

var admin = []check.Check{
	{Name: "admin-topics", What: "topics are made, found, enlarged and deleted; a second one of a name is refused", Run: with(adminTopics)},
	{Name: "admin-records", What: "records are deleted up to an offset, which is the first one then", Run: with(adminRecords)},
	{Name: "admin-configs", What: "a topic's settings are set, altered incrementally and described", Run: with(adminConfigs)},
	{Name: "admin-groups", What: "a group is listed, described and deleted", Run: with(adminGroups)},
	{Name: "admin-offsets", What: "a group's offsets are altered, listed and deleted", Run: with(adminOffsets)},
	{Name: "admin-cluster", What: "brokers, the controller, coordinators and log directories", Run: with(adminCluster)},
}

func with(run func(sarama.ClusterAdmin) error) func(context.Context) error {
	return func(context.Context) error {
		admin, err := sarama.NewClusterAdmin(check.Servers(), settings())
		if err != nil {
			return err
		}
		defer admin.Close()
		return run(admin)
	}
}

func adminTopics(admin sarama.ClusterAdmin) error {
	topic := check.Fresh("admin")
	detail := &sarama.TopicDetail{NumPartitions: 2, ReplicationFactor: 1}
	if err := admin.CreateTopic(topic, detail, true); err != nil {
		return err
	}
	if all, err := admin.ListTopics(); err != nil || all[topic].NumPartitions != 0 {
		return fmt.Errorf("validating alone made it: %v", err)
	}
	if err := admin.CreateTopic(topic, detail, false); err != nil {
		return err
	}
	if err := admin.CreateTopic(topic, detail, false); !errors.Is(err, sarama.ErrTopicAlreadyExists) {
		return fmt.Errorf("making it again gave %v", err)
	}
	if err := check.First(admin.CreatePartitions(topic, 5, nil, false), untilThere(admin, topic, 5)); err != nil {
		return err
	}
	if err := admin.DeleteTopic(topic); err != nil {
		return err
	}
	ctx, done := context.WithTimeout(context.Background(), check.Long/2)
	defer done()
	return check.Until(ctx, "it is gone", func() bool {
		all, err := admin.ListTopics()
		_, there := all[topic]
		return err == nil && !there
	})
}

func adminRecords(admin sarama.ClusterAdmin) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	if err := check.First(fill(settings(), topic, 0, 0, 20), admin.DeleteRecords(topic, map[int32]int64{0: 12})); err != nil {
		return err
	}
	return read(settings(), topic, 0, sarama.OffsetOldest, 12, 8)
}

func adminConfigs(admin sarama.ClusterAdmin) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	hour, bytes := "3600000", "65536"
	is := func(name, value string, byDefault bool) error {
		return check.Soon(func() error {
			entries, err := admin.DescribeConfig(sarama.ConfigResource{
				Type: sarama.TopicResource, Name: topic, ConfigNames: []string{name},
			})
			if err != nil || len(entries) != 1 {
				return fmt.Errorf("%s: %d entries, %v", name, len(entries), err)
			}
			fits := entries[0].Value == value && (entries[0].Source == sarama.SourceTopic) != byDefault
			return check.That(fits, "%s is %q from %s", name, entries[0].Value, entries[0].Source)
		})
	}
	return check.First(
		is("cleanup.policy", "delete", true),
		admin.AlterConfig(sarama.TopicResource, topic, map[string]*string{"retention.ms": &hour}, false),
		is("retention.ms", hour, false),
		admin.IncrementalAlterConfig(sarama.TopicResource, topic, map[string]sarama.IncrementalAlterConfigsEntry{
			"max.message.bytes": {Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &bytes},
		}, false),
		is("retention.ms", hour, false), is("max.message.bytes", bytes, false),
		admin.IncrementalAlterConfig(sarama.TopicResource, topic, map[string]sarama.IncrementalAlterConfigsEntry{
			"max.message.bytes": {Operation: sarama.IncrementalAlterConfigsOperationDelete},
		}, false),
		is("max.message.bytes", "1048588", true),
	)
}

func adminGroups(admin sarama.ClusterAdmin) error {
	topic, err := newTopic(2)
	if err != nil {
		return err
	}
	group := check.Fresh("admin")
	member, err := join(groupSettings(sarama.NewBalanceStrategyRange()), group, topic)
	if err != nil {
		return err
	}
	ctx, done := context.WithTimeout(context.Background(), check.Long/2)
	defer done()
	if err := check.Until(ctx, "it has both", member.has(2, 0)); err != nil {
		return err
	}
	all, err := admin.ListConsumerGroups()
	if err := check.First(err, check.That(all[group] == "consumer", "listed as %q", all[group])); err != nil {
		return err
	}
	described, err := admin.DescribeConsumerGroups([]string{group})
	if err != nil {
		return err
	}
	one := described[0]
	fits := one.State == "Stable" && one.Protocol == "range" && len(one.Members) == 1
	if err := check.That(fits, "described as %s, %s, %d members", one.State, one.Protocol, len(one.Members)); err != nil {
		return err
	}
	for _, member := range one.Members {
		assignment, err := member.GetMemberAssignment()
		if err := check.First(err, check.That(len(assignment.Topics[topic]) == 2, "assigned %v", assignment.Topics)); err != nil {
			return err
		}
	}
	if err := admin.DeleteConsumerGroup(group); !errors.Is(err, sarama.ErrNonEmptyGroup) {
		return fmt.Errorf("deleting a group with a member gave %v", err)
	}
	if err := check.First(member.leave(), admin.DeleteConsumerGroup(group)); err != nil {
		return err
	}
	all, err = admin.ListConsumerGroups()
	return check.First(err, check.That(all[group] == "", "it is there after it was deleted"))
}

func adminOffsets(admin sarama.ClusterAdmin) error {
	topic, err := newTopic(2)
	if err != nil {
		return err
	}
	group := check.Fresh("admin")
	altered, err := admin.AlterConsumerGroupOffsets(group, map[string]map[int32]sarama.OffsetAndMetadata{
		topic: {0: {Offset: 7, Metadata: "seven", LeaderEpoch: -1}, 1: {Offset: 9, LeaderEpoch: -1}},
	}, nil)
	if err := check.First(err, check.That(altered.Errors[topic][0] == 0, "%v", altered)); err != nil {
		return err
	}
	if err := check.First(committedIs(group, topic, 7), admin.DeleteConsumerGroupOffset(group, topic, 1)); err != nil {
		return err
	}
	// Without partitions Kafka tells of all that there are.
	found, err := admin.ListConsumerGroupOffsets(group, nil)
	if err != nil {
		return err
	}
	kept, gone := found.GetBlock(topic, 0), found.GetBlock(topic, 1)
	return check.That(kept != nil && kept.Metadata == "seven" && gone == nil, "%v and %v", kept, gone)
}

func adminCluster(admin sarama.ClusterAdmin) error {
	brokers, controller, err := admin.DescribeCluster()
	if err := check.First(err, check.That(len(brokers) > 0 && controller >= 0, "%d brokers", len(brokers))); err != nil {
		return err
	}
	if _, err := admin.Coordinator(check.Fresh("group")); err != nil {
		return err
	}
	folders, err := admin.DescribeLogDirs([]int32{brokers[0].ID()})
	return check.First(err, check.That(len(folders) == 1, "%d brokers tell of their folders", len(folders)))
}
