// Logging in and encryption.
package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"ottla/clients/check"
)

var security = []check.Check{
	{Name: "sasl-plain", What: "PLAIN; a wrong password is refused", Run: logIn(func(password string) sasl.Mechanism {
		return plain.Auth{User: check.User, Pass: password}.AsMechanism()
	})},
	{Name: "sasl-scram-256", What: "SCRAM-SHA-256; a wrong password is refused", Run: logIn(func(password string) sasl.Mechanism {
		return scram.Auth{User: check.User, Pass: password}.AsSha256Mechanism()
	})},
	{Name: "sasl-scram-512", What: "SCRAM-SHA-512; a wrong password is refused", Run: logIn(func(password string) sasl.Mechanism {
		return scram.Auth{User: check.User, Pass: password}.AsSha512Mechanism()
	})},
	{Name: "tls", What: "TLS with a certificate to trust; who does not trust it is not served", Run: encrypted},
}

func logIn(mechanism func(password string) sasl.Mechanism) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := describe(ctx, check.SaslServers(), kgo.SASL(mechanism(check.Password))); err != nil {
			return err
		}
		err := describe(ctx, check.SaslServers(), kgo.SASL(mechanism("wrong")))
		return check.That(errors.Is(err, kerr.SaslAuthenticationFailed), "a wrong password gave %v", err)
	}
}

func encrypted(ctx context.Context) error {
	if describe(ctx, check.TLSServers(), kgo.DialTLS(), kgo.RequestRetries(0)) == nil {
		return fmt.Errorf("a certificate that nobody vouches for was trusted")
	}
	trusting, err := check.TLSConfig()
	if err != nil {
		return err
	}
	return describe(ctx, check.TLSServers(), kgo.DialTLSConfig(trusting))
}

func describe(ctx context.Context, servers []string, options ...kgo.Opt) error {
	client, err := kgo.NewClient(append(options, kgo.SeedBrokers(servers...))...)
	if err != nil {
		return err
	}
	defer client.Close()
	topic := check.Fresh("security")
	admin := kadm.NewClient(client)
	made, err := admin.CreateTopic(ctx, 1, 1, nil, topic)
	if err := check.First(err, made.Err); err != nil {
		return err
	}
	gone, err := admin.DeleteTopic(ctx, topic)
	return check.First(err, gone.Err)
}
