package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/terminal"
)

// reads returns a file of the owner's stages, "" if there is none.
func (o *owner) reads(name string) string {
	o.t.Helper()
	b, err := os.ReadFile(filepath.Join(o.clone, config.StagesDir, name))
	if err != nil && !os.IsNotExist(err) {
		o.t.Fatal(err)
	}
	return string(b)
}

// questions are those of init in their order, each with a wrong answer, part of what is
// wrong with it, and a right answer.
var questions = []struct{ question, wrong, why, right string }{
	{"Locale of your Amazon account", "german", "no region is known", "de-DE"},
	{"Address of Home Assistant", "http://home.example.com", "in clear text", homeURL},
	{"stored or linked", "both", "none of stored, linked", "linked"},
	{"Id of the Smart Home skill", "mine", "not a skill id", "amzn1.ask.skill.00000000-0000-0000-0000-000000000007"},
	{"Id of the custom skill", "yours", "not a skill id", "amzn1.ask.skill.00000000-0000-0000-0000-000000000008"},
	{"E-mail address", "me", "not one e-mail address", "owner@example.com"},
}

// wrote fails unless the command ended well and the stage has the right answers.
func (o *owner) wrote(term *terminal.Terminal) {
	o.t.Helper()
	code, shown := term.End()
	if code != 0 || strings.Contains(shown, "Change the file?") {
		o.t.Errorf("code %d: %s", code, shown)
	}
	for _, q := range questions {
		if !strings.Contains(o.reads("dev.json"), `"`+q.right+`"`) {
			o.t.Errorf("no %s in %s", q.right, o.reads("dev.json"))
		}
	}
	if strings.Contains(o.reads("dev.json"), "debug") || o.reads("dev.json.draft") != "" {
		o.t.Errorf("the stage is %s, the draft %s", o.reads("dev.json"), o.reads("dev.json.draft"))
	}
}

// TestInitWithSlips answers wrongly at each question, and then rightly.
func TestInitWithSlips(t *testing.T) {
	o := newOwner(t)
	term := o.sits(nil, "init")
	for _, q := range questions {
		term.Answer(q.question, q.wrong)
		term.Answer(q.why, q.right)
	}
	o.wrote(term)
}

// TestInitStops ends init at each question, once by Ctrl-C and once by the end of the
// input, and goes on each time: no answer is typed twice, and what ended early wrote no
// stage.
func TestInitStops(t *testing.T) {
	for name, ends := range map[string]struct {
		keys string
		code int
		says string
	}{
		"Ctrl-C":           {"\x03", 130, "stopped"},
		"the end of input": {"\x04", 1, "the answers ended"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOwner(t)
			for n, q := range questions {
				term := o.sits(nil, "init")
				for _, before := range questions[:n] {
					term.Answer(before.question, "")
				}
				term.Type(q.question, ends.keys)
				code, shown := term.End()
				if code != ends.code || !strings.Contains(shown, ends.says) || strings.Contains(shown, "Your answers are kept: `hearthgate init --stage dev`") != (n > 0) {
					t.Errorf("at %q: code %d: %s", q.question, code, shown)
				}
				if n > 0 && !strings.Contains(shown, "An earlier run ended before the stage was written") {
					t.Errorf("at %q it does not say that it goes on: %s", q.question, shown)
				}
				if o.reads("dev.json") != "" {
					t.Fatalf("a stage was written: %s", o.reads("dev.json"))
				}
				term = o.sits(nil, "init")
				for _, before := range questions[:n] {
					term.Answer(before.question, "")
				}
				term.Answer(q.question, q.right)
				if n == len(questions)-1 {
					o.wrote(term)
					break
				}
				term.Type(questions[n+1].question, ends.keys)
				term.End()
			}
		})
	}
}

// TestInitChanges changes a stage: "no" loses nothing, "-" empties, --fresh forgets.
func TestInitChanges(t *testing.T) {
	o := newOwner(t)
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", homeURL, "--alarm-email", "owner@example.com"), 0)
	before := o.reads("dev.json")
	answers := func(term *terminal.Terminal, last string) {
		for _, q := range questions[:len(questions)-1] {
			term.Answer(q.question, "")
		}
		term.Answer("[owner@example.com; - for none]", last)
	}
	term := o.sits(nil, "init")
	answers(term, "other@example.com")
	term.Answer("Change the file?", "")
	if code, shown := term.End(); code != 1 || !strings.Contains(shown, "nothing was changed") || !strings.Contains(shown, "Your answers are kept") || o.reads("dev.json") != before {
		t.Errorf("code %d: %s", code, shown)
	}
	term = o.sits(nil, "init")
	for range questions {
		term.Answer("] ", "")
	}
	term.Interrupt(`"owner@example.com" -> "other@example.com"`)
	if code, shown := term.End(); code != 130 || o.reads("dev.json") != before {
		t.Errorf("code %d: %s", code, shown)
	}
	term = o.sits(nil, "init", "--fresh")
	answers(term, "-")
	term.Answer("Change the file?", "y")
	if code, shown := term.End(); code != 0 || strings.Contains(o.reads("dev.json"), "@example.com") || strings.Contains(shown, "An earlier run") {
		t.Errorf("code %d: %s%s", code, shown, o.reads("dev.json"))
	}
	o.sees(o.types("", "init", "--alarm-email", "owner@example.com", "--yes"), 0, "1 field changed")
	if o.reads("dev.json.draft") != "" {
		t.Error("a draft is left")
	}
}

