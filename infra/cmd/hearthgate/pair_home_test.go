package main_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/deploy/iampolicy"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// A homePage is Home Assistant's API for the page that pairs it, as the integration has it.
type homePage struct {
	t       *testing.T
	line    string // that the page shows
	problem string // what the page answers to the line; default: it takes it
	moving  bool   // Alexa has entities by another way

	installed, paired bool
	answer            string            // the line that it took
	events            map[string]string // that it took
	left              int               // pages that were closed
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
	case strings.HasPrefix(r.URL.Path, "/api/config/config_entries/options/flow"):
		h.options(say, in)
	case r.Method == http.MethodDelete:
		h.left++
		say(map[string]string{"message": "Flow aborted"})
	case r.URL.Path == "/api/config/config_entries/flow":
		if in["handler"] != "hearthgate" || h.paired != (in["entry_id"] == "e1") {
			h.t.Errorf("the page was opened with %v", in)
		}
		say(form)
	case in["source"] == "nothing" && h.moving:
		h.paired = true
		say(map[string]string{"type": "create_entry", "flow_id": "f1", "title": "hearthgate dev"})
	case h.moving && h.problem == "" && !h.paired:
		h.answer = in["answer"]
		say(map[string]any{"type": "form", "flow_id": "f1", "step_id": "moving", "errors": nil})
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

// options serves the pages of the options.
func (h *homePage) options(say func(any), in map[string]string) {
	page := map[string]any{"type": "form", "flow_id": "o1", "step_id": "events"}
	switch {
	case in["handler"] == "e1":
		say(map[string]any{"type": "menu", "flow_id": "o1", "menu_options": []string{"entities", "events"}})
	case in["next_step_id"] == "events":
		say(page)
	case strings.HasPrefix(in["client_id"], "amzn1.application"):
		h.events = in
		say(map[string]string{"type": "create_entry", "flow_id": "o1"})
	default:
		page["errors"] = map[string]string{"client_id": "not_a_client"}
		say(page)
	}
}

// TestPairEvents brings a home the credentials for events: from standard input alone.
func TestPairEvents(t *testing.T) {
	o := prepared(t)
	h := &homePage{t: t, installed: true, paired: true}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	const id, secret = "amzn1.application-oa2-client.1", "amzn1.oa2-cs.v1.secret"
	lines := canary + "\n" + id + "\n" + secret + "\n"
	events := []string{"pair", "--events", "--home", server.URL}
	o.sees(o.types(lines, events...), 1, "dev has no relay")
	o.sees(o.types("", "config", "set", "connection", "relay"), 0)
	o.sees(o.types(lines, "pair", "--events"), 1, "--events needs --home")
	o.sees(o.types(lines, "pair", "--events", "--renew", "--home", server.URL), 1, "[events renew] were all set")
	o.sees(o.types("", events...), 1, "no token was given")
	o.sees(o.types(canary+"\n"+id, events...), 1, "the client id and the client secret of the skill are missing")
	o.sees(o.types(canary+"\namzn1.ask.skill.1\n"+secret, events...), 1, "the client id is not one of Login with Amazon")
	o.sees(o.types("wrong.token.here\n"+id+"\n"+secret, events...), 1, "rejected the token (401)")
	if h.events != nil {
		t.Fatalf("the home got %v", h.events)
	}
	o.sees(o.types(lines, events...), 0, "disable the skill in the Alexa app and enable it again")
	if h.events["client_id"] != id || h.events["client_secret"] != secret {
		t.Errorf("the home got %v", h.events)
	}
	// A person is asked for each, and nothing of it is shown; Ctrl-C changes nothing.
	h.events = nil
	for _, stop := range []bool{true, false} {
		term := o.sits(nil, events...)
		term.Answer("Long-lived token of an administrator", canary)
		term.Answer("Client id of the skill", id)
		if stop {
			term.Interrupt("Client secret of the skill")
		} else {
			term.Answer("Client secret of the skill", secret)
		}
		code, shown := term.End()
		if want := map[bool]int{true: 130, false: 0}[stop]; code != want || stop != (h.events == nil) || strings.Contains(shown, secret) || strings.Contains(shown, canary) {
			t.Errorf("code %d, want %d; the home got %v; %s", code, want, h.events, shown)
		}
	}
	// The file of `hearthgate skill events --secrets-file` does too.
	h.events = nil
	o.env = append(o.env, config.EnvToken+"="+canary)
	r := o.types("alexa_client_id: \""+id+"\"\nalexa_client_secret: \""+secret+"\"\n", append(events, "--json")...)
	o.sees(r, 0, `"stage": "dev"`)
	if h.events["client_secret"] != secret || strings.Contains(r.out+r.err, secret) {
		t.Errorf("the home got %v; %s%s", h.events, r.out, r.err)
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
	h.moving = true
	o.sees(o.types(canary, "pair", "--home", server.URL), 0, "paired Home Assistant with hearthgate dev", "choose Configure, then Take entities over")
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
