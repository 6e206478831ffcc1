package httpclient

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Config says how requests are sent. The zero value suits hosts with a public
// certificate.
type Config struct {
	Home
	More        []Home      `json:"-"` // further homes, of other addresses
	Proxy       core.Secret `json:"proxy,omitempty" doc:"address of an http or https proxy, which may contain user and password"`
	NoProxy     []string    `json:"no_proxy,omitempty" doc:"hosts to reach without the proxy"`
	BodyLimit   int64       `json:"body_limit,omitempty" doc:"maximum length of a request's body; default: 6 MiB, Lambda's limit" unit:"B"`
	AnswerLimit int64       `json:"answer_limit,omitempty" doc:"maximum length of a response; default: 6 MiB, Lambda's limit" unit:"B"`
	Timeouts
}

// A Home is an address, and what applies to it alone.
type Home struct {
	Address     string                 `json:"home,omitempty" doc:"its address, such as https://home.example.org:8123"`
	Headers     map[string]core.Secret `json:"headers,omitempty" doc:"secret headers, such as those of Cloudflare Access, sent to the home only"`
	CA          string                 `json:"ca,omitempty" doc:"PEM certificates of the authorities to trust for the home, instead of the public ones"`
	Pins        []string               `json:"pins,omitempty" doc:"base64 of the SHA-256 of public keys; the home's key, or that of an authority in its chain, must be one of them"`
	Certificate string                 `json:"certificate,omitempty" doc:"PEM client certificate, sent to the home if it asks for one"`
	Key         core.Secret            `json:"key,omitempty" doc:"PEM private key of the certificate"`
	Insecure    bool                   `json:"-"` // accept any certificate of the home; with pins, any with a pinned key
}

// Check returns an error that names every field that is wrong.
func (c Config) Check() error {
	problems := []error{c.Home.Check()}
	for _, home := range c.More {
		problems = append(problems, home.Check(), home.checkAddress())
	}
	return errors.Join(append(problems, c.checkProxy(), c.checkLimits(), c.Timeouts.Check())...)
}

// Check returns an error that names every field that is wrong.
func (h Home) Check() error {
	var address error
	if h.Address != "" {
		address = checkURL("home", h.Address)
	}
	return errors.Join(address, h.checkHeaders(), h.checkTrust())
}

func (h Home) checkHeaders() error {
	var problems []error
	for name, value := range h.Headers {
		problems = append(problems, checkHeader("headers", name, value.Reveal()))
		if slices.Contains([]string{"authorization", "host", "content-length", "transfer-encoding", "connection"}, strings.ToLower(name)) {
			problems = append(problems, fmt.Errorf("field headers has %s, which each request sets itself", name))
		}
	}
	return errors.Join(problems...)
}

func (h Home) checkTrust() error {
	var problems []error
	if h.CA != "" {
		if _, err := certificates(h.CA); err != nil {
			problems = append(problems, fmt.Errorf("field ca cannot be used: %w", err))
		}
	}
	for i, pin := range h.Pins {
		if b, err := base64.StdEncoding.DecodeString(pin); err != nil || len(b) != 32 {
			problems = append(problems, fmt.Errorf("field pins[%d] is not a SHA-256 in base64, of 44 characters", i))
		}
	}
	if h.Certificate != "" || h.Key != "" {
		if _, err := tls.X509KeyPair([]byte(h.Certificate), []byte(h.Key.Reveal())); err != nil {
			problems = append(problems, fmt.Errorf("field certificate and field key do not make a pair: expected PEM of both (%w)", err))
		}
	}
	return errors.Join(problems...)
}

func (c Config) checkProxy() error {
	if u, err := url.Parse(c.Proxy.Reveal()); c.Proxy != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return errors.New("field proxy is not an address: expected one such as http://proxy.example.org:3128")
	}
	return nil
}

func (c Config) checkLimits() error {
	switch {
	case c.BodyLimit < 0 || c.AnswerLimit < 0:
		return errors.New("field body_limit or field answer_limit is negative")
	case c.BodyLimit > MaxBody || c.AnswerLimit > MaxBody:
		return fmt.Errorf("field body_limit or field answer_limit is above %d, Lambda's limit", MaxBody)
	}
	return nil
}

// checkAddress returns an error if h has settings but no address.
func (h Home) checkAddress() error {
	if h.Address == "" && (h.hasOwnTrust() || len(h.Headers) > 0) {
		return errors.New("field home is missing: headers, ca, pins and certificate apply to it alone")
	}
	return nil
}

// with returns c with the fields of change that are set.
func (c Config) with(change Config) Config {
	set(&c.Address, change.Address)
	set(&c.CA, change.CA)
	set(&c.Proxy, change.Proxy)
	set(&c.BodyLimit, change.BodyLimit)
	set(&c.AnswerLimit, change.AnswerLimit)
	if change.Headers != nil {
		c.Headers = change.Headers
	}
	if change.Pins != nil {
		c.Pins = change.Pins
	}
	if change.NoProxy != nil {
		c.NoProxy = change.NoProxy
	}
	set(&c.Certificate, change.Certificate)
	set(&c.Key, change.Key)
	c.Timeouts = c.Timeouts.with(change.Timeouts)
	return c
}

// set sets *to to v unless v is zero.
func set[T comparable](to *T, v T) {
	var zero T
	if v != zero {
		*to = v
	}
}

// Configure sets how requests are sent from now on. If [Config.Check] finds a problem,
// or settings for the home without a home, Configure returns an error and changes
// nothing. Open connections stay in use if the new configuration would make them
// alike.
func (c *Client) Configure(config Config) error {
	if err := errors.Join(config.Check(), config.checkAddress()); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.initial = config
	sender{c, false}.apply(config)
	return nil
}

// apply puts a checked configuration into effect. The caller holds mu.
func (s sender) apply(config Config) {
	old := s.slot().Load()
	next := s.newClientConfig(config, old)
	s.slot().Store(next)
	if old != nil {
		old.closeIdle(next)
	}
}
