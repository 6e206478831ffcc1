package security_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// A pair is a certificate and its key.
type pair struct {
	*x509.Certificate
	key *ecdsa.PrivateKey
}

// issue returns a certificate for home.test, signed by an issuer, or by itself.
func issue(t *testing.T, by *pair, change func(*x509.Certificate)) *pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "home.test"}, DNSNames: []string{"home.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(60 * 24 * time.Hour),
	}
	if change != nil {
		change(c)
	}
	if by == nil {
		by = &pair{c, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by.Certificate, &key.PublicKey, by.key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return &pair{c, key}
}

func authority(name string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.Subject, c.DNSNames = pkix.Name{CommonName: name}, nil
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	}
}

// showing returns a Keeper whose every connection leads to a server that does as serve
// says.
func showing(t *testing.T, serve func(net.Conn), verify func(string, int, []*x509.Certificate) (bool, error)) *security.Authorizer {
	return security.New(security.Options{Verify: verify, Dial: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			defer far.Close()
			serve(far)
		}()
		t.Cleanup(func() {
			near.Close()
			<-ended
		})
		return near, nil
	}})
}

// shake returns a server that shows a chain.
func shake(oldest, newest uint16, chain ...*pair) func(net.Conn) {
	return func(c net.Conn) {
		shown := tls.Certificate{PrivateKey: chain[0].key}
		for _, link := range chain {
			shown.Certificate = append(shown.Certificate, link.Raw)
		}
		s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{shown}, MinVersion: oldest, MaxVersion: newest})
		_ = s.HandshakeContext(context.Background())
		_, _ = io.Copy(io.Discard, s)
	}
}

// TestCheckCertificate has servers show what there is to see of certificates.
func TestCheckCertificate(t *testing.T) {
	root := issue(t, nil, authority("Root"))
	between := issue(t, root, authority("Between"))
	good := issue(t, between, nil)
	days := func(from, until int) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			const day = 24 * time.Hour
			c.NotBefore, c.NotAfter = time.Now().Add(time.Duration(from)*day), time.Now().Add(time.Duration(until)*day+time.Minute)
		}
	}
	for name, tt := range map[string]struct {
		serve          func(net.Conn)
		host           string // default: home.test
		want, alsoWant string
	}{
		"a good one":              {serve: shake(0, 0, good, between), want: `"names":["home.test"],"issuer":"Between"`, alsoWant: `"days_left":59,"tls":"TLS 1.3","chain":["home.test","Between"],"ok":true,"verified":true}`},
		"TLS 1.2":                 {serve: shake(0, tls.VersionTLS12, good, between), want: `"tls":"TLS 1.2"`, alsoWant: `"ok":true`},
		"TLS 1.0":                 {serve: shake(tls.VersionTLS10, tls.VersionTLS10, good, between), want: `"tls":"TLS 1.0"`, alsoWant: `"ok":false,"verified":true,"cause":"tls_version"`},
		"about to end":            {serve: shake(0, 0, issue(t, between, days(-9, 3)), between), want: `"days_left":3,`, alsoWant: `"ok":true,"verified":true,"advice":["the certificate expires in 3 days`},
		"ended":                   {serve: shake(0, 0, issue(t, between, days(-9, -3)), between), want: `"days_left":-3,`, alsoWant: `"ok":false,"verified":true,"cause":"expired_certificate"`},
		"not begun":               {serve: shake(0, 0, issue(t, between, days(2, 9)), between), want: `"days_left":9,`, alsoWant: `"cause":"not_yet_valid"`},
		"for another host":        {serve: shake(0, 0, good, between), host: "away.test", want: `"host":"away.test"`, alsoWant: `"cause":"wrong_host","problem":"the certificate is for home.test, not for away.test`},
		"signed by itself":        {serve: shake(0, 0, issue(t, nil, nil)), want: `"issuer":"home.test"`, alsoWant: `"cause":"self_signed"`},
		"without the one between": {serve: shake(0, 0, good), want: `"chain":["home.test"]`, alsoWant: `"cause":"missing_intermediate"`},
		"an unknown authority":    {serve: shake(0, 0, issue(t, issue(t, nil, authority("Stranger")), nil), issue(t, nil, authority("Other"))), want: `"issuer":"Stranger"`, alsoWant: `"cause":"unknown_authority"`},
		"no TLS": {serve: func(c net.Conn) {
			go io.Copy(io.Discard, c)
			_, _ = io.WriteString(c, "HTTP/1.0 400 Bad Request\r\n\r\n")
		}, want: "unreachable: security.check_certificate: the server does not speak TLS at that port"},
		"it hangs up": {serve: func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) }, want: "unreachable: security.check_certificate: the handshake failed"},
	} {
		t.Run(name, func(t *testing.T) {
			k := showing(t, tt.serve, func(host string, port int, chain []*x509.Certificate) (bool, error) {
				o := x509.VerifyOptions{DNSName: host, Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool()}
				o.Roots.AddCert(root.Certificate)
				for _, link := range chain[1:] {
					o.Intermediates.AddCert(link)
				}
				_, err := chain[0].Verify(o)
				return true, err
			})
			host := tt.host
			if host == "" {
				host = "home.test"
			}
			got := run(t, k, "check_certificate", `{"host":"`+host+`"}`)
			if !strings.Contains(got, tt.want) || !strings.Contains(got, tt.alsoWant) {
				t.Errorf("got %s, want %s and %s in it", got, tt.want, tt.alsoWant)
			}
		})
	}
}

