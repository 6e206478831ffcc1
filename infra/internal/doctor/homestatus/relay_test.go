package homestatus

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/config/wire"
)

// TestConnected checks what is found of homes behind a relay, by what one process of the
// function says of them. That process itself says so in infra/cmd/hearthgate.
func TestConnected(t *testing.T) {
	s := config.NewStage("prod")
	s.Connection, s.Homes = config.Relay, config.Homes{"cabin": {Connection: config.Relay}}
	since := time.Date(2026, 11, 26, 12, 0, 0, 0, time.Local)
	online := wire.Relay{State: relay.Online, Since: &since, Integration: "1.2.3", Protocol: relay.Protocol}
	with := func(change func(*wire.Relay)) wire.Relay { r := online; change(&r); return r }
	for name, tt := range map[string]struct {
		relays  []wire.Relay
		want    string // the findings
		reached string
	}{
		"no relay":            {nil, "", ""},
		"online":              {[]wire.Relay{online}, "", ", connected since Nov 26 12:00 with the integration 1.2.3"},
		"online, both":        {[]wire.Relay{online, with(func(r *wire.Relay) { r.Home = "cabin" })}, "", ""},
		"never":               {[]wire.Relay{{State: wire.Never, Problem: "x"}}, "trouble: no Home Assistant has connected to the relay yet [hearthgate pair --stage prod]", ""},
		"the cabin, never":    {[]wire.Relay{online, {Home: "cabin", State: wire.Never}}, "trouble: no Home Assistant has connected to the relay yet (cabin) [hearthgate pair --stage prod/cabin]", ""},
		"offline":             {[]wire.Relay{with(func(r *wire.Relay) { r.State = relay.Offline })}, "trouble: Home Assistant is not connected to the relay since Nov 26 12:00 [hearthgate doctor --stage prod]", ""},
		"starting":            {[]wire.Relay{with(func(r *wire.Relay) { r.State = relay.Starting })}, "notice: Home Assistant is starting since Nov 26 12:00 []", ""},
		"a state of tomorrow": {[]wire.Relay{with(func(r *wire.Relay) { r.State = "dreaming" })}, "", ""},
		"the relay fails": {[]wire.Relay{{Problem: "AWS IoT Core rejects the function's signature (403): deploy"}},
			"unknown: it is not known whether Home Assistant is connected to the relay: AWS IoT Core rejects the function's signature (403): deploy [hearthgate doctor --stage prod]", ""},
		"used twice": {[]wire.Relay{with(func(r *wire.Relay) { r.TakenOver = 1 })}, "notice: another client with the certificate of the home has ended its connection [hearthgate doctor --stage prod]",
			", connected since Nov 26 12:00 with the integration 1.2.3"},
		"old": {[]wire.Relay{with(func(r *wire.Relay) { r.Protocol = relay.Protocol - 1 })}, "notice: the integration in Home Assistant, 1.2.3, is older than this hearthgate needs [hearthgate pair --install FOLDER]",
			", connected since Nov 26 12:00 with the integration 1.2.3"},
	} {
		t.Run(name, func(t *testing.T) {
			h := Home{Relays: tt.relays}
			h.connected(s)
			var found []string
			for _, f := range h.Findings {
				found = append(found, fmt.Sprintf("%s: %s [%s]", f.Level, f.Text, f.Do))
			}
			if got := strings.Join(found, "; "); got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
			if got := h.reached(); got != tt.reached {
				t.Errorf("reached %q, want %q", got, tt.reached)
			}
		})
	}
}
