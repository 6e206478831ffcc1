package main_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/relayagent"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// signingLine returns the line that the integration shows, and the key in DER.
func signingLine(t *testing.T) (line string, key []byte) {
	t.Helper()
	key, request, err := broker.Request("hearthgate")
	if err != nil {
		t.Fatal(err)
	}
	return relay.SigningRequestPrefix + base64.RawURLEncoding.EncodeToString(request), key
}

// relayOwner returns an owner whose stage is deployed with a relay. The deployed function
// reaches a broker at which no home is yet; connect brings it, and says what is described.
func relayOwner(t *testing.T) (o *owner, connect func(describe ...func(*relay.Presence)) *relayagent.Agent) {
	t.Helper()
	o = prepared(t)
	b, err := broker.Start(broker.Options{Region: "eu-west-1", Account: fakeaws.AccountID})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	s, err := b.Stage("dev")
	if err != nil {
		t.Fatal(err)
	}
	o.cloud.Rerun(s.Environment...)
	o.sees(o.types("", "config", "set", "connection", "relay"), 0)
	o.sees(o.types("", "deploy", "--bootstrap"), 0, "it answers")
	return o, func(describe ...func(*relay.Presence)) *relayagent.Agent {
		agent, err := relayagent.Start(t.Context(), relayagent.Options{
			Pairing: s.Pairing, Key: s.Key, Home: relayagent.Behind{Handler: o.home, Token: canary},
			Describe: func(p *relay.Presence) {
				for _, change := range describe {
					change(p)
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = agent.Stop() })
		return agent
	}
}

// pairingOf returns what a line for Home Assistant holds.
func pairingOf(t *testing.T, text string) (p relay.Pairing) {
	t.Helper()
	_, rest, ok := strings.Cut(text, relay.PairingPrefix)
	rest, _, _ = strings.Cut(rest, "\n")
	b, err := base64.RawURLEncoding.DecodeString(strings.Trim(rest, "\", "))
	if !ok || err != nil || json.Unmarshal(b, &p) != nil {
		t.Fatalf("no line for Home Assistant in %s: %v", text, err)
	}
	return p
}

// TestPair goes from a signing request to a certificate, renews and revokes it, and ends
// with a stage that is deleted as a whole.
func TestPair(t *testing.T) {
	o, connect := relayOwner(t)
	if p := o.cloud.Parameter("eu-west-1", "/hearthgate/dev/relay/endpoint"); p == nil || p.Type != "String" || p.Value != fakeaws.RelayHost("eu-west-1") {
		t.Errorf("the parameter is %+v", p)
	}
	o.sees(o.types("", "pair", "--list"), 0, "no home is paired with dev")
	o.sees(o.types("", "pair", "--renew"), 1, "no certificate to renew")
	line, key := signingLine(t)
	r := o.types(line+"\n", "pair")
	o.sees(r, 0, "Paste this line", "hearthgate doctor --stage dev")
	p := pairingOf(t, r.out)
	if p.Stage != "dev" || p.Endpoint != fakeaws.RelayHost("eu-west-1") || p.Port != 0 {
		t.Errorf("the pairing is %+v", p)
	}
	checkCertificate(t, p, key)
	first := o.cloud.Certificates()[0]
	if first.Status != "ACTIVE" || len(first.Policies) != 1 || first.Policies[0] != "hearthgate-dev-home" {
		t.Errorf("the certificate is %s with %v", first.Status, first.Policies)
	}
	o.sees(o.types("", "pair", "--list"), 0, first.ID[:12], "yes")
	connect()
	o.sees(o.types("", "deploy"), 0, "it answers")
	o.sees(o.types("", "doctor"), 0, fakeaws.RelayHost("eu-west-1"), "hearthgate-dev-home, 6 rights", first.ID[:12])

	again, _ := signingLine(t)
	o.sees(o.types("", "pair", "--renew", again), 0, "The certificate before, "+first.ID[:12]+", is still valid")
	o.sees(o.types("", "doctor"), 0, "2 certificates may connect as this home")
	o.sees(o.types("", "pair", "--revoke", first.ID[:5]), 1, "too short")
	o.sees(o.types("", "pair", "--revoke", "000000000000"), 1, "no certificate of the stage begins")
	o.sees(o.types("", "pair", "--revoke", first.ID[:12]), 0, "revoked")
	if left := o.cloud.Certificates(); len(left) != 1 || left[0].ID == first.ID {
		t.Errorf("after the first was revoked: %+v", left)
	}
	o.sees(o.types("", "config", "set", "connection", "https"), 0)
	o.sees(o.types("", "deploy"), 1, "the home is still paired", "hearthgate pair --stage dev --revoke all")
	o.sees(o.types("", "config", "set", "connection", "relay"), 0)
	o.sees(o.types("", "destroy", "--yes"), 0, "deleted")
	if left := o.cloud.Certificates(); len(left) != 0 || o.cloud.Status("hearthgate-dev") != "" || o.cloud.Parameter("eu-west-1", "/hearthgate/dev/relay/endpoint") != nil {
		t.Errorf("left: %+v, the stack %q", left, o.cloud.Status("hearthgate-dev"))
	}
}

// checkCertificate checks that a pairing's certificate is for the key that stayed at home.
func checkCertificate(t *testing.T, p relay.Pairing, key []byte) {
	t.Helper()
	block, _ := pem.Decode([]byte(p.Certificate))
	private, err := x509.ParsePKCS8PrivateKey(key)
	if err != nil || block == nil {
		t.Fatal(err, p.Certificate)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil || !private.(*ecdsa.PrivateKey).PublicKey.Equal(c.PublicKey) {
		t.Errorf("the certificate is not for the key of the request: %v", err)
	}
	authority, _ := pem.Decode([]byte(p.Authority))
	root, err := x509.ParseCertificate(authority.Bytes)
	if err != nil || root.Subject.CommonName != "Amazon Root CA 1" || root.CheckSignatureFrom(root) != nil {
		t.Errorf("the authority is not Amazon's: %v", err)
	}
}

// TestPairRejects gives lines that must not be signed.
func TestPairRejects(t *testing.T) {
	o, _ := relayOwner(t)
	good, _ := signingLine(t)
	encode := func(der []byte, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return relay.SigningRequestPrefix + base64.RawURLEncoding.EncodeToString(der)
	}
	large, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	old, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, _ := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(good, relay.SigningRequestPrefix))
	der[len(der)-1] ^= 1
	for _, tt := range []struct{ name, line, want string }{
		{"nothing", "", "no line was given"},
		{"other text", "hello", "not the line from Home Assistant"},
		{"the other line", relay.PairingPrefix + "e30", "the line for Home Assistant"},
		{"cut off", good[:len(good)-20], "missing or was changed"},
		{"changed", encode(der, nil), "missing or was changed"},
		{"not base64", relay.SigningRequestPrefix + "!!!", "missing or was changed"},
		{"huge", relay.SigningRequestPrefix + strings.Repeat("A", 1<<20), "not the line from Home Assistant"},
		{"another curve", encode(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, large)), "P-256"},
		{"RSA", encode(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, old)), "P-256"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o.t = t
			o.sees(o.types(tt.line+"\n", "pair"), 1, tt.want)
		})
	}
	o.t = t
	o.sees(o.types("", "pair", "--home", "http://127.0.0.1:1", good), 1, "only one of them")
	o.cloud.Deny("iot.AttachPolicy", "AccessDeniedException", "not authorized to perform: iot:AttachPolicy")
	o.sees(o.types("", "pair", good), 1, "iot:AttachPolicy")
	if left := o.cloud.Certificates(); len(left) != 0 {
		t.Errorf("certificates were made: %+v", left)
	}
	o.cloud.Allow()
	o.sees(o.types("", "config", "set", "connection", "https"), 0)
	o.sees(o.types("", "pair", good), 1, "has no relay")
}
