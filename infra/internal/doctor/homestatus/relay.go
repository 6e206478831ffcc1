package homestatus

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

// connected finds what is wrong with the connections of the homes behind a relay, as one
// process of the function sees them.
func (h *Home) connected(s config.Stage) {
	for _, r := range h.Relays {
		at, _ := s.At(r.Home)
		of := ""
		if r.Home != "" {
			of = " (" + r.Home + ")"
		}
		doctor := "hearthgate doctor --stage " + at.FullName()
		switch r.State {
		case wire.Never:
			h.find(fleet.Trouble, "no Home Assistant has connected to the relay yet"+of, "hearthgate pair --stage "+at.FullName())
		case relay.Offline:
			h.find(fleet.Trouble, "Home Assistant is not connected to the relay"+since(r)+of, doctor)
		case relay.Starting:
			h.find(fleet.Notice, "Home Assistant is starting"+since(r)+of, "")
		case "":
			h.find(fleet.Unknown, "it is not known whether Home Assistant is connected to the relay"+of+": "+short(invoke.Sentence(r.Problem)), doctor)
		}
		if r.TakenOver > 0 {
			h.find(fleet.Notice, "another client with the certificate of the home has ended its connection"+of, doctor)
		}
		if r.Integration != "" && r.Protocol < relay.Protocol {
			h.find(fleet.Notice, fmt.Sprintf("the integration in Home Assistant, %s, is older than this hearthgate needs%s", r.Integration, of), "hearthgate pair --install FOLDER")
		}
	}
}

// since says since when a home has its state, by its own clock.
func since(r wire.Relay) string {
	if r.Since == nil {
		return ""
	}
	return " since " + day(*r.Since)
}

// reached says since when a home behind a relay is connected, and with what; "" for others.
func (h *Home) reached() string {
	if len(h.Relays) != 1 || h.Relays[0].State != relay.Online {
		return ""
	}
	r := h.Relays[0]
	return fmt.Sprintf(", connected%s with the integration %s", since(r), cmp.Or(r.Integration, "not known"))
}

func (t rows) relays(all []wire.Relay) {
	for _, r := range all {
		parts := []string{cmp.Or(r.State, "not known")}
		if r.Since != nil {
			parts[0] += " since " + moment(*r.Since)
		}
		for _, part := range []struct{ name, value string }{{"integration", r.Integration}, {"Home Assistant", r.HomeAssistant}} {
			if part.value != "" {
				parts = append(parts, part.name+" "+part.value)
			}
		}
		t.add(cmp.Or(r.Home, "home"), "%s", strings.Join(parts, ", "))
	}
}
