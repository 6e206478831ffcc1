package httpclient

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Config says how requests are sent. The zero value is a good one for hosts with
// a public certificate. The far side that one cares for is the home: headers,
// authorities, pins and the client certificate are for it alone.
type Config struct {
	Home        string                 `json:"home,omitempty" doc:"its address, such as https://home.example.org:8123"`
	Headers     map[string]core.Secret `json:"headers,omitempty" doc:"secret ones, such as those of Cloudflare Access, sent to the home and to nobody else"`
	CA          string                 `json:"ca,omitempty" doc:"PEM certificates of authorities that vouch for the home, instead of the public ones"`
	Pins        []string               `json:"pins,omitempty" doc:"base64 of the SHA-256 of public keys, one of which must be the home's or that of an authority of its"`
	Certificate string                 `json:"certificate,omitempty" doc:"PEM, of this client, shown to the home when it asks for one"`
	Key         core.Secret            `json:"key,omitempty" doc:"PEM, of the certificate"`
	Insecure    bool                   `json:"-"` // believe the home whatever its certificate is; with pins, whose key is pinned
	Proxy       core.Secret            `json:"proxy,omitempty" doc:"address of a proxy that requests go through, http or https; a user and a password may be in it"`
	NoProxy     []string               `json:"no_proxy,omitempty" doc:"hosts that are reached without the proxy"`
	BodyLimit   int64                  `json:"body_limit,omitempty" doc:"how long a request's body may be; default: 6 MiB, what Lambda can take" unit:"B"`
	AnswerLimit int64                  `json:"answer_limit,omitempty" doc:"how long an answer may be; default: 6 MiB, what Lambda can return" unit:"B"`
	Timeouts
}

// Check says what is wrong with c, all of it.
func (c Config) Check() error {
	var wrong []error
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if c.Home != "" {
		wrong = append(wrong, checkURL("home", c.Home))
	}
	for name, value := range c.Headers {
		wrong = append(wrong, checkHeader("headers", name, value.Reveal()))
		if slices.Contains([]string{"authorization", "host", "content-length", "transfer-encoding", "connection"}, strings.ToLower(name)) {
			say("field headers has %s, which each request sets itself", name)
		}
	}
	if c.CA != "" {
		if _, err := certificates(c.CA); err != nil {
			say("field ca cannot be used: %w", err)
		}
	}
	for i, pin := range c.Pins {
		if b, err := base64.StdEncoding.DecodeString(pin); err != nil || len(b) != 32 {
			say("field pins[%d] is not a SHA-256 in base64, of 44 characters", i)
		}
	}
	if _, err := tls.X509KeyPair([]byte(c.Certificate), []byte(c.Key.Reveal())); err != nil && (c.Certificate != "" || c.Key != "") {
		say("field certificate and field key do not make a pair: PEM of both is wanted (%w)", err)
	}
	if u, err := url.Parse(c.Proxy.Reveal()); c.Proxy != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		say("field proxy is not an address: one such as http://proxy.example.org:3128 is wanted")
	}
	if c.BodyLimit < 0 || c.AnswerLimit < 0 {
		say("field body_limit or field answer_limit is negative")
	}
	if c.BodyLimit > MaxBody || c.AnswerLimit > MaxBody {
		say("field body_limit or field answer_limit is above %d, which Lambda cannot pass on", MaxBody)
	}
	return errors.Join(append(wrong, c.Timeouts.Check())...)
}

// whole says what a configuration lacks to be taken as it is.
func (c Config) whole() error {
	if c.Home == "" && (c.private() || len(c.Headers) > 0) {
		return errors.New("field home is missing: it says whom the headers, ca, pins and certificate are for")
	}
	return nil
}

// over returns c with what change says instead.
func (c Config) over(change Config) Config {
	put(&c.Home, change.Home)
	put(&c.CA, change.CA)
	put(&c.Proxy, change.Proxy)
	put(&c.BodyLimit, change.BodyLimit)
	put(&c.AnswerLimit, change.AnswerLimit)
	if change.Headers != nil {
		c.Headers = change.Headers
	}
	if change.Pins != nil {
		c.Pins = change.Pins
	}
	if change.NoProxy != nil {
		c.NoProxy = change.NoProxy
	}
	put(&c.Certificate, change.Certificate)
	put(&c.Key, change.Key)
	c.Timeouts = c.Timeouts.over(change.Timeouts)
	return c
}

func put[T comparable](to *T, v T) {
	var zero T
	if v != zero {
		*to = v
	}
}

// Configure sets how requests are sent from now on. It returns an error, and
// changes nothing, if c is not as [Config.Check] wants it. Connections go on where
// the new ones would be made alike.
func (c *Client) Configure(config Config) error {
	if err := errors.Join(config.Check(), config.whole()); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base = config
	c.take(config)
	return nil
}

// take puts a configuration into effect. The caller holds mu.
func (c *Client) take(config Config) {
	old := c.way.Load()
	w := c.newWay(config, old)
	c.way.Store(w)
	if old != nil {
		old.close(w)
	}
}

func (c *Client) change(_ context.Context, change Config) (Configuration, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	config := c.current().config.over(change)
	if err := errors.Join(config.Check(), config.whole()); err != nil {
		return Configuration{}, &core.Error{Kind: core.Invalid, Cause: core.CauseInput, Err: err}
	}
	c.take(config)
	return c.current().view(), nil
}

// Check refuses a request's time-out that is shorter than those of its phases.
func (t Timeouts) Check() error {
	longest := max(t.Dial, t.Handshake, t.FirstByte)
	if t.Request > 0 && longest > t.Request {
		return fmt.Errorf("field request_seconds is shorter than that of a phase: at least %v is wanted", longest.Duration())
	}
	return nil
}

func (t Timeouts) over(change Timeouts) Timeouts {
	put(&t.Request, change.Request)
	put(&t.Dial, change.Dial)
	put(&t.Handshake, change.Handshake)
	put(&t.FirstByte, change.FirstByte)
	put(&t.Idle, change.Idle)
	return t
}

func (c *Client) setTimeout(ctx context.Context, t Timeouts) (Timeouts, error) {
	conf, err := c.change(ctx, Config{Timeouts: t})
	return conf.Timeouts, err
}
