package httpclient

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Configuration is how requests are sent, without its secrets.
type Configuration struct {
	Home        string            `json:"home,omitempty"`
	Headers     map[string]string `json:"headers,omitempty" doc:"[secret] for each"`
	Roots       string            `json:"roots" doc:"who vouches for the home: embedded, system, ca, pins or nobody"`
	CA          []Vouched         `json:"ca,omitempty"`
	Pins        []string          `json:"pins,omitempty"`
	Certificate *Vouched          `json:"certificate,omitempty" doc:"of this client"`
	Proxy       string            `json:"proxy,omitempty" doc:"without user and password"`
	NoProxy     []string          `json:"no_proxy,omitempty"`
	BodyLimit   int64             `json:"body_limit" unit:"B"`
	AnswerLimit int64             `json:"answer_limit" unit:"B"`
	Timeouts
}

// A Vouched is a certificate that the configuration has.
type Vouched struct {
	Subject  string    `json:"subject"`
	Ends     time.Time `json:"ends"`
	DaysLeft int       `json:"days_left" unit:"d"`
}

func (c *Client) configuration(context.Context, core.None) (Configuration, error) {
	return c.current().view(), nil
}

func (w *way) view() Configuration {
	c := w.config
	v := Configuration{
		Home: c.Home, Pins: c.Pins, NoProxy: c.NoProxy, Roots: "embedded",
		BodyLimit: cmp.Or(c.BodyLimit, MaxBody), AnswerLimit: cmp.Or(c.AnswerLimit, MaxBody), Timeouts: c.Timeouts,
	}
	put(&v.Timeouts.Idle, cmp.Or(c.Idle, core.Seconds(idleTimeout)))
	for name, value := range c.Headers {
		if v.Headers == nil {
			v.Headers = map[string]string{}
		}
		v.Headers[name] = value.String()
	}
	switch {
	case c.Insecure && len(c.Pins) > 0:
		v.Roots = "pins"
	case c.Insecure:
		v.Roots = "nobody"
	case c.CA != "":
		v.Roots = "ca"
	case w.home.asksSystem():
		v.Roots = "system"
	}
	for _, x := range readable(c.CA) {
		v.CA = append(v.CA, vouched(x))
	}
	if own := readable(c.Certificate); len(own) > 0 {
		first := vouched(own[0])
		v.Certificate = &first
	}
	if u, err := url.Parse(c.Proxy.Reveal()); c.Proxy != "" && err == nil {
		v.Proxy = u.Scheme + "://" + u.Host
	}
	return v
}

func readable(text string) []*x509.Certificate {
	found, _ := certificates(text)
	return found
}

func vouched(c *x509.Certificate) Vouched {
	return Vouched{c.Subject.String(), c.NotAfter.UTC(), int(time.Until(c.NotAfter).Hours() / 24)}
}

// A ValidateInput is the input of [ValidateConfig]: what would be changed. It is
// not refused for what is wrong with it, for that is the question.
type ValidateInput struct {
	Change Config `json:"change" doc:"as configure takes it; what is left out is as it is"`
}

// A Validation is what is to be said of a configuration.
type Validation struct {
	Valid    bool           `json:"valid" doc:"it would be taken"`
	Problems []string       `json:"problems,omitempty" doc:"a sentence for each thing that is wrong"`
	Warnings []string       `json:"warnings,omitempty" doc:"a sentence for each thing that works and should not stay so"`
	Result   *Configuration `json:"result,omitempty" doc:"what it would be; absent when it is not valid"`
}

func (c *Client) validate(_ context.Context, in ValidateInput) (Validation, error) {
	config := c.current().config.over(in.Change)
	var v Validation
	for _, err := range []error{config.Check(), config.whole()} {
		if err != nil {
			v.Problems = append(v.Problems, strings.Split(err.Error(), "\n")...)
		}
	}
	slices.Sort(v.Problems)
	v.Warnings = config.warnings()
	if v.Valid = len(v.Problems) == 0; v.Valid {
		view := new(Client).newWay(config, nil).view()
		v.Result = &view
	}
	return v, nil
}

func (c Config) warnings() (said []string) {
	say := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	if strings.HasPrefix(c.Home, "http://") {
		say("home is http: the token travels in clear")
		if len(c.Headers) > 0 {
			say("home is http: the headers %s travel in clear", strings.Join(slices.Sorted(maps.Keys(c.Headers)), ", "))
		}
	}
	if c.Insecure && len(c.Pins) == 0 {
		say("any certificate is believed to be the home's: anyone on the way can read the token")
	}
	for _, x := range append(readable(c.CA), readable(c.Certificate)...) {
		const soon = 14 * 24 * time.Hour
		if left := time.Until(x.NotAfter); left < soon {
			say("the certificate %s ends on %s", x.Subject, x.NotAfter.Format(time.DateOnly))
		}
	}
	if len(c.Pins) == 1 {
		say("pins has one key: when the home gets another one, nothing works until it is pinned; pin the next one too")
	}
	const alexaWaits = 8 * time.Second
	if c.Request.Duration() > alexaWaits {
		say("request_seconds is longer than Alexa waits, which is 8")
	}
	return said
}
