package main_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/iampolicy"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// A homePage is Home Assistant's API for the page that pairs it, as the integration has it.
type homePage struct {
	t       *testing.T
	line    string // that the page shows
	problem string // what the page answers to the line; default: it takes it

	installed, paired bool
	answer            string // the line that it took
	left              int    // pages that were closed
}

func (h *homePage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in map[string]string
	b, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(b, &in)
	say := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	form := map[string]any{"type": "form", "flow_id": "f1", "step_id": "user", "description_placeholders": map[string]string{"request": h.line}}
	switch {
	case r.Header.Get("Authorization") != "Bearer "+canary:
		w.WriteHeader(http.StatusUnauthorized)
	case !h.installed:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodGet:
		say([]map[string]string{{"entry_id": "e1", "title": "hearthgate dev"}})
	case r.Method == http.MethodDelete:
		h.left++
		say(map[string]string{"message": "Flow aborted"})
	case r.URL.Path == "/api/config/config_entries/flow":
		if in["handler"] != "hearthgate" || h.paired != (in["entry_id"] == "e1") {
			h.t.Errorf("the page was opened with %v", in)
		}
		say(form)
	case h.problem != "":
		form["errors"] = map[string]string{"answer": h.problem}
		say(form)
	case h.paired:
		h.answer = in["answer"]
		say(map[string]string{"type": "abort", "flow_id": "f1", "reason": "reconfigure_successful"})
	default:
		h.answer, h.paired = in["answer"], true
		say(map[string]string{"type": "create_entry", "flow_id": "f1", "title": "hearthgate dev"})
	}
}

// TestPairHome pairs a Home Assistant over its API, and renews it.
func TestPairHome(t *testing.T) {
	o, _ := relayOwner(t)
	h := &homePage{t: t}
	h.line, _ = signingLine(t)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	o.sees(o.types("wrong.token.here", "pair", "--home", server.URL), 1, "rejected the token (401)")
	o.sees(o.types(canary, "pair", "--home", server.URL), 1, "hearthgate pair --install")
	h.installed, h.problem = true, "cannot_connect"
	o.sees(o.types(canary, "pair", "--home", server.URL), 1, "ports 8883 and 443 must be open to the outside")
	h.problem = "nonsense"
	o.sees(o.types(canary, "pair", "--home", server.URL), 1, "to the same version")
	if left := o.cloud.Certificates(); len(left) != 0 || h.left != 2 {
		t.Errorf("a home that was not paired has %d certificates, and %d pages are closed, want 2", len(left), h.left)
	}
	h.problem = ""
	o.sees(o.types(canary, "pair", "--home", server.URL), 0, "paired Home Assistant with hearthgate dev")
	if len(o.cloud.Certificates()) != 1 {
		t.Fatalf("certificates: %+v", o.cloud.Certificates())
	}
	first := o.cloud.Certificates()[0]
	if p := pairingOf(t, h.answer); p.Stage != "dev" || p.Certificate != first.PEM {
		t.Errorf("the home got %+v", p)
	}
	h.problem = "refused"
	o.sees(o.types(canary, "pair", "--renew", "--home", server.URL), 1, "AWS does not accept the certificate")
	if left := o.cloud.Certificates(); len(left) != 1 || left[0].ID != first.ID {
		t.Errorf("a renewal that failed left %+v", left)
	}
	h.problem = ""
	o.sees(o.types(canary, "pair", "--renew", "--home", server.URL, "--json"), 0, `"done": true`)
	if left := o.cloud.Certificates(); len(left) != 1 || left[0].ID == first.ID || left[0].PEM != pairingOf(t, h.answer).Certificate {
		t.Errorf("a renewal left %+v", left)
	}
}

// TestRelayRights does everything that a relay needs with the policy and no other right,
// and checks that each action on AWS IoT Core is needed.
func TestRelayRights(t *testing.T) {
	o, _ := relayOwner(t)
	s := config.NewStage("dev")
	s.Region, s.Connection = "eu-west-1", config.Relay
	policy := iampolicy.For(s, fakeaws.AccountID, iampolicy.Deploy)
	allowed, err := fakeaws.Evaluate(policy.JSON())
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range policy {
		for _, action := range statement.Actions {
			if !strings.HasPrefix(action, "iot:") {
				continue
			}
			t.Run(action, func(t *testing.T) {
				o.t = t
				line, _ := signingLine(t)
				o.cloud.Enforce(func(a, on string) bool { return a != action && allowed(a, on) })
				said := ""
				for _, args := range [][]string{{"pair", line}, {"doctor"}, {"pair", "--revoke", "all"}} {
					r := o.types("", args...)
					said += r.out + r.err
				}
				if !strings.Contains(said, action) {
					t.Errorf("nothing needs %s: %s", action, said)
				}
				o.cloud.Enforce(allowed)
				for _, args := range [][]string{{"pair", line}, {"pair", "--list"}, {"pair", "--revoke", "all"}} {
					o.sees(o.types("", args...), 0)
				}
				o.cloud.Enforce(nil)
			})
		}
	}
}
