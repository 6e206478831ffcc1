package main_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/config/wire"
)

// presence returns what `hearthgate status` says of the home behind a relay, once it is in
// a state.
func (o *owner) presence(state string, which func(wire.Relay) bool) wire.Relay {
	o.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; {
		var home struct{ Relays []wire.Relay }
		r := o.types("", "status", "--json")
		if err := json.Unmarshal([]byte(r.out), &home); err != nil || len(home.Relays) != 1 {
			o.t.Fatalf("%v: %s%s", err, r.out, r.err)
		}
		if got := home.Relays[0]; got.State == state && which(got) {
			return got
		}
		if time.Now().After(end) {
			o.t.Fatalf("the home is %+v, want %s", home.Relays[0], state)
		}
	}
}

func whichever(wire.Relay) bool { return true }

// TestPresence follows a home behind a relay: before it was paired, connected, renewed, with
// a certificate in two places, with an old integration, and offline. The status, that of all
// homes and the doctor say so.
func TestPresence(t *testing.T) {
	o, connect := relayOwner(t)
	const homeFails = 7
	o.sees(o.types("", "status"), 1, "no Home Assistant has connected to the relay yet", "hearthgate pair --stage dev", "home ", "never")
	o.presence(wire.Never, whichever)

	line, _ := signingLine(t)
	o.sees(o.types(line, "pair"), 0)
	first := o.cloud.Certificates()[0].ID
	o.sees(o.types("", "doctor"), homeFails, first[:12], "is unused: no Home Assistant has connected with one yet", "no Home Assistant has connected to the relay yet")

	said := relay.Presence{Certificate: first, TakenOver: 0, Protocol: relay.Protocol, Version: "1.2.3"}
	home := connect(func(p *relay.Presence) {
		p.Certificate, p.TakenOver, p.Protocol, p.Version = said.Certificate, said.TakenOver, said.Protocol, said.Version
		if said.Since > 0 {
			p.Since = said.Since
		}
	})
	says := func(change func()) {
		change()
		if err := home.Announce(relay.Online); err != nil {
			t.Fatal(err)
		}
		o.presence(relay.Online, func(r wire.Relay) bool {
			return r.Certificate == said.Certificate && r.TakenOver == said.TakenOver && r.Protocol == said.Protocol
		})
	}
	o.presence(relay.Online, whichever)
	o.sees(o.types("", "status"), 0, "home ", "online since", "integration 1.2.3, Home Assistant none")
	o.sees(o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"), 0)
	o.sees(o.types("", "status", "--all"), 0, "+ dev  well: 1 directive", ", connected since", "with the integration 1.2.3")
	o.sees(o.types("", "doctor"), 0, "online since", "version 1.2.3, messages of version 2", "is connected: "+first[:12], "answered within",
		"what is there: the same", "with what is deployed: the same")

	again, _ := signingLine(t)
	o.sees(o.types("", "pair", "--renew", again), 0)
	second := o.cloud.Certificates()[1].ID
	o.sees(o.types("", "doctor"), 0, second[:12], "is newer, and the home has not taken it over")
	says(func() { said.Certificate = second })
	o.sees(o.types("", "doctor"), 0, "the home has taken over a newer certificate than "+first[:12], "--revoke "+first[:12])
	says(func() { said.Certificate = "0123456789abcdef" })
	o.sees(o.types("", "doctor"), 0, "0123456789ab, which is not active", second[:12], "is unused")
	o.sees(o.types("", "pair", "--revoke", first[:12]), 0)

	says(func() { said.Certificate, said.TakenOver = second, 3 })
	o.sees(o.types("", "status"), 0, "another client with the certificate of the home has ended its connection")
	o.sees(o.types("", "doctor"), 0, "3 times or more within 10 minutes: it is likely that a second Home Assistant")
	says(func() { said.Certificate, said.TakenOver, said.Protocol = "", 0, 1 })
	o.sees(o.types("", "status"), 0, "the integration in Home Assistant, 1.2.3, is older than this hearthgate needs")
	o.sees(o.types("", "doctor"), 0, "older than this hearthgate needs", "the home does not say with which certificate it connects")

	says(func() { said.Since = time.Now().Add(-time.Hour).UnixMilli() })
	o.sees(o.types("", "doctor"), 0, "the home is connected since before that certificate was made, so it has not taken it over")

	if err := home.Stop(); err != nil {
		t.Fatal(err)
	}
	o.presence(relay.Offline, whichever)
	o.sees(o.types("", "status"), 1, "Home Assistant is not connected to the relay since", "hearthgate doctor --stage dev")
	o.sees(o.types("", "status", "--all"), 1, "- dev  Home Assistant is not connected to the relay since")
	o.sees(o.types("", "doctor"), homeFails, "offline since", "check whether it runs")
}
