// Package check is what the programs of all Go clients begin with: `PROGRAM list` tells the client's version and
// names the checks, `PROGRAM run NAME` makes one, against the cluster in the environment. A check that returns an error has failed.
package check

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"
)

// Who may log in where a cluster asks for it.
const (
	User     = "alice"
	Password = "alice-secret"
)

// Long is how long a check may take; `cargo xtask clients` ends it a little later.
const Long = 55 * time.Second

// A Check is one thing that a client does, and what must come of it.
type Check struct {
	Name string
	What string
	Run  func(context.Context) error
}

// Main is a program of checks of the client that is this module.
func Main(module string, checks []Check) {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "list":
		fmt.Println(version(module))
		for _, check := range checks {
			fmt.Printf("%s\t%s\n", check.Name, check.What)
		}
	case len(os.Args) == 3 && os.Args[1] == "run":
		if err := run(checks, os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	default:
		fmt.Fprintln(os.Stderr, "usage: list | run NAME")
		os.Exit(2)
	}
}

func version(module string) string {
	built, _ := debug.ReadBuildInfo()
	for _, one := range built.Deps {
		if one.Path == module {
			return one.Version
		}
	}
	return "?"
}

func run(checks []Check, name string) error {
	ctx, done := context.WithTimeout(context.Background(), Long)
	defer done()
	for _, check := range checks {
		if check.Name == name {
			return check.Run(ctx)
		}
	}
	return fmt.Errorf("there is no check %q", name)
}

// Servers are those of the cluster that asks for nothing.
func Servers() []string { return servers("OTTLA_BOOTSTRAP_SERVERS") }

// SaslServers are those of the cluster where everybody has to log in.
func SaslServers() []string { return servers("CLIENTS_SASL_SERVERS") }

// TLSServers are those of the cluster that encrypts.
func TLSServers() []string { return servers("CLIENTS_TLS_SERVERS") }

func servers(variable string) []string { return strings.Split(os.Getenv(variable), ",") }

// TLSConfig trusts the certificate of the cluster that encrypts, and none else.
func TLSConfig() (*tls.Config, error) {
	pem, err := os.ReadFile(os.Getenv("CLIENTS_TLS_CA"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("no certificate in CLIENTS_TLS_CA")
	}
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, nil
}

// Fresh is a name that no other check has.
func Fresh(what string) string {
	return fmt.Sprintf("%s-%d-%d", what, os.Getpid(), time.Now().UnixNano()%1_000_000_000)
}

// That is an error unless what was said holds.
func That(holds bool, format string, arguments ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, arguments...)
}

// First is the first of the errors that is one.
func First(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Soon asks again for a while: Kafka acknowledges some changes a moment before it shows them.
func Soon(holds func() error) error {
	ctx, done := context.WithTimeout(context.Background(), Long/2)
	defer done()
	var err error
	_ = Until(ctx, "it holds", func() bool {
		err = holds()
		return err == nil
	})
	return err
}

// Until asks again until it holds, or the time is over.
func Until(ctx context.Context, what string, holds func() bool) error {
	for !holds() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("never came about: %s", what)
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}
