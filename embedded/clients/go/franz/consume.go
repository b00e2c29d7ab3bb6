// Consuming: where to begin, fetch sessions, and waiting for what is to come.
package main

import (
	"context"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"ottla/clients/check"
)

var consume = []check.Check{
	{Name: "consume-offsets", What: "from the start, the end, before the end, and an offset between; out of range resets", Run: consumeOffsets},
	{Name: "consume-timestamps", What: "from a time on; listing offsets of times, and of the largest timestamp", Run: consumeTimestamps},
	{Name: "consume-long-poll", What: "a fetch that waits is answered when a record comes", Run: consumeLongPoll},
	{Name: "consume-sessions", What: "fetch sessions over twelve partitions, and the same without sessions", Run: consumeSessions},
	{Name: "consume-regex", What: "topics by pattern, one of them made later", Run: consumeRegex},
	{Name: "consume-large", What: "records larger than what a fetch asks for still come", Run: consumeLarge},
}

func consumeOffsets(ctx context.Context) error {
	topic, err := newTopic(ctx, 1)
	if err != nil {
		return err
	}
	return check.First(
		fill(ctx, topic, 0, 0, 30),
		read(ctx, topic, 0, kgo.NewOffset().AtStart(), 0, 30),
		read(ctx, topic, 0, kgo.NewOffset().At(17), 17, 13),
		read(ctx, topic, 0, kgo.NewOffset().AtEnd().Relative(-5), 25, 5),
		read(ctx, topic, 0, kgo.NewOffset().At(99), 0, 30, kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())),
	)
}

func consumeTimestamps(ctx context.Context) error {
	topic, err := newTopic(ctx, 1)
	if err != nil {
		return err
	}
	begin := time.Now().Add(-time.Hour).Truncate(time.Second)
	all := records(topic, 0, 0, 10)
	for at, record := range all {
		record.Timestamp = begin.Add(time.Duration(at) * time.Minute)
	}
	producer, err := client()
	if err != nil {
		return err
	}
	defer producer.Close()
	between := begin.Add(4*time.Minute + time.Second).UnixMilli()
	err = check.First(
		producer.ProduceSync(ctx, all...).FirstErr(),
		read(ctx, topic, 0, kgo.NewOffset().AfterMilli(between), 5, 5),
	)
	if err != nil {
		return err
	}
	admin, err := administrator()
	if err != nil {
		return err
	}
	defer admin.Close()
	after, err := admin.ListOffsetsAfterMilli(ctx, between, topic)
	largest, err2 := admin.ListMaxTimestampOffsets(ctx, topic)
	if err := check.First(err, err2, after.Error(), largest.Error()); err != nil {
		return err
	}
	one, _ := after.Lookup(topic, 0)
	last, _ := largest.Lookup(topic, 0)
	return check.First(
		check.That(one.Offset == 5, "after four minutes and a second: %d", one.Offset),
		check.That(last.Offset == 9, "largest timestamp: %d", last.Offset),
	)
}

func consumeLongPoll(ctx context.Context) error {
	topic, err := newTopic(ctx, 1)
	if err != nil {
		return err
	}
	consumer, err := client(kgo.ConsumeTopics(topic), kgo.FetchMaxWait(20*time.Second))
	if err != nil {
		return err
	}
	defer consumer.Close()
	came := make(chan error, 1)
	go func() {
		_, err := poll(ctx, consumer, 1)
		came <- err
	}()
	time.Sleep(500 * time.Millisecond)
	begin := time.Now()
	return check.First(
		fill(ctx, topic, 0, 0, 1),
		<-came,
		check.That(time.Since(begin) < 8*time.Second, "it took %s", time.Since(begin)),
	)
}

func consumeSessions(ctx context.Context) error {
	const partitions = 12
	topic, err := newTopic(ctx, partitions)
	if err != nil {
		return err
	}
	with, err := client(kgo.ConsumeTopics(topic))
	if err != nil {
		return err
	}
	defer with.Close()
	without, err := client(kgo.ConsumeTopics(topic), kgo.DisableFetchSessions())
	if err != nil {
		return err
	}
	defer without.Close()
	for round := range 3 {
		for partition := range int32(partitions) {
			if partition%3 == int32(round) {
				if err := fill(ctx, topic, partition, 0, 5); err != nil {
					return err
				}
			}
		}
		for _, consumer := range []*kgo.Client{with, without} {
			found, err := poll(ctx, consumer, 20)
			if err := check.First(err, check.That(len(found) == 20, "%d records", len(found))); err != nil {
				return err
			}
		}
	}
	return nil
}

func consumeRegex(ctx context.Context) error {
	topic, err := newTopic(ctx, 1)
	if err != nil {
		return err
	}
	pattern := "^" + strings.TrimSuffix(topic, topic[len(topic)-3:]) + ".*"
	consumer, err := client(kgo.ConsumeTopics(pattern), kgo.ConsumeRegex(), kgo.MetadataMaxAge(500*time.Millisecond), kgo.MetadataMinAge(100*time.Millisecond))
	if err != nil {
		return err
	}
	defer consumer.Close()
	if err := fill(ctx, topic, 0, 0, 3); err != nil {
		return err
	}
	if _, err := poll(ctx, consumer, 3); err != nil {
		return err
	}
	admin, err := administrator()
	if err != nil {
		return err
	}
	defer admin.Close()
	later := topic + "-later"
	made, err := admin.CreateTopic(ctx, 1, 1, nil, later)
	if err := check.First(err, made.Err, fill(ctx, later, 0, 0, 2)); err != nil {
		return err
	}
	found, err := poll(ctx, consumer, 2)
	return check.First(err, check.That(len(found) == 2 && found[0].Topic == later, "%v", found))
}

func consumeLarge(ctx context.Context) error {
	topic, err := newTopic(ctx, 1)
	if err != nil {
		return err
	}
	producer, err := client(kgo.ProducerBatchMaxBytes(1<<20), kgo.ProducerBatchCompression(kgo.NoCompression()))
	if err != nil {
		return err
	}
	defer producer.Close()
	for range 3 {
		large := &kgo.Record{Topic: topic, Value: make([]byte, 900<<10)}
		if err := producer.ProduceSync(ctx, large).FirstErr(); err != nil {
			return err
		}
	}
	consumer, err := client(kgo.ConsumeTopics(topic), kgo.FetchMaxPartitionBytes(1000), kgo.FetchMaxBytes(2000))
	if err != nil {
		return err
	}
	defer consumer.Close()
	found, err := poll(ctx, consumer, 3)
	return check.First(err, check.That(len(found) == 3, "%d records", len(found)))
}
