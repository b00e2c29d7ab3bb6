// Producing: what the broker confirms, what it stores compressed, what it takes once only.
package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kversion"

	"ottla/clients/check"
)

var produce = []check.Check{
	{Name: "produce-acks", What: "acks 0, 1 and all; the broker says where a record is", Run: produceAcks},
	{Name: "produce-codecs", What: "gzip, snappy, lz4 and zstd come back as they were", Run: produceCodecs},
	{Name: "produce-idempotent", What: "the idempotent producer, many batches in flight, in order", Run: produceIdempotent},
	{Name: "produce-old-versions", What: "the requests of a client of Kafka 2.1", Run: produceOldVersions},
	{Name: "produce-unknown-topic", What: "a topic that is not there is told as such", Run: produceUnknownTopic},
}

func produceAcks(ctx context.Context) error {
	topic, err := newTopic(ctx, 1)
	if err != nil {
		return err
	}
	for round, acks := range []kgo.Acks{kgo.LeaderAck(), kgo.AllISRAcks(), kgo.NoAck()} {
		client, err := client(kgo.RequiredAcks(acks), kgo.DisableIdempotentWrite())
		if err != nil {
			return err
		}
		record, err := client.ProduceSync(ctx, records(topic, 0, round, 1)...).First()
		client.Close()
		if err != nil {
			return err
		}
		if acks != kgo.NoAck() && record.Offset != int64(round) {
			return fmt.Errorf("at offset %d, not %d", record.Offset, round)
		}
	}
	return read(ctx, topic, 0, kgo.NewOffset().AtStart(), 0, 3)
}

func produceCodecs(ctx context.Context) error {
	codecs := []kgo.CompressionCodec{
		kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression(),
	}
	topic, err := newTopic(ctx, int32(len(codecs)))
	if err != nil {
		return err
	}
	for at, codec := range codecs {
		err := check.First(
			fill(ctx, topic, int32(at), 0, 200, kgo.ProducerBatchCompression(codec)),
			read(ctx, topic, int32(at), kgo.NewOffset().AtStart(), 0, 200),
		)
		if err != nil {
			return fmt.Errorf("codec %d: %w", at, err)
		}
	}
	return nil
}

func produceIdempotent(ctx context.Context) error {
	topic, err := newTopic(ctx, 1)
	if err != nil {
		return err
	}
	return check.First(
		fill(ctx, topic, 0, 0, 5000, kgo.ProducerBatchMaxBytes(2048)),
		read(ctx, topic, 0, kgo.NewOffset().AtStart(), 0, 5000),
	)
}

func produceOldVersions(ctx context.Context) error {
	topic, err := newTopic(ctx, 1)
	if err != nil {
		return err
	}
	old := kgo.MaxVersions(kversion.V2_1_0())
	return check.First(
		fill(ctx, topic, 0, 0, 50, old),
		read(ctx, topic, 0, kgo.NewOffset().AtStart(), 0, 50, old),
	)
}

func produceUnknownTopic(ctx context.Context) error {
	err := fill(ctx, check.Fresh("nowhere"), 0, 0, 1, kgo.UnknownTopicRetries(1))
	return check.That(errors.Is(err, kerr.UnknownTopicOrPartition), "told as %v", err)
}
