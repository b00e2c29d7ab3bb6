// Logging in and encryption.
package main

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"

	"github.com/IBM/sarama"
	"github.com/xdg-go/scram"

	"ottla/clients/check"
)

var security = []check.Check{
	{Name: "sasl-plain", What: "PLAIN; a wrong password is refused", Run: logIn(sarama.SASLTypePlaintext, nil)},
	{Name: "sasl-scram-256", What: "SCRAM-SHA-256; a wrong password is refused", Run: logIn(sarama.SASLTypeSCRAMSHA256, sha256.New)},
	{Name: "sasl-scram-512", What: "SCRAM-SHA-512; a wrong password is refused", Run: logIn(sarama.SASLTypeSCRAMSHA512, sha512.New)},
	{Name: "tls", What: "TLS with a certificate to trust; who does not trust it is not served", Run: encrypted},
}

func logIn(mechanism sarama.SASLMechanism, hash func() hash.Hash) func(context.Context) error {
	return func(context.Context) error {
		config := settings()
		config.Net.SASL.Enable = true
		config.Net.SASL.Mechanism = mechanism
		config.Net.SASL.User = check.User
		config.Net.SASL.Password = check.Password
		config.Net.SASL.SCRAMClientGeneratorFunc = func() sarama.SCRAMClient { return &conversation{hash: hash} }
		config.Metadata.Retry.Max = 0
		if err := describe(check.SaslServers(), config); err != nil {
			return err
		}
		config.Net.SASL.Password = "wrong"
		return check.That(describe(check.SaslServers(), config) != nil, "a wrong password was taken")
	}
}

func encrypted(context.Context) error {
	config := settings()
	config.Net.TLS.Enable = true
	config.Metadata.Retry.Max = 0
	if describe(check.TLSServers(), config) == nil {
		return fmt.Errorf("a certificate that nobody vouches for was trusted")
	}
	trusting, err := check.TLSConfig()
	if err != nil {
		return err
	}
	config.Net.TLS.Config = trusting
	return describe(check.TLSServers(), config)
}

func describe(servers []string, config *sarama.Config) error {
	admin, err := sarama.NewClusterAdmin(servers, config)
	if err != nil {
		return err
	}
	defer admin.Close()
	topic := check.Fresh("security")
	if err := admin.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: 1, ReplicationFactor: 1}, false); err != nil {
		return err
	}
	return admin.DeleteTopic(topic)
}

// conversation is what sarama leaves to others of SCRAM.
type conversation struct {
	hash func() hash.Hash
	*scram.ClientConversation
}

func (c *conversation) Begin(user, password, authorization string) error {
	client, err := scram.HashGeneratorFcn(c.hash).NewClient(user, password, authorization)
	if err != nil {
		return err
	}
	c.ClientConversation = client.NewConversation()
	return nil
}
