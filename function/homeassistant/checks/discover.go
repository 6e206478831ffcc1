package checks

import (
	"context"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/homeassistant"
	"github.com/hearthgate/hearthgate/function/homeassistant/transport"
)

// discover asks the home for its devices, as Alexa would.
func (c *checks) discover(ctx context.Context, s *wire.DiagnosisStep) error {
	if c.settings.TokenSource == config.Linked {
		s.Tried, s.Found = "nothing", "a discovery needs the token of a linked account"
		return nil
	}
	s.Tried = "a Discover"
	body := `{"directive":{"header":{"namespace":"Alexa.Discovery","name":"Discover","payloadVersion":"3","messageId":"` + core.NewID() + `"},"payload":{"scope":{"type":"BearerToken","token":""}}}}`
	res, err := c.Transport(c.settings).Ask(ctx, transport.Question{
		Kind: relay.Directive, Token: c.token.Secret, Body: []byte(body), Idempotent: true, Limit: homeassistant.DiscoveryLimit(c.settings.Number),
	})
	if err != nil {
		return err
	}
	s.Found = fmt.Sprint(res.Status)
	_, err = homeassistant.Classify(res, c.token)
	switch {
	case core.CauseOf(err) == core.CauseMalformed:
		return verdict(core.CauseMalformed, err.Error(), "check what is in front of Home Assistant, and look into its log")
	case err != nil:
		return err
	}
	all, err := homeassistant.Endpoints(res.Body)
	switch {
	case err != nil:
		return err
	case len(all) == 0:
		return core.Errorf(core.NotFound, core.CauseNoEndpoints, "Home Assistant offers no device: %s", c.fixExposed())
	}
	found := homeassistant.FilterEndpoints(c.settings.Home, all, c.KnownIDs(ctx, c.settings))
	s.Found = fmt.Sprintf("%d endpoints, %d bytes", len(all), len(res.Body))
	const most = 1 << 10 // bytes of names
	count, reasons := found.Dropped(most)
	if count > 0 {
		s.Found += fmt.Sprintf("; %d of them are dropped, as Alexa would not accept them", count)
	}
	for _, reason := range reasons {
		s.Advice = append(s.Advice, fmt.Sprintf("Alexa does not get %s: %s", reason, fixDropped))
	}
	s.Advice = append(s.Advice, advice(found, most)...)
	if len(found.Endpoints) == 0 {
		return core.Errorf(core.Invalid, core.CauseLimits, "Alexa accepts none of the devices that Home Assistant offers: %s", fixDropped)
	}
	return nil
}

// fixExposed says where the owner chooses which devices Alexa sees.
func (c *checks) fixExposed() string {
	if c.relayed() {
		return "choose in the options of the integration hearthgate which ones Alexa sees"
	}
	return "look at the filter below `alexa: smart_home:` in configuration.yaml, and at the exposed entities"
}

// advice returns what could be better about the devices that Alexa gets.
func advice(found homeassistant.Filtered, most int) (all []string) {
	for _, reason := range found.Removed(most) {
		all = append(all, fmt.Sprintf("Alexa gets %s: that capability is left out, and the rest of the device works; correct it in Home Assistant", reason))
	}
	if unnamed := found.Unnamed(); len(unnamed) > 0 {
		all = append(all, fmt.Sprintf("some devices have no name in Home Assistant, so Alexa gets one made from the id, %s: name them in Home Assistant, or with `entity_config` below `alexa: smart_home:`", enough(unnamed, most)))
	}
	if same := found.Namesakes(); len(same) > 0 {
		all = append(all, fmt.Sprintf("some devices have the same name, so Alexa asks which one is meant or does nothing, %s: rename all but one of each", enough(same, most)))
	}
	return all
}

// enough returns the first of some texts that together have at most that many bytes, and
// how many more there are.
func enough(texts []string, most int) string {
	n := 0
	for n < len(texts) && most >= len(texts[n]) {
		most -= len(texts[n])
		n++
	}
	said := strings.Join(texts[:n], "; ")
	if more := len(texts) - n; more > 0 {
		said += fmt.Sprintf(" and %d more", more)
	}
	return said
}

const fixDropped = "rename or leave out each of them with `entity_config` or the filter below `alexa: smart_home:`"
