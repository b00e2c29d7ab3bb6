// Producing: what the broker confirms, what it stores compressed, what it takes once only.
package main

import (
	"context"
	"fmt"

	"github.com/IBM/sarama"

	"ottla/clients/check"
)

var produce = []check.Check{
	{Name: "produce-acks", What: "acks 0, 1 and all; the broker says where a record is", Run: produceAcks},
	{Name: "produce-codecs", What: "gzip, snappy, lz4 and zstd come back as they were", Run: produceCodecs},
	{Name: "produce-idempotent", What: "an idempotent producer, ten batches in order", Run: produceIdempotent},
	{Name: "produce-old-versions", What: "the requests of a client of Kafka 2.1", Run: produceOldVersions},
	{Name: "produce-too-large", What: "a record above message.max.bytes is refused, and the next one taken", Run: produceTooLarge},
}

func produceAcks(context.Context) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	for round, acks := range []sarama.RequiredAcks{sarama.WaitForLocal, sarama.WaitForAll, sarama.NoResponse} {
		config := settings()
		config.Producer.RequiredAcks = acks
		producer, err := sarama.NewSyncProducer(check.Servers(), config)
		if err != nil {
			return err
		}
		_, offset, err := producer.SendMessage(records(topic, 0, round, 1)[0])
		if err := check.First(err, producer.Close()); err != nil {
			return err
		}
		if acks != sarama.NoResponse && offset != int64(round) {
			return fmt.Errorf("acks %d: at offset %d, not %d", acks, offset, round)
		}
	}
	return read(settings(), topic, 0, sarama.OffsetOldest, 0, 3)
}

func produceCodecs(context.Context) error {
	codecs := []sarama.CompressionCodec{
		sarama.CompressionNone, sarama.CompressionGZIP, sarama.CompressionSnappy, sarama.CompressionLZ4, sarama.CompressionZSTD,
	}
	topic, err := newTopic(int32(len(codecs)))
	if err != nil {
		return err
	}
	for at, codec := range codecs {
		config := settings()
		config.Producer.Compression = codec
		err := check.First(
			fill(config, topic, int32(at), 0, 200),
			read(settings(), topic, int32(at), sarama.OffsetOldest, 0, 200),
		)
		if err != nil {
			return fmt.Errorf("%s: %w", codec, err)
		}
	}
	return nil
}

func produceIdempotent(context.Context) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	config := settings()
	config.Producer.Idempotent = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Net.MaxOpenRequests = 1
	config.Producer.Flush.MaxMessages = 20
	return check.First(
		fill(config, topic, 0, 0, 200),
		read(settings(), topic, 0, sarama.OffsetOldest, 0, 200),
	)
}

func produceOldVersions(context.Context) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	config := settings()
	config.Version = sarama.V2_1_0_0
	return check.First(fill(config, topic, 0, 0, 50), read(config, topic, 0, sarama.OffsetOldest, 0, 50))
}

func produceTooLarge(context.Context) error {
	topic, err := newTopic(1)
	if err != nil {
		return err
	}
	config := settings()
	config.Producer.MaxMessageBytes = 4 << 20
	producer, err := sarama.NewSyncProducer(check.Servers(), config)
	if err != nil {
		return err
	}
	defer producer.Close()
	large := &sarama.ProducerMessage{Topic: topic, Value: sarama.ByteEncoder(make([]byte, 2<<20))}
	if _, _, err := producer.SendMessage(large); err == nil {
		return fmt.Errorf("2 MiB were taken")
	}
	_, offset, err := producer.SendMessage(records(topic, 0, 0, 1)[0])
	return check.First(err, check.That(offset == 0, "the next one is at %d", offset))
}
