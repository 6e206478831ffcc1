package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/fakesmapi"
	"github.com/hearthgate/hearthgate/infra/testkit/terminal"
)

// A move is what an owner does once something is shown: they type a line, or consent in
// the browser.
type move struct {
	shown, line string
	browser     bool
	login       bool // of the login, which is done as a whole or not at all
}

// Moves from nothing to a skill that answers.
var (
	reachable = []move{{shown: "be reached from the internet", line: "yes"}}
	describes = []move{
		reachable[0],
		{shown: "Locale of your Amazon account", line: "de-DE"},
		{shown: "Address of Home Assistant", line: homeURL},
		{shown: "stored or linked", line: "stored"},
		{shown: "E-mail address for alarms", line: "owner@example.com"},
		{shown: "Kind of skill", line: "both"},
	}
	storesToken = []move{{shown: "Long-lived token", line: canary}}
	logsIn      = []move{
		{shown: "Your vendor id", line: fakesmapi.VendorID, login: true},
		{shown: "Client id of the security profile", line: fakesmapi.ClientID, login: true},
		{shown: "Client secret (it is not shown)", line: fakesmapi.ClientSecret, login: true},
		{shown: "Waiting for the browser", browser: true, login: true},
	}
	prepares = []move{{shown: "Prepare it now?", line: "y"}}
	byAPI    = slices.Concat(describes, []move{{shown: "api or hand", line: "api"}}, storesToken, logsIn, prepares)
	byHand   = slices.Concat(describes, []move{{shown: "api or hand", line: "hand"}}, storesToken, []move{
		{shown: "Id of the Smart Home skill", line: skillID}, {shown: "Id of the custom skill", line: strings.TrimSuffix(skillID, "1") + "2"},
	}, prepares)
)

// slips are wrong answers, and what is said of them, by what asks.
var slips = map[string][2]string{
	"be reached from the internet":      {"perhaps", "is neither yes, no nor ?"},
	"Locale of your Amazon account":     {"german", "no region is known"},
	"Address of Home Assistant":         {"home.example.com", "https://"},
	"stored or linked":                  {"both", "none of stored, linked"},
	"E-mail address for alarms":         {"owner", "alarmEmail"},
	"Kind of skill":                     {"lamp", "is no kind of skill"},
	"api or hand":                       {"me", "is neither api nor hand"},
	"Long-lived token":                  {"wrong", "rejected the token (401)"},
	"Your vendor id":                    {"m2", "is not a vendor id"},
	"Client id of the security profile": {"amzn1.application.1", "this is the App ID"},
	"Client secret (it is not shown)":   {"two words", "has blanks"},
	"Id of the Smart Home skill":        {"my skill", "amzn1.ask.skill"},
	"Id of the custom skill":            {"-", "customSkillId is not a skill id"},
}

// A newcomer is an owner with a clone, an AWS account and a browser, and nothing else.
type newcomer struct {
	*owner
	amazon *fakesmapi.Service
	opened string // the file with the address that the browser was opened at
}

func newNewcomer(t *testing.T) *newcomer {
	t.Helper()
	n := &newcomer{owner: newOwner(t)}
	n.amazon = fakesmapi.Serve(t, n.internet, fakesmapi.Options{Unknown: 1, Slow: 1, Invokable: n.cloud.MayInvoke("hearthgate-dev")})
	n.cloud.Before("sns.ListSubscriptionsByTopic", func() {
		n.cloud.Edit("hearthgate-dev", "AWS::SNS::Subscription", func(r *fakeaws.Resource) bool {
			delete(r.Properties, "Confirmed")
			return true
		})
	})
	bin, err := fakeCDK()
	if err != nil {
		t.Fatal(err)
	}
	env, file := fakeBrowser(t)
	n.opened, n.env = file, append(n.env, env...)
	n.env = append(n.env, "PATH="+filepath.Dir(file)+":"+bin+":"+os.Getenv("PATH"))
	return n
}

