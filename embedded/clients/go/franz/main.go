// The checks of franz-go: what each file beside this one is about, as one list.
package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"ottla/clients/check"
)

func main() {
	var all []check.Check
	for _, part := range [][]check.Check{produce, consume, groups, transactions, admin, security} {
		all = append(all, part...)
	}
	check.Main("github.com/twmb/franz-go", all)
}

// client is one of the open cluster.
func client(options ...kgo.Opt) (*kgo.Client, error) {
	options = append([]kgo.Opt{
		kgo.SeedBrokers(check.Servers()...),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
	}, options...)
	return kgo.NewClient(options...)
}

// administrator is to be closed.
func administrator() (*kadm.Client, error) {
	client, err := client()
	if err != nil {
		return nil, err
	}
	return kadm.NewClient(client), nil
}

// newTopic makes a topic of that many partitions.
func newTopic(ctx context.Context, partitions int32) (string, error) {
	admin, err := administrator()
	if err != nil {
		return "", err
	}
	defer admin.Close()
	topic := check.Fresh("franz")
	made, err := admin.CreateTopic(ctx, partitions, 1, nil, topic)
	return topic, check.First(err, made.Err, untilThere(ctx, admin, topic, int(partitions)))
}

// untilThere waits until a topic has so many partitions, each with a leader: of that a real cluster learns step by step.
func untilThere(ctx context.Context, admin *kadm.Client, topic string, partitions int) error {
	return check.Until(ctx, fmt.Sprintf("%d partitions", partitions), func() bool {
		found, err := admin.ListTopics(ctx, topic)
		if err != nil || found[topic].Err != nil || len(found[topic].Partitions) != partitions {
			return false
		}
		for _, one := range found[topic].Partitions {
			if one.Err != nil {
				return false
			}
		}
		return true
	})
}

// fill writes records with the values first, first+1, … into a partition.
func fill(ctx context.Context, topic string, partition int32, first, count int, options ...kgo.Opt) error {
	client, err := client(options...)
	if err != nil {
		return err
	}
	defer client.Close()
	return client.ProduceSync(ctx, records(topic, partition, first, count)...).FirstErr()
}

func records(topic string, partition int32, first, count int) []*kgo.Record {
	var all []*kgo.Record
	for value := first; value < first+count; value++ {
		all = append(all, &kgo.Record{
			Topic: topic, Partition: partition, Key: []byte("key"), Value: []byte(strconv.Itoa(value)),
			Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("v")}},
		})
	}
	return all
}

// read takes that many records of a partition from an offset on, and checks that their values count up.
func read(ctx context.Context, topic string, partition int32, from kgo.Offset, first, count int, options ...kgo.Opt) error {
	options = append(options, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {partition: from}}))
	client, err := client(options...)
	if err != nil {
		return err
	}
	defer client.Close()
	found, err := poll(ctx, client, count)
	if err != nil {
		return err
	}
	for at, record := range found[:count] {
		if string(record.Value) != strconv.Itoa(first+at) {
			return fmt.Errorf("%d was to be read, not %q at %d", first+at, record.Value, record.Offset)
		}
	}
	return nil
}

// poll waits for at least that many records.
func poll(ctx context.Context, client *kgo.Client, count int) ([]*kgo.Record, error) {
	var found []*kgo.Record
	for len(found) < count {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, fmt.Errorf("after %d of %d records: %w", len(found), count, err)
		}
		found = append(found, fetches.Records()...)
	}
	return found, nil
}
