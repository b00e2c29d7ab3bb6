// The checks of sarama: what each file beside this one is about, as one list.
package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/IBM/sarama"

	"ottla/clients/check"
)

func main() {
	var all []check.Check
	for _, part := range [][]check.Check{produce, consume, groups, transactions, admin, security} {
		all = append(all, part...)
	}
	check.Main("github.com/IBM/sarama", all)
}

// settings are those of the newest Kafka that sarama knows.
func settings() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	config.Producer.Return.Successes = true
	config.Producer.Partitioner = sarama.NewManualPartitioner
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Return.Errors = true
	config.Consumer.Group.Rebalance.Retry.Backoff = 200 * time.Millisecond
	config.Metadata.AllowAutoTopicCreation = false
	return config
}

// newTopic makes a topic of that many partitions.
func newTopic(partitions int32) (string, error) {
	topic := check.Fresh("sarama")
	admin, err := sarama.NewClusterAdmin(check.Servers(), settings())
	if err != nil {
		return "", err
	}
	defer admin.Close()
	err = admin.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: 1}, false)
	return topic, check.First(err, untilThere(admin, topic, int(partitions)))
}

// untilThere waits until a topic has so many partitions, each with a leader: of that a real cluster learns step by step.
func untilThere(admin sarama.ClusterAdmin, topic string, partitions int) error {
	ctx, done := context.WithTimeout(context.Background(), check.Long/2)
	defer done()
	return check.Until(ctx, fmt.Sprintf("%d partitions", partitions), func() bool {
		found, err := admin.DescribeTopics([]string{topic})
		if err != nil || found[0].Err != sarama.ErrNoError || len(found[0].Partitions) != partitions {
			return false
		}
		for _, one := range found[0].Partitions {
			if one.Err != sarama.ErrNoError {
				return false
			}
		}
		return true
	})
}

// fill writes records with the values first, first+1, … into a partition.
func fill(config *sarama.Config, topic string, partition int32, first, count int) error {
	producer, err := sarama.NewSyncProducer(check.Servers(), config)
	if err != nil {
		return err
	}
	defer producer.Close()
	return producer.SendMessages(records(topic, partition, first, count))
}

func records(topic string, partition int32, first, count int) []*sarama.ProducerMessage {
	var all []*sarama.ProducerMessage
	for value := first; value < first+count; value++ {
		all = append(all, &sarama.ProducerMessage{
			Topic: topic, Partition: partition, Key: sarama.StringEncoder("key"), Value: sarama.StringEncoder(strconv.Itoa(value)),
		})
	}
	return all
}

// read takes that many records of a partition from an offset on, and checks that their values count up.
func read(config *sarama.Config, topic string, partition int32, offset int64, first, count int) error {
	consumer, err := sarama.NewConsumer(check.Servers(), config)
	if err != nil {
		return err
	}
	defer consumer.Close()
	from, err := consumer.ConsumePartition(topic, partition, offset)
	if err != nil {
		return err
	}
	defer from.Close()
	for value := first; value < first+count; value++ {
		select {
		case record := <-from.Messages():
			if string(record.Value) != strconv.Itoa(value) {
				return fmt.Errorf("%d was to be read, not %q at %d", value, record.Value, record.Offset)
			}
		case err := <-from.Errors():
			return err
		case <-time.After(15 * time.Second):
			return fmt.Errorf("%d never came", value)
		}
	}
	return nil
}
