package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
)

// An identity is a client certificate with its key.
type identity struct {
	certificate *x509.Certificate
	pem         string // of both
}

// newIdentity makes an identity that signs itself.
func newIdentity(t *testing.T, name string, ends time.Time) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: ends.Add(-1000 * time.Hour), NotAfter: ends,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return identity{certificate, block("CERTIFICATE", der) + block("PRIVATE KEY", private)}
}

// TestClientCertificate has a home demand a client certificate, in each version of TLS and
// in the way of nginx: the right one is let in, and what is wrong with any other is said.
func TestClientCertificate(t *testing.T) {
	right, wrong := newIdentity(t, "right", time.Now().Add(1000*time.Hour)), newIdentity(t, "wrong", time.Now().Add(1000*time.Hour))
	expired := newIdentity(t, "right", time.Now().Add(-time.Hour))
	known := x509.NewCertPool()
	known.AddCert(right.certificate)
	known.AddCert(expired.certificate)
	for version, conf := range map[string]*tls.Config{
		"TLS 1.2": {MaxVersion: tls.VersionTLS12, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: known},
		"TLS 1.3": {MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: known},
		"nginx":   {ClientAuth: tls.RequestClientCert}, // which completes the handshake with any
	} {
		var got atomic.Int64 // requests with a token
		home := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if version == "nginx" {
				if len(r.TLS.PeerCertificates) == 0 || !r.TLS.PeerCertificates[0].Equal(right.certificate) {
					w.Header().Set("Content-Type", "text/html")
					w.WriteHeader(http.StatusBadRequest)
					what := "No required SSL certificate was sent"
					if len(r.TLS.PeerCertificates) > 0 {
						what = "The SSL certificate error"
					}
					_, _ = io.WriteString(w, "<html><head><title>400 "+what+"</title></head></html>")
					return
				}
			}
			if r.Header.Get("Authorization") != "" {
				got.Add(1)
			}
			_, _ = io.WriteString(w, handled)
		}))
		home.TLS = conf
		home.Config.ErrorLog = log.New(io.Discard, "", 0)
		home.StartTLS()
		t.Cleanup(home.Close)
		ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: home.Certificate().Raw}))
		for name, tt := range map[string]struct{ shown, cause string }{
			"right":   {right.pem, ""},
			"wrong":   {wrong.pem, "client_certificate"},
			"expired": {expired.pem, "client_certificate"},
			"none":    {"", "client_certificate"},
		} {
			t.Run(version+"/"+name, func(t *testing.T) {
				got.Store(0)
				app, out := started(t, home.URL, map[string]string{config.EnvCA: ca, config.EnvClientCertificate: tt.shown})
				reply, _ := invoke(t, app, turnOn)
				line := out.line(t)
				cause, _ := line["cause"].(string)
				if vague := version != "nginx" && tt.cause != "" && (cause == "tls" || cause == "reset"); vague {
					cause = tt.cause // TLS 1.2 has no alert for it, and that of 1.3 may come when the connection is closed already
				}
				if cause != tt.cause || (reply.Event.Header.Name == "Response") != (tt.cause == "") {
					t.Errorf("cause %q, %v: %+v", cause, line["error"], reply)
				}
				if (got.Load() > 0) != (tt.cause == "") {
					t.Errorf("%d requests with the token came", got.Load())
				}
				if shown := strings.Join(out.lines, ""); strings.Contains(shown, "PRIVATE KEY") || strings.Contains(shown, "MIG") {
					t.Errorf("the key is in the log: %s", shown)
				}
			})
		}
	}
}

// TestPinnedKeys pins keys: with another one no request, and so no token, leaves.
func TestPinnedKeys(t *testing.T) {
	var got atomic.Int64
	home := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got.Add(1)
		_, _ = io.WriteString(w, handled)
	}))
	t.Cleanup(home.Close)
	home.Config.ErrorLog = log.New(io.Discard, "", 0)
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: home.Certificate().Raw}))
	sum := sha256.Sum256(home.Certificate().RawSubjectPublicKeyInfo)
	right, other := base64.StdEncoding.EncodeToString(sum[:]), strings.Repeat("A", 43)+"="
	for name, tt := range map[string]struct {
		pins, cause, step string
	}{
		"right":            {right, "", ""},
		"right and backup": {other + "," + right, "", ""},
		"another":          {other, "other_key", "pinned_keys"},
	} {
		t.Run(name, func(t *testing.T) {
			got.Store(0)
			app, out := started(t, home.URL, map[string]string{config.EnvCA: ca, config.EnvPins: tt.pins})
			_, _ = invoke(t, app, turnOn)
			if cause, _ := out.line(t)["cause"].(string); cause != tt.cause || (got.Load() > 0) != (tt.cause == "") {
				t.Errorf("cause %q, %d requests", cause, got.Load())
			}
			d, err := core.Do(t.Context(), app.dispatcher, lambda.Diagnose, lambda.DiagnoseInput{})
			last := d.Steps[len(d.Steps)-1]
			if err != nil || tt.step != "" && (last.Name != tt.step || last.OK || last.Cause != tt.cause) {
				t.Errorf("the diagnosis ends with %+v, %v", last, err)
			}
		})
	}
}

// TestWrongTrust starts with settings that cannot be: the start names the variable, and
// quotes nothing.
func TestWrongTrust(t *testing.T) {
	good := newIdentity(t, "a", time.Now().Add(time.Hour))
	certificate, key, _ := strings.Cut(good.pem, "-----BEGIN PRIVATE KEY-----")
	other, _, _ := strings.Cut(newIdentity(t, "b", time.Now().Add(time.Hour)).pem, "-----BEGIN PRIVATE KEY-----")
	for name, settings := range map[string]map[string]string{
		"no key":        {config.EnvClientCertificate: certificate},
		"no PEM":        {config.EnvClientCertificate: "canary-key"},
		"another's key": {config.EnvClientCertificate: other + "-----BEGIN PRIVATE KEY-----" + key},
		"a short pin":   {config.EnvPins: "AAAA"},
		"no pin":        {config.EnvPins: " , "},
		"no address":    {config.EnvSecondURL: "home.example.com"},
		"with a user":   {config.EnvSecondURL: "https://canary:canary@home.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			home := newHouse(t)
			app, out := started(t, home.url, settings)
			said := strings.Join(out.lines, "\n")
			for variable := range settings {
				if !strings.Contains(said, "not ready: ") || !strings.Contains(said, variable) {
					t.Errorf("the start says %s", said)
				}
			}
			if strings.Contains(said, "canary-key") || strings.Contains(said, "canary:canary") {
				t.Errorf("a secret is shown: %s", said)
			}
			if got, _ := invoke(t, app, turnOn); got.Event.Header.Name != "ErrorResponse" || len(home.requests()) != 0 {
				t.Errorf("got %+v", got)
			}
		})
	}
}
