// Consuming: where to begin, what is out of range, and waiting for what is to come.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/IBM/sarama"

	"ottla/clients/check"
)

var consume = []check.Check{
	{Name: "consume-offsets", What: "from the oldest, the newest and an offset between; one beyond the end is out of range", Run: consumeOffsets},
	{Name: "consume-timestamps", What: "the offset of a time, between records and past the last", Run: consumeTimestamps},
	{Name: "consume-long-poll", What: "a fetch that waits is answered when a record comes", Run: consumeLongPoll},
	{Name: "consume-sessions", What: "one consumer on twelve partitions reads them all, then what comes later in one", Run: consumeSessions},
	{Name: "consume-old-versions", What: "a topic is read with the requests of a client of Kafka 2.1 that asks for no versions", Run: consumeOldVersions},
}

func consumeOffsets(context.Context) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	err = check.First(
		fill(settings(), topic, 0, 0, 30),
		read(settings(), topic, 0, sarama.OffsetOldest, 0, 30),
		read(settings(), topic, 0, 17, 17, 13),
	)
	if err != nil {
		return err
	}
	consumer, err := sarama.NewConsumer(check.Servers(), settings())
	if err != nil {
		return err
	}
	defer consumer.Close()
	if _, err := consumer.ConsumePartition(topic, 0, 31); !errors.Is(err, sarama.ErrOffsetOutOfRange) {
		return fmt.Errorf("offset 31 of 30 gave %v", err)
	}
	newest, err := consumer.ConsumePartition(topic, 0, sarama.OffsetNewest)
	if err != nil {
		return err
	}
	defer newest.Close()
	if err := fill(settings(), topic, 0, 30, 1); err != nil {
		return err
	}
	record := <-newest.Messages()
	return check.That(record.Offset == 30, "from the newest on: %d", record.Offset)
}

func consumeTimestamps(context.Context) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	begin := time.Now().Add(-time.Hour).Truncate(time.Second)
	all := records(topic, 0, 0, 10)
	for at, record := range all {
		record.Timestamp = begin.Add(time.Duration(at) * time.Minute)
	}
	producer, err := sarama.NewSyncProducer(check.Servers(), settings())
	if err != nil {
		return err
	}
	defer producer.Close()
	client, err := sarama.NewClient(check.Servers(), settings())
	if err := check.First(err, producer.SendMessages(all)); err != nil {
		return err
	}
	defer client.Close()
	for _, want := range []struct {
		after  time.Duration
		offset int64
	}{{0, 0}, {4 * time.Minute, 4}, {4*time.Minute + time.Second, 5}, {time.Hour, -1}} {
		offset, err := client.GetOffset(topic, 0, begin.Add(want.after).UnixMilli())
		if err := check.First(err, check.That(offset == want.offset, "after %s: %d", want.after, offset)); err != nil {
			return err
		}
	}
	oldest, err := client.GetOffset(topic, 0, sarama.OffsetOldest)
	newest, err2 := client.GetOffset(topic, 0, sarama.OffsetNewest)
	return check.First(err, err2, check.That(oldest == 0 && newest == 10, "from %d to %d", oldest, newest))
}

func consumeLongPoll(context.Context) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	config := settings()
	config.Consumer.MaxWaitTime = 20 * time.Second
	config.Net.ReadTimeout = 40 * time.Second
	consumer, err := sarama.NewConsumer(check.Servers(), config)
	if err != nil {
		return err
	}
	defer consumer.Close()
	from, err := consumer.ConsumePartition(topic, 0, sarama.OffsetOldest)
	if err != nil {
		return err
	}
	time.Sleep(500 * time.Millisecond)
	begin := time.Now()
	if err := fill(settings(), topic, 0, 0, 1); err != nil {
		return err
	}
	<-from.Messages()
	return check.That(time.Since(begin) < 8*time.Second, "it took %s", time.Since(begin))
}

func consumeSessions(ctx context.Context) error {
	const partitions = 12
	topic, err := newTopic(partitions)
	if err != nil {
		return err
	}
	for partition := range int32(partitions) {
		if err := fill(settings(), topic, partition, 0, 5); err != nil {
			return err
		}
	}
	consumer, err := sarama.NewConsumer(check.Servers(), settings())
	if err != nil {
		return err
	}
	defer consumer.Close()
	came := make(chan *sarama.ConsumerMessage, 100)
	for partition := range int32(partitions) {
		from, err := consumer.ConsumePartition(topic, partition, sarama.OffsetOldest)
		if err != nil {
			return err
		}
		go func() {
			for record := range from.Messages() {
				came <- record
			}
		}()
	}
	if err := take(ctx, came, partitions*5); err != nil {
		return err
	}
	return check.First(fill(settings(), topic, 7, 5, 3), take(ctx, came, 3))
}

func take(ctx context.Context, from <-chan *sarama.ConsumerMessage, count int) error {
	for taken := range count {
		select {
		case <-from:
		case <-ctx.Done():
			return fmt.Errorf("only %d of %d records came", taken, count)
		}
	}
	return nil
}

func consumeOldVersions(context.Context) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	config := settings()
	config.Version = sarama.V2_1_0_0
	config.ApiVersionsRequest = false
	return check.First(fill(settings(), topic, 0, 0, 20), read(config, topic, 0, sarama.OffsetOldest, 0, 20))
}
