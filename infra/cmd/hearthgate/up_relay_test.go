package main_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/relayagent"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/terminal"
)

// TestUpByRelay goes the way of a home that cannot be reached: no address and no token are
// asked for, and Home Assistant is paired over its API.
func TestUpByRelay(t *testing.T) {
	n := newNewcomer(t)
	b, err := broker.Start(broker.Options{Region: "eu-west-1", Account: fakeaws.AccountID})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	s, err := b.Stage("dev")
	if err != nil {
		t.Fatal(err)
	}
	n.cloud.Rerun(s.Environment...)
	agent, err := relayagent.Start(t.Context(), relayagent.Options{Pairing: s.Pairing, Key: s.Key, Home: relayagent.Behind{Handler: n.home, Token: canary}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = agent.Stop() })
	h := &homePage{t: t, installed: true}
	h.line, _ = signingLine(t)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)

	before := []move{
		{shown: "be reached from the internet", line: "?"}, {shown: "Locale of your Amazon account", line: "de-DE"},
		{shown: "E-mail address for alarms", line: ""}, {shown: "Kind of skill", line: ""}, {shown: "api or hand", line: "hand"},
		{shown: "Id of the Smart Home skill", line: skillID}, prepares[0],
	}
	term := n.up(80)
	n.plays(term, before, false)
	term.Interrupt("Address of Home Assistant in your own network")
	if code, written := term.End(); code != 130 || !strings.Contains(strings.Join(strings.Fields(written), " "), "goes on from here") {
		t.Fatalf("code %d: %s", code, terminal.Render(written, 80))
	}
	term = n.up(80)
	n.plays(term, []move{
		{shown: "Address of Home Assistant in your own network", line: "homeassistant.local"}, {shown: "is no web address", line: server.URL},
		{shown: "Long-lived token of an administrator", line: "wrong.token.here"}, {shown: "rejected the token (401)", line: server.URL},
		{shown: "Long-lived token of an administrator", line: canary},
	}, false)
	code, written := term.End()
	shown := strings.Join(strings.Fields(terminal.Render(written, 80)), " ")
	if code != 0 || !strings.Contains(shown, "Home Assistant is connected with it") || !strings.Contains(shown, "What is left for you") {
		t.Errorf("code %d: %s", code, terminal.Render(written, 80))
	}
	if strings.Contains(written, canary) || strings.Contains(written, "stored or linked") {
		t.Errorf("it shows the token, or asks where it comes from: %s", written)
	}
	if broken := terminal.Broken(written, 80); len(broken) > 0 {
		t.Errorf("words that the terminal breaks: %q", broken)
	}
	if st := n.stage(); !st.HasRelay() || st.URL != "" {
		t.Errorf("the stage is %+v", st)
	}
	for _, call := range n.cloud.Calls() {
		if call == "ssm.PutParameter" && n.cloud.Parameter("eu-west-1", "/hearthgate/dev/home-assistant/token") != nil {
			t.Error("a token is stored")
		}
	}
	n.sees(n.types("", "up"), 0, "Home Assistant is connected with it")
}
