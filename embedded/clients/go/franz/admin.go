// kadm: topics, records, settings, groups and their offsets, the cluster.
package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"ottla/clients/check"
)

var admin = []check.Check{
	{Name: "admin-topics", What: "topics are made, found, enlarged and deleted; a second one of a name is refused", Run: with(adminTopics)},
	{Name: "admin-records", What: "records are deleted up to an offset, which is the first one then", Run: with(adminRecords)},
	{Name: "admin-configs", What: "a topic's and a broker's settings are altered and described", Run: with(adminConfigs)},
	{Name: "admin-groups", What: "groups of both protocols are listed by type and state, described and deleted", Run: with(adminGroups)},
	{Name: "admin-offsets", What: "a group's offsets are committed, fetched, deleted; the lag is right", Run: with(adminOffsets)},
	{Name: "admin-cluster", What: "brokers, the controller, coordinators, versions and log directories", Run: with(adminCluster)},
	{Name: "admin-leaders", What: "preferred leaders are elected; the end of a leader epoch; no reassignment is under way", Run: with(adminLeaders)},
}

func with(run func(context.Context, *kadm.Client) error) func(context.Context) error {
	return func(ctx context.Context) error {
		admin, err := administrator()
		if err != nil {
			return err
		}
		defer admin.Close()
		return run(ctx, admin)
	}
}

func adminTopics(ctx context.Context, admin *kadm.Client) error {
	topic := check.Fresh("admin")
	dry, err := admin.ValidateCreateTopics(ctx, 2, 1, nil, topic)
	if err := check.First(err, dry[topic].Err); err != nil {
		return err
	}
	made, err := admin.CreateTopic(ctx, 2, 1, nil, topic)
	if err := check.First(err, made.Err, check.That(made.ID != kadm.TopicID{}, "it has no id")); err != nil {
		return err
	}
	if _, err := admin.CreateTopic(ctx, 2, 1, nil, topic); !errors.Is(err, kerr.TopicAlreadyExists) {
		return fmt.Errorf("making it again gave %v", err)
	}
	grown, err := admin.UpdatePartitions(ctx, 5, topic)
	if err := check.First(err, grown.Error(), untilThere(ctx, admin, topic, 5)); err != nil {
		return err
	}
	gone, err := admin.DeleteTopic(ctx, topic)
	if err := check.First(err, gone.Err); err != nil {
		return err
	}
	return check.Until(ctx, "it is gone", func() bool {
		all, err := admin.ListTopics(ctx)
		return err == nil && !all.Has(topic)
	})
}

func adminRecords(ctx context.Context, admin *kadm.Client) error {
	topic, err := newTopic(ctx, 1)
	if err := check.First(err, fill(ctx, topic, 0, 0, 20)); err != nil {
		return err
	}
	var upTo kadm.Offsets
	upTo.AddOffset(topic, 0, 12, -1)
	deleted, err := admin.DeleteRecords(ctx, upTo)
	if err := check.First(err, deleted.Error()); err != nil {
		return err
	}
	starts, err := admin.ListStartOffsets(ctx, topic)
	start, _ := starts.Lookup(topic, 0)
	return check.First(
		err, check.That(start.Offset == 12, "begins at %d", start.Offset),
		read(ctx, topic, 0, kgo.NewOffset().AtStart(), 12, 8),
	)
}

func adminConfigs(ctx context.Context, admin *kadm.Client) error {
	topic, err := newTopic(ctx, 1)
	if err != nil {
		return err
	}
	hour := "3600000"
	for _, step := range []struct {
		op   kadm.IncrementalOp
		want string
	}{{kadm.SetConfig, hour}, {kadm.DeleteConfig, "604800000"}} {
		altered, err := admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: step.op, Name: "retention.ms", Value: &hour}}, topic)
		if err == nil {
			_, err = altered.On(topic, func(one *kadm.AlterConfigsResponse) error { return one.Err })
		}
		if err != nil {
			return err
		}
		found, err := topicConfig(ctx, admin, topic, "retention.ms")
		// The brokers' own default may be another one.
		fits := found == step.want || step.op == kadm.DeleteConfig && found != hour
		if err := check.First(err, check.That(fits, "retention.ms is %q", found)); err != nil {
			return err
		}
	}
	brokers, err := admin.ListBrokers(ctx)
	if err != nil {
		return err
	}
	described, err := admin.DescribeBrokerConfigs(ctx, brokers[0].NodeID)
	return check.First(err, check.That(len(described) == 1 && len(described[0].Configs) > 10, "%v", described))
}

func topicConfig(ctx context.Context, admin *kadm.Client, topic, name string) (string, error) {
	described, err := admin.DescribeTopicConfigs(ctx, topic)
	if err != nil {
		return "", err
	}
	one, err := described.On(topic, nil)
	if err := check.First(err, one.Err); err != nil {
		return "", err
	}
	for _, config := range one.Configs {
		if config.Key == name {
			return config.MaybeValue(), nil
		}
	}
	return "", fmt.Errorf("%s is not described", name)
}

