// kfake, the anchor: three clusters in one process, as `cargo xtask clients` wants them. It prints their servers, a line each
// (open, with SASL, with TLS), writes its certificate to the file that it is given, and serves until its input ends.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"ottla/clients/check"
)

func main() {
	if err := serve(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(ca string) error {
	certificate, err := certificate(ca)
	if err != nil {
		return err
	}
	for _, options := range [][]kfake.Opt{
		{kfake.NumBrokers(3)},
		{
			kfake.NumBrokers(1), kfake.EnableSASL(),
			kfake.Superuser("PLAIN", check.User, check.Password),
			kfake.Superuser("SCRAM-SHA-256", check.User, check.Password),
			kfake.Superuser("SCRAM-SHA-512", check.User, check.Password),
		},
		{kfake.NumBrokers(1), kfake.TLS(&tls.Config{Certificates: []tls.Certificate{certificate}})},
	} {
		options = append(options, kfake.GroupMinSessionTimeout(time.Second), kfake.BrokerConfigs(map[string]string{
			"group.consumer.heartbeat.interval.ms": "500",
		}))
		cluster, err := kfake.NewCluster(options...)
		if err != nil {
			return err
		}
		defer cluster.Close()
		fmt.Println(strings.Join(cluster.ListenAddrs(), ","))
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// certificate signs one for 127.0.0.1 and writes it to a file for clients to trust.
func certificate(file string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		// Java refuses a certificate of nobody.
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})
	return tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: key}, os.WriteFile(file, text, 0o600)
}
