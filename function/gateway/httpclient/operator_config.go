package httpclient

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	facts "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

func (s sender) change(_ context.Context, change Config) (Configuration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	config := s.current().config.with(change)
	if err := errors.Join(config.Check(), config.checkAddress()); err != nil {
		return Configuration{}, &core.Error{Kind: core.Invalid, Cause: core.CauseInput, Err: err}
	}
	s.apply(config)
	return s.current().view(), nil
}

func (s sender) setTimeout(ctx context.Context, t Timeouts) (Timeouts, error) {
	conf, err := s.change(ctx, Config{Timeouts: t})
	return conf.Timeouts, err
}

func (s sender) configuration(context.Context, core.None) (Configuration, error) {
	v := s.current().view()
	if s.byName {
		others := s.Client.current().view()
		v.Others = &others
	}
	return v, nil
}

// A Configuration is a [Config] without its secrets.
type Configuration struct {
	Home        string            `json:"home,omitempty"`
	Headers     map[string]string `json:"headers,omitempty" doc:"[secret] for each"`
	Roots       string            `json:"roots" doc:"what the home's certificate is verified against: embedded, system, ca, pins or nobody"`
	CA          []CertificateInfo `json:"ca,omitempty"`
	Pins        []string          `json:"pins,omitempty"`
	Certificate *CertificateInfo  `json:"certificate,omitempty" doc:"the client certificate"`
	Proxy       string            `json:"proxy,omitempty" doc:"without user and password"`
	NoProxy     []string          `json:"no_proxy,omitempty"`
	BodyLimit   int64             `json:"body_limit" unit:"B"`
	AnswerLimit int64             `json:"answer_limit" unit:"B"`
	Timeouts
	Others *Configuration `json:"others,omitempty" doc:"of the requests that are not sent by name, which none of these operations changes"`
}

// A CertificateInfo is what a person wants to know of a configured certificate.
type CertificateInfo struct {
	Subject  string    `json:"subject"`
	Ends     time.Time `json:"ends"`
	DaysLeft int       `json:"days_left" unit:"d"`
}

func (cc *clientConfig) view() Configuration {
	c := cc.config
	v := Configuration{
		Home: c.Address, Roots: cc.roots(), Pins: c.Pins, NoProxy: c.NoProxy,
		BodyLimit: cmp.Or(c.BodyLimit, MaxBody), AnswerLimit: cmp.Or(c.AnswerLimit, MaxBody), Timeouts: c.Timeouts,
	}
	v.Idle = cmp.Or(c.Idle, core.Seconds(idleTimeout))
	for name, value := range c.Headers {
		if v.Headers == nil {
			v.Headers = map[string]string{}
		}
		v.Headers[name] = value.String()
	}
	for _, x := range parsed(c.CA) {
		v.CA = append(v.CA, infoOf(x))
	}
	if own := parsed(c.Certificate); len(own) > 0 {
		first := infoOf(own[0])
		v.Certificate = &first
	}
	if u, err := url.Parse(c.Proxy.Reveal()); c.Proxy != "" && err == nil {
		v.Proxy = u.Scheme + "://" + u.Host
	}
	return v
}

// roots returns what the home's certificate is verified against, in one word.
func (cc *clientConfig) roots() string {
	switch c := cc.config; {
	case c.Insecure && len(c.Pins) > 0:
		return "pins"
	case c.Insecure:
		return "nobody"
	case c.CA != "":
		return "ca"
	case cc.homes[0].pool.usesSystemRoots():
		return "system"
	}
	return "embedded"
}

// parsed returns the certificates of a PEM text that was checked, or none.
func parsed(text string) []*x509.Certificate {
	found, _ := certificates(text)
	return found
}

func infoOf(c *x509.Certificate) CertificateInfo {
	return CertificateInfo{c.Subject.String(), c.NotAfter.UTC(), int(time.Until(c.NotAfter).Hours() / 24)}
}

// A ValidateInput is the input of [ValidateConfig]. It has no Check: what is wrong
// with it is the result.
type ValidateInput struct {
	Change Config `json:"change" doc:"as configure takes it; fields that are left out are as they are"`
}

// A Validation is the result of [ValidateConfig].
type Validation struct {
	Valid    bool           `json:"valid" doc:"configure would accept it"`
	Problems []string       `json:"problems,omitempty" doc:"a sentence for each field that is wrong"`
	Warnings []string       `json:"warnings,omitempty" doc:"a sentence for each setting that is accepted but not recommended"`
	Result   *Configuration `json:"result,omitempty" doc:"the configuration that would result; absent if it is not valid"`
}

func (s sender) validate(_ context.Context, in ValidateInput) (Validation, error) {
	config := s.current().config.with(in.Change)
	var v Validation
	if err := errors.Join(config.Check(), config.checkAddress()); err != nil {
		v.Problems = strings.Split(err.Error(), "\n")
	}
	slices.Sort(v.Problems)
	v.Warnings = config.warnings()
	if v.Valid = len(v.Problems) == 0; v.Valid {
		view := new(Client).newClientConfig(config, nil).view()
		v.Result = &view
	}
	return v, nil
}

func (c Config) warnings() (warnings []string) {
	const soon = 14 * 24 * time.Hour
	warn := func(format string, args ...any) { warnings = append(warnings, fmt.Sprintf(format, args...)) }
	if strings.HasPrefix(c.Address, "http://") {
		warn("home is http: the token travels in clear")
		if len(c.Headers) > 0 {
			warn("home is http: the headers %s travel in clear", strings.Join(slices.Sorted(maps.Keys(c.Headers)), ", "))
		}
	}
	if c.Insecure && len(c.Pins) == 0 {
		warn("any certificate is accepted as the home's: anyone between the function and the home can read the token")
	}
	for _, x := range append(parsed(c.CA), parsed(c.Certificate)...) {
		if time.Until(x.NotAfter) < soon {
			warn("the certificate %s ends on %s", x.Subject, x.NotAfter.Format(time.DateOnly))
		}
	}
	if len(c.Pins) == 1 {
		warn("pins has one key: when the home gets a new key, every request fails until that is pinned; pin the next key too")
	}
	if c.Request.Duration() > facts.ReplyTimeout {
		warn("request_seconds is longer than Alexa waits, which is %v", facts.ReplyTimeout.Seconds())
	}
	return warnings
}
