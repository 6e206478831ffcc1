package e2e_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/fakesmapi"
	"github.com/hearthgate/hearthgate/infra/testkit/terminal"
	"github.com/hearthgate/hearthgate/infra/testkit/testnet"
)

// TestUp goes the way of a new owner as the README has it, with the real CDK CLI: one
// command from the clone to an answering skill, stopped while CloudFormation works.
func TestUp(t *testing.T) {
	o := newOwner(t)
	amazon := fakesmapi.Serve(t, o.internet, fakesmapi.Options{Unknown: 1, Slow: 1, Late: 1, Invokable: o.cloud.MayInvoke("hearthgate-dev")})
	commands := commandsOf(t, "README.md", "Set it up")
	i := slices.IndexFunc(commands, func(c string) bool { return strings.HasPrefix(c, "git clone ") })
	commands = slices.Delete(commands, i, i+1)
	if want := []string{"make install", "aws login", "hearthgate up"}; !slices.Equal(commands, want) {
		t.Fatalf("the README shows %q, want %q after the clone", commands, want)
	}
	up := fmt.Sprintf("hearthgate up --no-browser --port %d", freePort(t))

	term := o.types("make install", up)
	for _, a := range []answer{
		{"be reached from the internet", "yes"},
		{"Locale of your Amazon account", "en-US"}, {"Address of Home Assistant", "https://home.example.com"}, {"stored or linked", ""},
		{"E-mail address", "owner@example.com"}, {"Kind of skill", "both"}, {"api or hand", ""}, {"Long-lived token", o.token},
		{"Your vendor id", fakesmapi.VendorID}, {"Client id of the security profile", fakesmapi.ClientID}, {"Client secret", fakesmapi.ClientSecret},
	} {
		term.Answer(a.question, a.line)
	}
	term.Wait("Waiting for the browser")
	o.consents(term.Written())
	term.Answer("Prepare it now?", "y")
	term.Wait("building the function")
	o.cloud.Pause()
	term.Wait("deploying hearthgate-dev into account")
	term.Interrupt("")
	if code, said := term.End(); code != 130 || !strings.Contains(flat(said), "CloudFormation goes on") || !strings.Contains(flat(said), "`hearthgate up --stage dev` goes on from here") {
		t.Fatalf("code %d:\n%s", code, said)
	}
	o.cloud.Resume()

	term = o.types(up)
	code, said := term.End()
	o.has(flat(said), "6 of 6", "values changed at Amazon", "What is left for you", `Say "Alexa, turn on Kitchen Light"`, "Confirm the mail from AWS Notifications to owner@example.com", "us-east-1.console.aws.amazon.com")
	if code != 0 {
		t.Fatalf("code %d:\n%s", code, said)
	}
	if broken := terminal.Broken(said, 80); len(broken) > 0 {
		t.Errorf("words that the terminal breaks: %q", broken)
	}
	for _, secret := range append(amazon.Secrets(), o.token) {
		if strings.Contains(said, secret) {
			t.Errorf("the secret %s is shown", secret)
		}
	}
	if n := len(amazon.Skills()); n != 2 {
		t.Errorf("%d skills, want 2", n)
	}
	o.has(o.hearthgate("", "skill", "status"), "Amazon has the skills as the stage needs them")
	o.has(o.hearthgate("", "invoke", "turn-on", "--endpoint", "light.kitchen_light", "--stage", "dev"), `"name": "Response"`)
}

// consents opens the page of Amazon's that a text links to, and follows what it answers.
func (o *owner) consents(said string) {
	o.t.Helper()
	link := regexp.MustCompile(`https://www\.amazon\.com/ap/oa\?\S+`).FindString(said)
	res, err := o.internet.Client().Get(link)
	if err != nil {
		o.t.Fatal(err)
	}
	res.Body.Close()
}

// freePort returns a port that no one uses.
func freePort(t *testing.T) int {
	t.Helper()
	port, err := testnet.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// flat returns text as if its lines were not wrapped.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }
