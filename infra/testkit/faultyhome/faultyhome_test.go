package faultyhome_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
)

const directive = `{"directive":{"header":{"messageId":"m"}}}`

// post sends a directive and returns what came of it.
func post(t *testing.T, url string, conf *tls.Config) (body string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(directive))
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: conf}
	defer transport.CloseIdleConnections()
	res, err := transport.RoundTrip(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return string(b), err
}

func TestBehaviours(t *testing.T) {
	ok := faultyhome.Answer(200, "", "{}")
	for _, test := range []struct {
		name     string
		behave   faultyhome.Behaviour
		body     string
		err      error // nil for none, errAny for one that differs from run to run
		received int
	}{
		{"well", faultyhome.Well(http.NotFoundHandler()), "404 page not found\n", nil, 1},
		{"says", faultyhome.After(faultyhome.Say(ok)), "{}", nil, 1},
		{"silent", faultyhome.Silent, "", context.DeadlineExceeded, 0},
		{"deaf", faultyhome.Deaf, "", context.DeadlineExceeded, 0},
		{"hangs", faultyhome.After(faultyhome.Hang), "", context.DeadlineExceeded, 1},
		{"hangs in the body", faultyhome.After(faultyhome.Say(ok[:len(ok)-1]), faultyhome.Hang), "{", context.DeadlineExceeded, 1},
		{"trickles", faultyhome.After(faultyhome.Trickle(ok, time.Second)), "", context.DeadlineExceeded, 1},
		{"closes", faultyhome.After(), "", io.EOF, 1},
		{"closes in the body", faultyhome.After(faultyhome.Say(ok[:len(ok)-1])), "{", io.ErrUnexpectedEOF, 1},
		{"resets", faultyhome.After(faultyhome.Reset), "", syscall.ECONNRESET, 1},
		{"curt", faultyhome.Curt, "", errAny, 0},
		{"rude", faultyhome.Rude, "", errAny, 0},
		{"floods", faultyhome.After(faultyhome.Say(strings.TrimSuffix(faultyhome.Answer(200, "Connection: close", ""), "Content-Length: 0\r\n\r\n")+"\r\n"), faultyhome.Flood("x", 100_000)), strings.Repeat("x", 100_000), nil, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			h, err := faultyhome.New(test.behave, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			body, err := post(t, h.URL, nil)
			if !errors.Is(err, test.err) && (test.err != errAny || err == nil) {
				t.Errorf("error %v, want %v", err, test.err)
			}
			if body != test.body {
				t.Errorf("body %.50q, want %.50q", body, test.body)
			}
			if got := h.Received()["m"]; got != test.received {
				t.Errorf("received %d times, want %d", got, test.received)
			}
		})
	}
}

var errAny = errors.New("any")

// TestForgetful keeps a connection busy, and then silent.
func TestForgetful(t *testing.T) {
	const silence = 300 * time.Millisecond
	h, err := faultyhome.New(faultyhome.Forgetful(http.NotFoundHandler(), silence), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	transport := new(http.Transport)
	defer transport.CloseIdleConnections()
	send := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), silence)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, strings.NewReader(directive))
		if err != nil {
			t.Fatal(err)
		}
		res, err := transport.RoundTrip(r)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		_, err = io.Copy(io.Discard, res.Body)
		return err
	}
	for range 3 {
		if err := send(); err != nil {
			t.Fatalf("a busy connection is forgotten: %v", err)
		}
	}
	time.Sleep(2 * silence)
	if err := send(); !errors.Is(err, context.DeadlineExceeded) || h.Received()["m"] != 3 {
		t.Errorf("after the silence: %v, received %d times; want no answer, and 3", err, h.Received()["m"])
	}
}

func TestNobody(t *testing.T) {
	url, stop, err := faultyhome.Refusing()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if _, err := post(t, url, nil); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("error %v, want a refusal", err)
	}
	url, stop, err = faultyhome.Unaccepting()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if _, err := post(t, url, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want none before the time is up", err)
	}
}

func TestCertificates(t *testing.T) {
	ca, err := faultyhome.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(ca.PEM))
	for _, test := range []struct {
		name        string
		certificate faultyhome.Certificate
		want        string // in the error; empty for none
	}{
		{"good", faultyhome.Certificate{}, ""},
		{"expired", faultyhome.Certificate{Expired: true}, "expired or is not yet valid"},
		{"early", faultyhome.Certificate{Early: true}, "expired or is not yet valid"},
		{"another host", faultyhome.Certificate{Host: "elsewhere.test"}, "cannot validate certificate for 127.0.0.1"},
		{"self-signed", faultyhome.Certificate{Self: true}, "unknown authority"},
		{"old TLS", faultyhome.Certificate{Version: tls.VersionTLS11}, "protocol version"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conf, err := ca.TLS(test.certificate)
			if err != nil {
				t.Fatal(err)
			}
			h, err := faultyhome.New(faultyhome.After(faultyhome.Say(faultyhome.Answer(200, "", "{}"))), conf)
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			_, err = post(t, h.URL, &tls.Config{RootCAs: pool})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestCloseEndsEverything(t *testing.T) {
	h, err := faultyhome.New(faultyhome.Silent, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", strings.TrimPrefix(h.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	h.Close()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the connection lives on")
	}
}
