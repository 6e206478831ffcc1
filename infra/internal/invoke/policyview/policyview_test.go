package policyview_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/invoke/policyview"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// two returns the view of a function with two homes: the first denies at night in Berlin,
// the cabin in Tokyo, and what the caller adds.
func two(t *testing.T, first, cabin string) *policyview.View {
	t.Helper()
	v, err := policyview.New("here", map[string]string{config.EnvPolicy: first, config.EnvHomes: "attic,cabin", config.HomeVariable(config.EnvPolicy, "cabin"): cabin})
	if err != nil {
		t.Fatal(err)
	}
	locks := []string{"Alexa.LockController"}
	v.Devices = []invoke.Device{
		{ID: "lock#front", Name: "Front door", Interfaces: locks}, {ID: "cabin:lock#front", Name: "Front door cabin", Interfaces: locks},
		{ID: "lock#shed", Name: "Shed", Interfaces: locks}, {ID: "lock#gate", Name: "shed", Interfaces: locks},
	}
	return v
}

func night(zone string) string {
	return `[{"effect":"deny","name":"Unlock","hours":["22:00-06:00"],"time_zone":"` + zone + `"}]`
}

// TestS2At checks that a time is one of the device's home, whose rules decide.
func TestS2At(t *testing.T) {
	now := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	const berlin, tokyo = "2026-01-15T23:00:00+01:00", "2026-01-15T23:00:00+09:00"
	for _, tt := range []struct{ first, cabin, device, want string }{
		{night("Europe/Berlin"), night("Asia/Tokyo"), "lock.front", berlin},
		{night("Europe/Berlin"), night("Asia/Tokyo"), "cabin:lock.front", tokyo},
		{night("Europe/Berlin"), night("Asia/Tokyo"), "front door cabin", tokyo},
		{night("Europe/Berlin"), night("Asia/Tokyo"), "", berlin},
		{"", night("Asia/Tokyo"), "", tokyo},
		{"", night("Asia/Tokyo"), "lock.front", tokyo},
		{night("Europe/Berlin"), "", "cabin:lock.front", berlin},
		{"", "", "lock.front", "2026-01-15T23:00:00Z"},
	} {
		at, err := two(t, tt.first, tt.cabin).At("23:00", tt.device, now)
		if got := at.Format(time.RFC3339); err != nil || got != tt.want {
			t.Errorf("%q of %+v: %s, %v, want %s", tt.device, tt, got, err, tt.want)
		}
	}
}

// TestS2Try checks whose rules decide about a directive, and what is said of a device that
// is not the only one of its name.
func TestS2Try(t *testing.T) {
	at := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	hidden := `[{"effect":"deny","namespace":"Alexa.Discovery"},{"effect":"deny","endpoint":"lock.*"}]`
	for _, tt := range []struct{ name, device, want string }{
		{"Unlock", "Front door", "allowed Alexa.LockController.Unlock Front door (lock.front): no rule denies it\n"},
		{"Unlock", "CABIN:lock#front", "denied Alexa.LockController.Unlock Front door cabin (cabin:lock.front): rule 2 (deny lock.*)\n"},
		{"Unlock", "lock.shed", "allowed Alexa.LockController.Unlock Shed (lock.shed): no rule denies it\n"},
		{"Unlock", "shed", `2 devices are called "shed": give the id of one: lock.shed, lock.gate`},
		{"Discover", "", "allowed Alexa.Discovery.Discover: no rule denies it\nallowed Alexa.Discovery.Discover at attic: no rule denies it\ndenied Alexa.Discovery.Discover at cabin: rule 1 (deny Alexa.Discovery)\n"},
		{"AcceptGrant", "", "allowed Alexa.Authorization.AcceptGrant: no rule denies it\n"},
	} {
		verdicts, err := two(t, "", hidden).Try(tt.name, tt.device, at)
		var out bytes.Buffer
		policyview.Verdicts(verdicts).Show(ui.Paint(&out, false))
		if got := out.String() + strings.TrimPrefix(fmt.Sprint(err), "<nil>"); got != tt.want {
			t.Errorf("%s of %q: got %q, want %q", tt.name, tt.device, got, tt.want)
		}
	}
}