// TestInitDamagedDraft starts over where the draft of an earlier run cannot be read.
func TestInitDamagedDraft(t *testing.T) {
	o := newOwner(t)
	o.write(config.StagesDir+"/dev.json.draft", `{"locale": "fr`)
	term := o.sits(nil, "init")
	for _, q := range questions {
		term.Answer(q.question, q.right)
	}
	if o.wrote(term); !strings.Contains(term.Written(), "dev.json.draft is damaged") {
		t.Errorf("it does not say so: %s", term.Written())
	}
}

// TestInitUnreachedHome offers a choice where the home does not answer, and sets up a
// home behind Cloudflare Access.
func TestInitUnreachedHome(t *testing.T) {
	const gateURL = "https://gate.example.com"
	first := []string{"init", "--locale", "de-DE", "--token-source", "stored", "--smart-home-skill=", "--custom-skill=", "--alarm-email="}
	t.Run("try again", func(t *testing.T) {
		o := newOwner(t)
		term := o.sits(nil, first...)
		term.Answer("Address of Home Assistant", "https://late.example.com")
		term.Answer("[try again]", "")
		term.Type("[try again]", "") // only waits for it
		o.internet.Serve(t, "late.example.com", o.home)
		term.Type("", "\r")
		if code, shown := term.End(); code != 0 || !strings.Contains(o.reads("dev.json"), "https://late.example.com") {
			t.Errorf("code %d: %s", code, shown)
		}
	})
	t.Run("another address", func(t *testing.T) {
		o := newOwner(t)
		term := o.sits(nil, first...)
		term.Answer("Address of Home Assistant", "https://away.example.com")
		term.Answer("[try again]", "ftp://away.example.com")
		term.Answer("not a web address", "https://away.example.com")
		term.Answer("[try again]", homeURL)
		if code, shown := term.End(); code != 0 || !strings.Contains(o.reads("dev.json"), homeURL) {
			t.Errorf("code %d: %s", code, shown)
		}
	})
	t.Run("keep it unchecked", func(t *testing.T) {
		o := newOwner(t)
		term := o.sits(nil, first...)
		term.Answer("Address of Home Assistant", "https://away.example.com")
		term.Answer("keep this one unchecked", "k")
		if code, shown := term.End(); code != 0 || !strings.Contains(o.reads("dev.json"), "https://away.example.com") || strings.Contains(o.reads("dev.json"), "secretHeaders") {
			t.Errorf("code %d: %s%s", code, shown, o.reads("dev.json"))
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		o := newOwner(t)
		term := o.sits(nil, first...)
		term.Answer("Address of Home Assistant", "https://away.example.com")
		term.Interrupt("[try again]")
		if code, shown := term.End(); code != 130 || !strings.Contains(shown, "Your answers are kept") || !strings.Contains(o.reads("dev.json.draft"), "de-DE") {
			t.Errorf("code %d: %s", code, shown)
		}
		o.internet.Serve(t, "away.example.com", o.home)
		term = o.sits(nil, first...)
		term.Answer("[https://away.example.com]", "")
		if code, shown := term.End(); code != 0 || !strings.Contains(o.reads("dev.json"), "https://away.example.com") {
			t.Errorf("code %d: %s", code, shown)
		}
	})
	t.Run("behind a login", func(t *testing.T) {
		o := newOwner(t)
		o.internet.Serve(t, "gate.example.com", o.gate())
		term := o.sits(nil, first...)
		term.Answer("Address of Home Assistant", gateURL)
		term.Answer("`hearthgate headers` then comes next", "k")
		if code, shown := term.End(); code != 0 || !strings.Contains(shown, "Next: \x1b[01mhearthgate headers --stage dev") {
			t.Errorf("code %d: %q", code, shown)
		}
		o.sees(o.types("CF-Access-Client-Id: id.access\nCF-Access-Client-Secret: canary-secret\n", "headers"), 0, "hearthgate deploy --stage dev")
		o.sees(o.types(canary, "token"), 0, "stored")
	})
}

// TestInitLinked warns of a port at the question and in the end, and explains both ways.
func TestInitLinked(t *testing.T) {
	o := newOwner(t)
	term := o.sits([]string{"NO_COLOR=1"}, "init", "--locale", "de-DE", "--url", homeURL+":8123", "--offline", "--smart-home-skill=", "--custom-skill=", "--alarm-email=")
	term.Answer("It needs a security profile of Login with Amazon", "")
	if code, shown := term.End(); code != 0 || strings.Contains(shown, "warning:") {
		t.Errorf("code %d: %s", code, shown)
	}
	term = o.sits([]string{"NO_COLOR=1"}, "init", "--locale", "de-DE", "--url", homeURL+":8123", "--offline", "--smart-home-skill=", "--custom-skill=", "--alarm-email=")
	term.Answer("It needs Home Assistant at port 443", "linked")
	term.Answer("has the port 8123: Alexa's account linking accepts port 443 only", "y")
	if code, shown := term.End(); code != 0 || strings.Count(shown, "warning: tokenSource is linked") != 2 {
		t.Errorf("code %d: %s", code, shown)
	}
	o.sees(o.types("", "init", "--yes", "--offline", "--json"), 0, `"warnings": [`, "port 443 only")
}