// TestCheckCertificateAsConfigured checks that what the function's own connections say
// is in the result.
func TestCheckCertificateAsConfigured(t *testing.T) {
	self := issue(t, nil, nil)
	for name, tt := range map[string]struct {
		looked bool
		err    error
		want   string
	}{
		"whatever it shows": {false, nil, `"ok":true,"verified":false,"advice":["nothing is verified`},
		"a pin":             {true, core.Errorf(core.Unreachable, core.CauseOtherKey, "pin it"), `"ok":false,"verified":true,"cause":"other_key","problem":"pin it"`},
	} {
		t.Run(name, func(t *testing.T) {
			k := showing(t, shake(0, 0, self), func(host string, port int, chain []*x509.Certificate) (bool, error) {
				if host != "home.test" || port != 443 || len(chain) != 1 || !chain[0].Equal(self.Certificate) {
					t.Errorf("it is asked about %s, %d, %d certificates", host, port, len(chain))
				}
				return tt.looked, tt.err
			})
			if got := run(t, k, "check_certificate", `{"host":"home.test"}`); !strings.Contains(got, tt.want) {
				t.Errorf("got %s, want %s in it", got, tt.want)
			}
		})
	}
	// By default it is the system that vouches, or does not.
	if got := run(t, showing(t, shake(0, 0, self), nil), "check_certificate", `{"host":"home.test"}`); !strings.Contains(got, `"cause":"self_signed"`) {
		t.Errorf("got %s", got)
	}
}

// TestVerify checks that a PEM text stands in for the system's authorities.
func TestVerify(t *testing.T) {
	root := issue(t, nil, authority("Root"))
	near, far := net.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer far.Close()
		shake(0, 0, issue(t, root, nil))(far)
	}()
	c, err := security.Inspect(t.Context(), near, "home.test")
	near.Close()
	<-ended
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Verify(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}))); err != nil {
		t.Errorf("with its authority: %v", err)
	}
	if err := c.Verify(""); core.CauseOf(err) != core.CauseMissingIntermediate {
		t.Errorf("with the system's: %v", err)
	}
	if got := c.String(); got != "TLS 1.3, a certificate for home.test by Root, valid for 59 days" {
		t.Errorf("got %s", got)
	}
}

// TestCertificateIsCached counts the handshakes of a server that is checked several
// times.
func TestCertificateIsCached(t *testing.T) {
	self := issue(t, nil, nil)
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		serve := shake(0, 0, self)
		a := showing(t, func(c net.Conn) {
			asked++
			serve(c)
		}, nil)
		d := core.NewDispatcher(a, cache.New(cache.Options{}))
		for i, tt := range []struct {
			after time.Duration
			in    string
			want  int
		}{
			{0, `{"host":"home.test"}`, 1},
			{0, `{"host":"home.test"}`, 2},
			{0, `{"host":"home.test","max_age_seconds":60}`, 3},
			{59 * time.Second, `{"host":"HOME.test","port":443,"max_age_seconds":60}`, 3},
			{0, `{"host":"home.test","max_age_seconds":30}`, 4}, // the other result is too old
			{0, `{"host":"home.test","port":8123,"max_age_seconds":60}`, 5},
			{0, `{"host":"away.test","max_age_seconds":60}`, 6},
			{time.Second, `{"host":"home.test","max_age_seconds":60}`, 7},
			{0, `{"host":"home.test","max_age_seconds":0}`, 8},
			{0, `{"host":"","max_age_seconds":60}`, 8},
		} {
			time.Sleep(tt.after)
			_, _ = core.Execute(t.Context(), d, "security.check_certificate", []byte(tt.in))
			if asked != tt.want {
				t.Errorf("check %d: the server was asked %d times, want %d", i, asked, tt.want)
			}
		}
	})
}

func TestWrongHost(t *testing.T) {
	lists{
		"none":         {`{"host":""}`, "invalid: security.check_certificate: field host is missing"},
		"a URL":        {`{"host":"https://home.test"}`, "field host is"},
		"a port in it": {`{"host":"home.test:8123"}`, "the port is a field of its own"},
		"a user":       {`{"host":"me@home.test"}`, "field host is"},
		"a long one":   {`{"host":"` + strings.Repeat("a", 254) + `"}`, "field host is"},
		"a port below": {`{"host":"home.test","port":-1}`, "field port is -1"},
		"a port above": {`{"host":"home.test","port":65536}`, "field port is 65536"},
		"no server":    {`{"host":"127.0.0.1","port":1}`, "unreachable: security.check_certificate: 127.0.0.1 does not answer at port 1"},
	}.run(t, security.New(security.Options{}), "check_certificate")
}