func adminGroups(ctx context.Context, admin *kadm.Client) error {
	topic, err := newTopic(ctx, 2)
	if err != nil {
		return err
	}
	for kind, options := range map[string][]kgo.Opt{"classic": eager(kgo.RangeBalancer()), "consumer": serverSide} {
		group := check.Fresh("admin")
		one, err := join(group, topic, options...)
		if err != nil {
			return err
		}
		err = check.First(
			check.Until(ctx, "it has both", one.has(2, 0)),
			listedAs(ctx, admin, group, kind),
			describedGroup(ctx, admin, group, kind),
		)
		if _, refused := admin.DeleteGroup(ctx, group); !errors.Is(refused, kerr.NonEmptyGroup) {
			err = check.First(err, fmt.Errorf("deleting a group with a member gave %v", refused))
		}
		one.leave()
		if err := check.First(err); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		if _, err := admin.DeleteGroup(ctx, group); err != nil {
			return err
		}
	}
	return nil
}

func listedAs(ctx context.Context, admin *kadm.Client, group, kind string) error {
	listed, err := admin.ListGroupsByType(ctx, []string{kind}, "Stable")
	one, there := listed[group]
	return check.First(err, check.That(there && one.GroupType == kind, "listed as %+v", one))
}

func describedGroup(ctx context.Context, admin *kadm.Client, group, kind string) error {
	if kind == "classic" {
		described, err := admin.DescribeGroups(ctx, group)
		one := described[group]
		fits := one.State == "Stable" && one.Protocol == "range" && len(one.Members) == 1
		return check.First(err, one.Err, check.That(fits, "described as %+v", one))
	}
	described, err := admin.DescribeConsumerGroups(ctx, group)
	one := described[group]
	fits := one.State == "Stable" && one.AssignorName == "uniform" && len(one.Members) == 1
	return check.First(err, one.Err, check.That(fits, "described as %+v", one))
}

func adminOffsets(ctx context.Context, admin *kadm.Client) error {
	topic, err := newTopic(ctx, 2)
	if err := check.First(err, fill(ctx, topic, 0, 0, 20)); err != nil {
		return err
	}
	group := check.Fresh("admin")
	var offsets kadm.Offsets
	offsets.Add(kadm.Offset{Topic: topic, Partition: 0, At: 7, LeaderEpoch: -1, Metadata: "seven"})
	offsets.Add(kadm.Offset{Topic: topic, Partition: 1, At: 0, LeaderEpoch: -1})
	if err := admin.CommitAllOffsets(ctx, group, offsets); err != nil {
		return err
	}
	found, err := admin.FetchOffsets(ctx, group)
	one, _ := found.Lookup(topic, 0)
	if err := check.First(err, check.That(one.At == 7 && one.Metadata == "seven", "%+v", one)); err != nil {
		return err
	}
	lags, err := admin.Lag(ctx, group)
	if err := check.First(err, lags.Error()); err != nil {
		return err
	}
	lag, _ := lags[group].Lag.Lookup(topic, 0)
	if err := check.That(lag.Lag == 13, "the lag is %d", lag.Lag); err != nil {
		return err
	}
	gone, err := admin.DeleteOffsets(ctx, group, kadm.TopicsSet{topic: {1: {}}})
	if err := check.First(err, gone.Error()); err != nil {
		return err
	}
	many := admin.FetchManyOffsets(ctx, group, check.Fresh("nobody"))
	_, there := many[group].Fetched.Lookup(topic, 1)
	return check.First(many.Error(), check.That(!there, "it is there after it was deleted"))
}

func adminCluster(ctx context.Context, admin *kadm.Client) error {
	metadata, err := admin.BrokerMetadata(ctx)
	if err := check.First(err, check.That(metadata.Cluster != "" && len(metadata.Brokers) > 0, "%+v", metadata)); err != nil {
		return err
	}
	coordinators := admin.FindGroupCoordinators(ctx, "a", "b", "c")
	transactions := admin.FindTxnCoordinators(ctx, "a", "b", "c")
	versions, err := admin.ApiVersions(ctx)
	folders, err2 := admin.DescribeAllLogDirs(ctx, nil)
	return check.First(
		coordinators.Error(), transactions.Error(), err, err2,
		check.That(len(versions) == len(metadata.Brokers), "%d brokers tell of their versions", len(versions)),
		check.That(len(folders) == len(metadata.Brokers), "%d brokers tell of their folders", len(folders)),
	)
}

func adminLeaders(ctx context.Context, admin *kadm.Client) error {
	topic, err := newTopic(ctx, 1)
	if err := check.First(err, fill(ctx, topic, 0, 0, 4)); err != nil {
		return err
	}
	elected, err := admin.ElectLeaders(ctx, kadm.ElectPreferredReplica, kadm.TopicsSet{topic: {0: {}}})
	if err != nil {
		return err
	}
	if one := elected[topic][0]; one.Err != nil && !errors.Is(one.Err, kerr.ElectionNotNeeded) {
		return one.Err
	}
	var ask kadm.OffsetForLeaderEpochRequest
	ask.Add(topic, 0, 0)
	ends, err := admin.OffsetForLeaderEpoch(ctx, ask)
	end := ends[topic][0]
	if err := check.First(err, end.Err, check.That(end.EndOffset == 4, "epoch 0 ends at %d", end.EndOffset)); err != nil {
		return err
	}
	moving, err := admin.ListPartitionReassignments(ctx, kadm.TopicsSet{topic: {0: {}}})
	return check.First(err, check.That(len(moving) == 0, "%v", moving))
}
