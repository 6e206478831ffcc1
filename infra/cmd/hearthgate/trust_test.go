package main_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A pair is a client certificate and its key, in PEM.
type pair struct {
	certificate *x509.Certificate
	chain, key  string
}

// newPair makes a pair that ends then.
func newPair(t *testing.T, ends time.Time) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "the function"}, NotBefore: ends.Add(-1000 * time.Hour), NotAfter: ends,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	p := pair{chain: inPEM("CERTIFICATE", der)}
	if p.certificate, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	p.key = inPEM("PRIVATE KEY", private)
	return p
}

func inPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// TestCertificate stores the client certificate of a home that demands one.
func TestCertificate(t *testing.T) {
	o := newOwner(t)
	const url, name = "https://gate.example.com", "/hearthgate/dev/home-assistant/client-certificate"
	right, other := newPair(t, time.Now().Add(900*time.Hour)), newPair(t, time.Now().Add(900*time.Hour))
	clients := x509.NewCertPool()
	clients.AddCert(right.certificate)
	o.internet.ServeTo(t, "gate.example.com", o.home, clients)
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", url), 1, "client certificate", "hearthgate certificate")
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", url, "--offline"), 0)

	large, err := rsa.GenerateKey(rand.Reader, 4096)
	if err != nil {
		t.Fatal(err)
	}
	for what, tt := range map[string]struct{ text, want string }{
		"nothing":           {"", "there is no PEM in it"},
		"no PEM":            {"canary-key", "there is no PEM in it"},
		"no key":            {right.chain, "a certificate and no key"},
		"no certificate":    {right.key, "a key and no certificate"},
		"another's key":     {right.chain + other.key, "do not belong together"},
		"a passphrase":      {right.chain + inPEM("ENCRYPTED PRIVATE KEY", []byte("x")), "encrypted with a passphrase"},
		"something else":    {right.chain + inPEM("OPENSSH PRIVATE NOTE", []byte("x")), "a PEM block of type"},
		"half a file":       {right.chain + right.key[:len(right.key)/2], "a certificate and no key"},
		"ended":             {func() string { p := newPair(t, time.Now().Add(-time.Hour)); return p.chain + p.key }(), "the certificate ended on"},
		"not yet":           {func() string { p := newPair(t, time.Now().Add(2000*time.Hour)); return p.chain + p.key }(), "is good from"},
		"too long":          {strings.Repeat(right.chain, 12) + right.key, "a parameter of AWS holds 4096"},
		"a key that is not": {right.chain + inPEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(large)), "do not belong together"},
		"not accepted":      {other.chain + other.key, "asks for a client certificate, and does not accept"},
	} {
		r := o.types(tt.text, "certificate")
		o.sees(r, 1, tt.want)
		if said := r.out + r.err; strings.Contains(said, "-----END") || strings.Contains(said, "canary") {
			t.Errorf("%s: a part of it is shown: %s", what, said)
		}
	}
	if o.cloud.Parameter("eu-west-1", name) != nil {
		t.Error("a wrong certificate was stored")
	}
	dir := t.TempDir()
	files := []string{filepath.Join(dir, "client.pem"), filepath.Join(dir, "key.pem")}
	for i, text := range []string{right.chain, right.key} {
		if err := os.WriteFile(files[i], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o.sees(o.types("", "certificate", "--file", filepath.Join(dir, "nope.pem")), 1, "cannot be read")
	r := o.types("", "certificate", "--file", files[1], "--file", files[0])
	o.sees(r, 0, "stored", name, "good until "+right.certificate.NotAfter.Format(time.DateOnly), "config set clientCertificate true --stage dev")
	p := o.cloud.Parameter("eu-west-1", name)
	if p == nil || p.Type != "SecureString" || p.Value != right.chain+right.key {
		t.Errorf("the parameter is %v", p != nil)
	}
	o.sees(o.types("", "config", "set", "clientCertificate", "true"), 0)
	o.sees(o.types(canary, "token"), 0, "stored") // asks the home with the certificate
	soon := newPair(t, time.Now().Add(240*time.Hour))
	o.sees(o.types(soon.chain+soon.key, "certificate", "--offline"), 0, "version 2", "the certificate ends in 9 days")
	o.sees(o.types(canary, "token"), 1, "does not accept")
	o.sees(o.types("", "config", "set", "connection", "relay"), 0, "clientCertificate has no effect")
	o.sees(o.types(right.chain+right.key, "certificate"), 1, "has a relay")
}

// TestPin shows and pins the keys of a home.
func TestPin(t *testing.T) {
	o := newOwner(t)
	own := o.internet.ServeTo(t, "pinned.example.com", o.home, nil)
	sum := sha256.Sum256(own.RawSubjectPublicKeyInfo)
	key := base64.StdEncoding.EncodeToString(sum[:])
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", "https://pinned.example.com"), 0)
	o.sees(o.types("", "pin"), 0, key, "not pinned", "pinned.example.com")
	next := newPair(t, time.Now().Add(time.Hour))
	sum = sha256.Sum256(next.certificate.RawSubjectPublicKeyInfo)
	backup := base64.StdEncoding.EncodeToString(sum[:])
	dir := t.TempDir()
	for name, text := range map[string]string{"next.pem": next.key, "certificate.pem": next.chain, "empty.pem": "", "other.pem": inPEM("CERTIFICATE", []byte("x"))} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, wrong := range []string{"empty.pem", "other.pem", "nope.pem"} {
		o.sees(o.types("", "pin", "--set", "--also", filepath.Join(dir, wrong)), 1, wrong, "name a file")
	}
	o.sees(o.types("", "config", "get", "pinnedKeys"), 0)
	for _, file := range []string{"next.pem", "certificate.pem"} {
		r := o.types("", "pin", "--set", "--also", filepath.Join(dir, file))
		o.sees(r, 0, key, backup, "pinned", "hearthgate deploy --stage dev")
		if strings.Contains(r.out+r.err, "PRIVATE") {
			t.Errorf("a key is shown: %s", r.out)
		}
		o.sees(o.types("", "config", "get", "pinnedKeys"), 0, key+","+backup)
	}
	o.sees(o.types("", "pin", "--json"), 0, `"pinned": true`, `"gone": [`)
	o.internet.ServeTo(t, "pinned.example.com", o.home, nil) // the same key
	o.sees(o.types("", "pin"), 0, "no key here")
	o.sees(o.types("", "config", "set", "homeAssistantUrl", "https://nowhere.example.com"), 0)
	o.sees(o.types("", "pin"), 1, "does not answer")
}