// up starts the command in a terminal.
func (n *newcomer) up(columns int, args ...string) *terminal.Terminal {
	n.t.Helper()
	os.Remove(n.opened)
	return n.sitsAt(columns, append([]string{"up", "--port", freePort(n.t)}, args...)...)
}

// plays makes the moves.
func (n *newcomer) plays(term *terminal.Terminal, moves []move, slipping bool) {
	n.t.Helper()
	for _, m := range moves {
		if slip, ok := slips[m.shown]; ok && slipping {
			term.Answer(m.shown, slip[0])
			m.shown = slip[1]
		}
		if !m.browser {
			term.Answer(m.shown, m.line)
			continue
		}
		term.Wait(m.shown)
		n.browser(opened(n.t, n.opened))
	}
}

// arrives fails unless the way has ended where it should.
func (n *newcomer) arrives(term *terminal.Terminal, columns int) string {
	n.t.Helper()
	code, written := term.End()
	shown := terminal.Render(written, columns)
	flow := strings.Join(strings.Fields(shown), " ")
	for _, want := range []string{
		"6 of 6", "What is left for you 1. In the Alexa app", `Say "Alexa, discover devices"`, `Say "Alexa, turn on `, "Confirm the mail from AWS Notifications to owner@example.com",
		"hearthgate doctor --stage dev",
	} {
		if code != 0 || !strings.Contains(flow, want) {
			n.t.Errorf("code %d, no %q in:\n%s", code, want, shown)
		}
	}
	if broken := terminal.Broken(written, columns); len(broken) > 0 {
		n.t.Errorf("words that the terminal breaks: %q in:\n%s", broken, shown)
	}
	if strings.Contains(written, canary) {
		n.t.Error("the token is shown")
	}
	n.keepsSecrets(n.amazon, written)
	if left, _ := filepath.Glob(filepath.Join(n.clone, "config/stages/*draft*")); len(left) > 0 {
		n.t.Errorf("left behind: %q", left)
	}
	n.sees(n.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"), 0, `"name": "Response"`)
	return shown
}

func TestUp(t *testing.T) {
	for _, tt := range []struct {
		name    string
		columns int
		moves   []move
	}{
		{"by Amazon's API", 60, byAPI},
		{"by hand", 120, byHand},
	} {
		t.Run(fmt.Sprintf("%s, %d columns", tt.name, tt.columns), func(t *testing.T) {
			n := newNewcomer(t)
			term := n.up(tt.columns)
			n.plays(term, tt.moves, true)
			shown := n.arrives(term, tt.columns)
			if byAmazon := n.amazon.Writes() > 0; byAmazon {
				n.linkedRight(n.amazon)
			} else if !strings.Contains(shown, "What to type into the Alexa developer console") {
				t.Errorf("it does not say what to type:\n%s", shown)
			}

			writes, calls := n.amazon.Writes(), len(n.cloud.Calls())
			n.arrives(n.up(tt.columns), tt.columns)
			if got := n.amazon.Writes() - writes; got != 0 {
				t.Errorf("a second run wrote %d times at Amazon", got)
			}
			for _, call := range n.cloud.Calls()[calls:] {
				if slices.Contains([]string{"ssm.PutParameter", "cloudformation.ExecuteChangeSet", "s3.PutObject"}, call) {
					t.Errorf("a second run called %s", call)
				}
			}
		})
	}
}

// TestUpStopped stops the way at each question, and goes on: what was answered is not
// asked again, but for a login, which is done as a whole.
func TestUpStopped(t *testing.T) {
	for k, stop := range byAPI {
		t.Run(stop.shown, func(t *testing.T) {
			n := newNewcomer(t)
			term := n.up(100)
			n.plays(term, byAPI[:k], false)
			term.Interrupt(stop.shown)
			if code, written := term.End(); code != 130 || !strings.Contains(terminal.Render(written, 200), "goes on from here") {
				t.Fatalf("code %d: %s", code, terminal.Render(written, 100))
			}

			term = n.up(100)
			rest := byAPI[k:]
			if stop.login {
				rest = slices.Concat(logsIn, prepares)
			}
			var shown string
			if k < len(describes) { // which is about the next question
				term.Interrupt(stop.shown)
				_, shown = term.End()
			} else {
				n.plays(term, rest, false)
				shown = n.arrives(term, 100)
			}
			for _, m := range byAPI[:k] {
				if !slices.Contains(rest, m) && strings.Contains(shown, m.shown) {
					t.Errorf("%q is asked again:\n%s", m.shown, shown)
				}
			}
		})
	}
}

// TestUpStoppedAtWork stops the way while it waits for AWS or Amazon.
func TestUpStoppedAtWork(t *testing.T) {
	for _, tt := range []struct {
		name        string
		after       string // when it begins to wait
		hold        func(n *newcomer) (release func())
		shown, left string
	}{
		{"creating the skill", "1 of 6", func(n *newcomer) func() {
			n.amazon.Break("createSkillForVendor", fakesmapi.Fault{Hang: true, Done: true})
			return n.amazon.Mend
		}, "creating the Smart Home skill", "goes on from here"},
		{"deploying", "building the function", func(n *newcomer) func() {
			n.cloud.Pause()
			return n.cloud.Resume
		}, "deploying hearthgate-dev into account", "CloudFormation"},
		{"connecting", "1 of 6", func(n *newcomer) func() {
			n.amazon.Break("updateAccountLinkingInfo", fakesmapi.Fault{Hang: true})
			return n.amazon.Mend
		}, "6 of 6", "goes on from here"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := newNewcomer(t)
			term := n.up(100)
			moves := byAPI[:len(byAPI)-len(prepares)]
			var release func()
			if tt.after == "1 of 6" {
				term.Wait(tt.after)
				release = tt.hold(n)
			}
			n.plays(term, moves, false)
			if tt.name != "creating the skill" {
				n.plays(term, prepares, false)
				moves = byAPI
			}
			if release == nil {
				term.Wait(tt.after)
				release = tt.hold(n)
			}
			term.Interrupt(tt.shown)
			if code, written := term.End(); code != 130 || !strings.Contains(strings.Join(strings.Fields(written), " "), tt.left) {
				t.Fatalf("code %d: %s", code, terminal.Render(written, 100))
			}
			release()
			term = n.up(100)
			n.plays(term, byAPI[len(moves):], false)
			n.arrives(term, 100)
			if created := len(n.amazon.Skills()); created != 2 {
				t.Errorf("%d skills, want 2", created)
			}
		})
	}
}

