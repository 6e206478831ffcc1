// Package checks diagnoses the way from the function to Home Assistant, step by step:
// one file for the steps of the network, one for those of Home Assistant, one for those of
// a relay, one for the discovery. It carries out nothing at home.
package checks

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/security"
	"github.com/hearthgate/hearthgate/function/homeassistant"
)

// A Doctor diagnoses the way to the home of a client. It is safe for concurrent use.
type Doctor struct{ Client *homeassistant.Client }

// checks is one diagnosis. What one check finds the next ones need.
type checks struct {
	*homeassistant.Client
	permit    access.Permit
	settings  *initialization.Settings
	token     homeassistant.Token // the stored one; empty if linked accounts bring it
	url       *url.URL
	addresses []netip.Addr
	shown     *security.Certificate // of the home's address
}

// Diagnose checks the way to Home Assistant step by step and returns the result of
// each. It ends with the first one that fails: without it the next ones mean nothing.
func (d Doctor) Diagnose(ctx context.Context, p access.Permit) (wire.Diagnosis, error) {
	c := &checks{Client: d.Client, permit: p}
	var steps []wire.DiagnosisStep
	for check := range c.all() {
		step := wire.DiagnosisStep{Name: check.name}
		began := time.Now()
		err := check.run(ctx, &step)
		step.OK, step.Took = err == nil, float64(time.Since(began).Microseconds())/1000
		if err != nil {
			step.Cause = string(core.CauseOf(err))
			step.Problem, step.Fix = sentences(err)
		}
		steps = append(steps, step)
		if err != nil {
			return wire.Diagnosis{Steps: steps}, nil
		}
	}
	return wire.Diagnosis{OK: true, Steps: steps}, nil
}

// A check is one step.
type check struct {
	name string
	run  func(context.Context, *wire.DiagnosisStep) error
}

// all yields the checks; which follow the settings depends on them.
func (c *checks) all() iter.Seq[check] {
	return func(yield func(check) bool) {
		if !yield(check{"settings", c.readSettings}) {
			return
		}
		rest := c.overHTTPS()
		if c.relayed() {
			rest = []check{{"dns", c.resolve}, {"tcp", c.dial}, {"tls", c.tls}, {"connect", c.connectRelay}, {"presence", c.presence}, {"integration", c.integration}, {"round_trip", c.roundTrip}, {"discover", c.discover}}
		}
		for _, check := range rest {
			if !yield(check) {
				return
			}
		}
	}
}

// overHTTPS returns the checks of a home with an address.
func (c *checks) overHTTPS() []check {
	all := []check{{"dns", c.resolve}, {"tcp", c.dial}, {"tls", c.tls}}
	if s := c.settings; s != nil && len(s.Pins) > 0 {
		all = append(all, check{"pinned_keys", c.pinned})
	}
	if s := c.settings; s != nil && s.Certificate != "" {
		all = append(all, check{"client_certificate", c.clientCertificate})
	}
	all = append(all, check{"token", c.showToken}, check{"endpoint", c.endpoint}, check{"discover", c.discover})
	if s := c.settings; s != nil && s.SecondURL != "" {
		all = append(all, check{"second_address", c.second})
	}
	return all
}

// relayed reports whether the home is behind a relay.
func (c *checks) relayed() bool { return c.settings != nil && c.settings.Connection == config.Relay }

// readSettings checks whether the settings are complete.
func (c *checks) readSettings(ctx context.Context, s *wire.DiagnosisStep) error {
	s.Tried = "reading the settings"
	status, err := core.Do(ctx, c.Dispatcher, initialization.Run, core.None{})
	if err != nil {
		return err
	}
	if c.settings = c.Settings(); c.settings == nil {
		return core.Errorf(core.Internal, core.CauseSettings, "%s", status.Problem)
	}
	if c.settings.Problem != nil {
		return core.Errorf(core.Internal, core.CauseSettings, "%w", c.settings.Problem)
	}
	if c.url, err = url.Parse(c.settings.Address()); err != nil {
		return core.Errorf(core.Internal, core.CauseSettings, "%s is not an address: expected one such as https://home.example.org:8123", config.EnvURL)
	}
	c.token.Source = c.settings.TokenSource
	if c.settings.TokenSource == config.Stored {
		if c.token, err = homeassistant.TokenFor(c.permit, c.settings, ""); err != nil {
			return err
		}
	}
	s.Advice = status.Warnings
	if p := c.settings.Pause(); p != nil {
		s.Advice = append(s.Advice, fmt.Sprintf("the home is paused %v, so directives are answered with an error: `hearthgate resume` ends that", p))
	}
	if c.relayed() {
		s.Found = "the home is behind the relay at " + c.settings.Relay
		return nil
	}
	s.Found = fmt.Sprintf("the home is at %s, the token is %s", c.settings.URL, c.settings.TokenSource)
	return nil
}

// verdict returns a problem and its fix as an error with a cause.
func verdict(cause core.Cause, problem, fix string) error {
	return &core.Error{Kind: core.Unreachable, Cause: cause, Err: security.Verdict{Problem: problem, Fix: fix}}
}

// sentences returns an error's two halves: what happened, and what to do.
func sentences(err error) (problem, fix string) {
	if v, ok := errors.AsType[security.Verdict](err); ok {
		return v.Problem, v.Fix
	}
	if e, ok := err.(*core.Error); ok {
		err = e.Err // without the operation's name
		if e.Spec != nil && e.Spec.Gateway == core.HTTPClient {
			return err.Error(), fixOf(e.Cause)
		}
	}
	problem, fix, _ = strings.Cut(err.Error(), ": ")
	return problem, fix
}

// fixOf returns what to do when a request got no answer although a connection could be
// made.
func fixOf(cause core.Cause) string {
	switch cause {
	case core.CauseTimeout:
		return "check whether Home Assistant is overloaded or hangs, and what its log says; a proxy in front of it may hold requests back, too"
	case core.CauseOversized:
		return "offer Alexa fewer devices, with the filter below `alexa: smart_home:` in configuration.yaml"
	case core.CauseRefused, core.CauseNoRoute:
		return "try again: it answered a moment ago, so something restarts or limits connections"
	}
	return "look into the logs of Home Assistant and of the proxy in front of it: something there ends connections, or speaks no HTTP at this port"
}

// get asks the home for a path, with the token if there is a stored one.
func (c *checks) get(ctx context.Context, path string) (httpclient.Response, error) {
	return core.Do(ctx, c.Dispatcher, httpclient.MakeRequest, httpclient.Request{
		URL: c.settings.URL + path, Bearer: c.token.Secret, Idempotent: true,
	})
}
