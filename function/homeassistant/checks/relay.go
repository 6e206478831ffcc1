package checks

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/homeassistant/transport"
)

const fixEndpoint = "check that the stage names the broker of this account and region, and run `hearthgate deploy`"

// relay returns the way to the home; only a home behind a relay has it.
func (c *checks) relay() transport.Relay {
	return transport.Relay{Line: c.Line, Stage: c.settings.RelayName(), Endpoint: c.settings.Relay}
}

// connectRelay checks whether the broker takes the function's signature and its rights
// suffice to connect and to subscribe.
func (c *checks) connectRelay(ctx context.Context, s *wire.DiagnosisStep) error {
	s.Tried = "connecting to the relay and subscribing, with the rights of the function"
	if err := c.relay().Connect(ctx); err != nil {
		return err
	}
	s.Found = "connected"
	return nil
}

// presence checks whether the home is connected.
func (c *checks) presence(ctx context.Context, s *wire.DiagnosisStep) error {
	s.Tried = "reading the presence of Home Assistant"
	p, err := c.relay().Presence(ctx)
	if err != nil {
		return err
	}
	if p.State != "" {
		s.Found = describe(p)
	}
	if p.TakenOver > 0 {
		s.Advice = append(s.Advice, fmt.Sprintf("another client with the home's certificate has ended its connection, %s within %.0f minutes: it is likely that a second Home Assistant, such as one restored from a backup, uses the same certificate; remove the integration hearthgate there, or pair it with a stage of its own, and if you know of none run `hearthgate pair --renew` and `hearthgate pair --revoke`",
			map[bool]string{true: "once", false: fmt.Sprintf("%d times or more", p.TakenOver)}[p.TakenOver == 1], relay.CountTakeOvers.Minutes()))
	}
	return transport.Unready(p)
}

// integration compares the integration in Home Assistant with this function.
func (c *checks) integration(ctx context.Context, s *wire.DiagnosisStep) error {
	s.Tried = "comparing the integration in Home Assistant with the function"
	p, err := c.relay().Presence(ctx)
	if err != nil {
		return err
	}
	s.Found = fmt.Sprintf("version %.40s, messages of version %d", cmp.Or(p.Version, "not known"), p.Protocol)
	switch {
	case p.Protocol < relay.Protocol:
		s.Advice = append(s.Advice, fmt.Sprintf("the integration is older than this hearthgate needs, whose messages have version %d: it does not say again and again that it is online, so that the alarm `outage` takes it for offline; update it, with `hearthgate pair --install` or in HACS, and restart Home Assistant", relay.Protocol))
	case p.Protocol > relay.Protocol:
		s.Advice = append(s.Advice, "the integration speaks a later version of the relay's messages: deploy the current hearthgate")
	}
	return nil
}

// describe returns what a home says about itself, in words.
func describe(p relay.State) string {
	text := fmt.Sprintf("%.20s", p.State)
	if p.Since > 0 {
		text += " since " + time.UnixMilli(p.Since).UTC().Format(time.RFC3339)
	}
	for _, part := range []struct{ name, value string }{{"integration", p.Version}, {"Home Assistant", p.HomeAssistant}, {"Alexa sees", map[string]string{"label": "devices with the label", "assist": "devices exposed to Assist", "all": "all devices"}[p.Exposed]}} {
		if part.value != "" {
			text += fmt.Sprintf(", %s %.40s", part.name, part.value)
		}
	}
	return text
}

// roundTrip asks the home who it is, which proves the rights to publish and to receive
// and the policy of the home.
func (c *checks) roundTrip(ctx context.Context, s *wire.DiagnosisStep) error {
	s.Tried = "asking Home Assistant who it is"
	began := time.Now()
	state, err := c.relay().Check(ctx)
	took := time.Since(began).Round(time.Millisecond)
	switch core.CauseOf(err) {
	case core.CauseNotConfigured, core.CauseRefusedRequest: // an answer all the same
		s.Found = "answered, without a word about itself"
		return nil
	}
	if err != nil {
		return err
	}
	s.Found = fmt.Sprintf("answered within %v: %s", took, strings.TrimSpace(describe(state)))
	if state.Endpoints > 0 {
		s.Found += fmt.Sprintf(", %d endpoints", state.Endpoints)
	}
	return nil
}