// TestUpWithoutTerminal has the answers as flags, and a token that is stored already.
func TestUpWithoutTerminal(t *testing.T) {
	n := newNewcomer(t)
	n.sees(n.types("", "up"), 1, "locale is missing", "(--locale)")
	if r := n.types("", "up", "--locale", "de-DE", "--url", homeURL, "--kind", "lamp"); r.code != 1 || !strings.Contains(r.err, "is no kind of skill") || strings.Contains(r.err, "asking") {
		t.Errorf("a wrong flag: code %d, %s", r.code, r.err)
	}
	args := []string{"up", "--locale", "de-DE", "--url", homeURL, "--kind", "smart-home", "--skills-by", "hand", "--smart-home-skill", skillID}
	n.sees(n.types("", args...), 1, "is not stored", "hearthgate token --stage dev")
	n.sees(n.types(canary, "token"), 0)
	n.sees(n.types("", "up"), 1, "is not prepared for the CDK", "hearthgate deploy --bootstrap")
	n.sees(n.types("", "up", "--yes", "--json"), 0, `"endpoint": "arn:aws:lambda:eu-west-1:`+fakeaws.AccountID+`:function:hearthgate-dev:live"`, `"left": [`, `"name": "deploy"`)
}

// TestUpWithAFile goes on from a stage's file: what is right in it stays to the byte, and
// what is wrong is asked for.
func TestUpWithAFile(t *testing.T) {
	n := newNewcomer(t)
	const file = "config/stages/dev.json"
	read := func() string {
		b, err := os.ReadFile(filepath.Join(n.clone, file))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	const right = `{"locale": "de-DE",   "homeAssistantUrl": "` + homeURL + `", "smartHomeSkillId": "` + skillID + `"}`
	n.write(file, right)
	n.sees(n.types("", "up"), 1, "is not stored", "hearthgate token --stage dev")
	if got := read(); got != right {
		t.Errorf("the file is rewritten: %s", got)
	}
	n.write(file, `{"locale": "de-DE"`)
	n.sees(n.types("", "up"), 1, "ends too early")
	n.write(file, strings.Replace(right, "de-DE", "german", 1))
	n.sees(n.types("", "up"), 1, "locale", "(--locale)")
	term := n.up(100)
	term.Answer("Locale of your Amazon account", "de-DE")
	term.Interrupt("Long-lived token")
	if code, written := term.End(); code != 130 || strings.Contains(written, "Address of Home Assistant") || !strings.Contains(read(), `"de-DE"`) {
		t.Errorf("code %d: %s", code, written)
	}
}

// TestUpAsks has a stage that was set up before: skills that are the owner's are changed
// only after a yes.
func TestUpAsks(t *testing.T) {
	n := newNewcomer(t)
	n.sees(n.types("", "init", "--locale", "de-DE", "--url", homeURL), 0)
	n.sees(n.types(canary, "token"), 0)
	n.loggedIn(n.amazon)
	n.sees(n.types("", "skill", "create"), 0)
	n.sees(n.types("", "deploy", "--bootstrap"), 0)
	before := n.amazon.Writes()
	n.sees(n.types("", "up"), 1, "What differs at Amazon", "nothing was changed")
	if got := n.amazon.Writes() - before; got != 0 {
		t.Errorf("without a yes it wrote %d times", got)
	}
	n.sees(n.types("", "up", "--yes"), 0, "values changed at Amazon")
	n.sees(n.types("", "up"), 0, "Amazon has everything as the function needs it")
}

// TestUpBehindALogin has a home with Cloudflare Access in front of it: the address is kept
// unchecked, and the headers that pass it are asked for until they do.
func TestUpBehindALogin(t *testing.T) {
	n := newNewcomer(t)
	n.internet.Serve(t, "gate.example.com", n.gate())
	term := n.up(80)
	n.plays(term, []move{
		reachable[0], {shown: "Locale of your Amazon account", line: "de-DE"},
		{shown: "Address of Home Assistant", line: "https://gate.example.com"}, {shown: "Type k to keep this address", line: "k"},
		{shown: "stored or linked", line: ""}, {shown: "E-mail address for alarms", line: ""},
		{shown: "Kind of skill", line: ""}, {shown: "api or hand", line: "hand"},
		{shown: "CF-Access-Client-Id (it is not shown)", line: "id.access"}, {shown: "CF-Access-Client-Secret (it is not shown)", line: "wrong"},
		{shown: "asks for a login first (302)", line: "id.access"}, {shown: "CF-Access-Client-Secret (it is not shown)", line: "canary-secret"},
		{shown: "Long-lived token", line: canary},
	}, false)
	term.Interrupt("Id of the Smart Home skill")
	code, written := term.End()
	if code != 130 || strings.Contains(written, "canary") {
		t.Errorf("code %d: %s", code, written)
	}
	for _, name := range []string{"headers", "token"} {
		if p := n.cloud.Parameter("eu-west-1", "/hearthgate/dev/home-assistant/"+name); p == nil || p.Type != "SecureString" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if !n.stage().SecretHeaders {
		t.Error("the stage does not send the headers")
	}
}
