package e2e_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

// TestStateReports asks for the state of every endpoint that the home offers: a
// report tells nothing but what the endpoint offers, and what it tells of the
// power is what the home says itself.
func TestStateReports(t *testing.T) {
	all := offered(t)
	if len(all) < 80 {
		t.Errorf("the home offers %d endpoints, want 80 and more", len(all))
	}
	h := home(t)
	f := start(t, localrun.Options{}, at(h.URL, h.Token)...)
	powers := 0
	for _, e := range all {
		o := f.ask(reportState(e.ID))
		o.expect(t, "StateReport", "")
		offers := map[string]bool{}
		for _, c := range e.Capabilities {
			offers[c.Interface+"/"+c.Instance] = true
		}
		for _, p := range o.reply.Context.Properties {
			if name := p.Namespace + "/" + p.Instance; !offers[name] {
				t.Errorf("%s reports %s and does not offer it: %s", e.ID, name, o.Payload)
			}
		}
		kind, name, _ := strings.Cut(e.ID, "#")
		if kind != "light" && kind != "switch" && kind != "input_boolean" {
			continue
		}
		powers++
		is, err := h.State(t.Context(), kind+"."+name)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.reply.value("Alexa.PowerController", "powerState"); got != strings.ToUpper(is.State) {
			t.Errorf("%s reports %v, and the home says %s", e.ID, got, is.State)
		}
	}
	if powers < 10 {
		t.Errorf("the power of %d endpoints was compared, want 10 and more", powers)
	}
}

func TestAcceptGrant(t *testing.T) {
	h := home(t)
	start(t, localrun.Options{}, at(h.URL, h.Token)...).ask(acceptGrant()).expect(t, "AcceptGrant.Response", "")
}

// TestRefusedTokens uses a fresh function for each, since one that was refused
// once does not show the token again for a while.
func TestRefusedTokens(t *testing.T) {
	h := home(t)
	wrong := canaries.make("wrong")
	expired := jwt(time.Now().Add(-time.Hour))
	linked := config.EnvTokenSource + "=" + string(config.Linked)
	for _, test := range []struct {
		name, stored, linked string
		directive            directive
		kind, cause          string
	}{
		{"command", wrong, "", command("PowerController.TurnOn", "switch#outlet", ""), "INVALID_AUTHORIZATION_CREDENTIAL", "unauthorized"},
		{"state report", wrong, "", reportState("switch#outlet"), "INVALID_AUTHORIZATION_CREDENTIAL", "unauthorized"},
		{"discovery", wrong, "", discover(), "Discover.Response", "unauthorized"},
		{"grant", wrong, "", acceptGrant(), "ACCEPT_GRANT_FAILED", "unauthorized"},
		{"expired, stored", expired, "", reportState("switch#outlet"), "EXPIRED_AUTHORIZATION_CREDENTIAL", "expired"},
		{"expired, linked", "", linked, reportState("switch#outlet").with(expired), "EXPIRED_AUTHORIZATION_CREDENTIAL", "expired"},
		{"wrong, linked", "", linked, reportState("switch#outlet"), "INVALID_AUTHORIZATION_CREDENTIAL", "unauthorized"},
		{"none, linked", "", linked, reportState("switch#outlet").with(""), "INVALID_AUTHORIZATION_CREDENTIAL", "unauthorized"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := start(t, localrun.Options{}, append(at(h.URL, test.stored), test.linked)...)
			f.ask(test.directive).expect(t, test.kind, test.cause)
		})
	}
}

// jwt returns a token of the usual shape that is good until then and has no
// genuine signature.
func jwt(until time.Time) string {
	claims := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"exp":%d}`, until.Unix()))
	token := "eyJhbGciOiJIUzI1NiJ9." + claims + "." + canaries.make("signature")
	canaries.add(token)
	return token
}

// TestLinkedToken shows Home Assistant the directive's own token, wherever it sits.
func TestLinkedToken(t *testing.T) {
	h := home(t)
	f := start(t, localrun.Options{}, append(at(h.URL, ""), config.EnvTokenSource+"="+string(config.Linked))...)
	for _, test := range []struct {
		directive directive
		want      string
	}{
		{discover(), "Discover.Response"},
		{reportState("switch#outlet"), "StateReport"},
		{acceptGrant(), "AcceptGrant.Response"},
	} {
		f.ask(test.directive.with(h.Token)).expect(t, test.want, "")
	}
}

func TestBanAndItsLifting(t *testing.T) {
	h := ownHome(t, realhome.Options{BanAfter: 2})
	turnOn := func(token string) outcome {
		f := start(t, localrun.Options{}, at(h.URL, token)...)
		return f.ask(command("PowerController.TurnOn", "switch#outlet", ""))
	}
	turnOn(h.Token).expect(t, "Response", "")
	turnOn(canaries.make("wrong")).expect(t, "INVALID_AUTHORIZATION_CREDENTIAL", "unauthorized")
	turnOn(canaries.make("wrong")).expect(t, "INVALID_AUTHORIZATION_CREDENTIAL", "unauthorized")
	turnOn(canaries.make("wrong")).expect(t, "BRIDGE_UNREACHABLE", "banned")
	banned := turnOn(h.Token)
	banned.expect(t, "BRIDGE_UNREACHABLE", "banned")
	if !strings.Contains(banned.line.Error, "ip_bans.yaml") {
		t.Errorf("the line does not say how to lift the ban: %s", banned.line.Error)
	}
	h.Stop()
	if err := h.Unban(); err != nil {
		t.Fatal(err)
	}
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	turnOn(h.Token).expect(t, "Response", "")
}

func TestNotConfigured(t *testing.T) {
	h := ownHome(t, realhome.Options{WithoutAlexa: true})
	f := start(t, localrun.Options{}, at(h.URL, h.Token)...)
	o := f.ask(command("PowerController.TurnOn", "switch#outlet", ""))
	o.expect(t, "BRIDGE_UNREACHABLE", "not_configured")
	if !strings.Contains(o.line.Error, "smart_home:") {
		t.Errorf("the line does not say what is missing: %s", o.line.Error)
	}
	f.ask(reportState("switch#outlet")).expect(t, "StateReport", "not_configured")
	f.ask(discover()).expect(t, "Discover.Response", "not_configured")
}
