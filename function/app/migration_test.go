package app

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/legacy"
)

const migrationHead = `# Migration

How to replace another way from Alexa to Home Assistant, and what becomes of its
settings and operations. ` + "`make docs`" + ` generates this page from the code.

[Coming from something else](../../infra/docs/coming-from.md) leads through it step by
step, and says why account linking stays as it is while it works. This page has the details.

## What stays and what changes

With the skill that you have, devices keep their names, groups and routines, because they
keep their ids. Only the skill's endpoint changes, to the ARN that ` + "`hearthgate deploy`" + `
prints. **Leave account linking as it is**: changing it unlinks your account. Choose the
token source that fits it:

| account linking leads to | token source |
|---|---|
| your Home Assistant (` + "`/auth/authorize`" + `) | ` + "`linked`" + `. Home Assistant must be reachable at port 443 with a public certificate, because Amazon asks it for tokens |
| Login with Amazon (` + "`www.amazon.com/ap/oa`" + `), or anything else | ` + "`stored`" + ` |

What Home Assistant answers goes to Alexa as it is, byte for byte, with three exceptions:
a reply without a correlation token gets that of its directive; a discovery loses the
devices and capabilities that Alexa would reject, and a device without a name gets one; and
the reply to a [confirmed](../../infra/docs/settings.md#confirm) command has the state that
the device is in. An answer with another directive's correlation token is
an error.

If Home Assistant reports changes to Alexa ("Send Alexa Events" on the skill's page
Permissions), keep the skill's client id and secret in configuration.yaml: they belong
to the skill and do not change. With a new skill see [events](../../infra/docs/events.md).

The function understands the environment variables of the function in Home Assistant's
documentation, of haaska-go and of ha-alexa ([below](#settings)), so the smallest step is to
deploy hearthgate with them. The settings of haaska's config.json move to the stage's file.
What differs from the function in the documentation:

- The token is in a SecureString. Environment variables can be read by everyone who may
  view the function.
- No log line contains a token.
- A failure is a valid reply with the right error type. The old function raises an
  exception, and Alexa says that the skill does not respond.

## From a custom skill with intent_script

Intents of your own, and Amazon's such as AMAZON.YesIntent, are sent to Home Assistant's
` + "`/api/alexa`" + `, where intent_script answers them. Two things differ: hearthgate answers the
launch of the skill, help, stop, cancel, home and the end of a session itself, so an
intent_script of these names (LaunchRequest, SessionEndedRequest) is never called; and
sentences go to Home Assistant's conversation.
` + "`hearthgate skill link`" + ` leaves your intents in the interaction model. What
` + "`hearthgate skill model`" + ` prints is without them: add them to it.

## Settings

Each variable works and logs one warning with its new name. Two that contradict each
other are an error that names both. A setting without a new name is no longer needed.

| old name | from | new name | |
|---|---|---|---|
`

func migrationDocument() string {
	var b strings.Builder
	b.WriteString(migrationHead)
	for _, v := range initialization.LegacySettings() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", v.Name, v.Source, v.Now, cell(v.Note))
	}
	b.WriteString("\n## Operations of the older system\n\nThe old names still work, as in " +
		"`{\"operation\": \"cache.GET\", \"input\": {\"key\": \"a\"}}`, with the new [input](operations.md).\n")
	gateway := ""
	for _, n := range legacy.Names() {
		g, _, _ := strings.Cut(n.Older, ".")
		if g != gateway {
			fmt.Fprintf(&b, "\n### %s\n\n| old name | new name |\n|---|---|\n", g)
			gateway = g
		}
		now := "`" + n.String() + "`"
		if n.Now == "" {
			now = "gone: " + n.Gone
		}
		fmt.Fprintf(&b, "| %s | %s |\n", n.Older, cell(now))
	}
	return b.String()
}

// TestOlderNames reads the older system's names: each has an answer, which is an
// operation that there is and fields that it takes, or says why it is gone.
func TestOlderNames(t *testing.T) {
	list, err := os.ReadFile("../legacy/testdata/older-names.txt")
	if err != nil {
		t.Fatal(err)
	}
	wanted := strings.Fields(string(list))
	if len(wanted) != 177 {
		t.Errorf("the list has %d names, want 177", len(wanted))
	}
	app := visit{}.app(t)
	for _, name := range wanted {
		t.Run(name, func(t *testing.T) {
			i := slices.IndexFunc(legacy.Names(), func(n legacy.Name) bool { return n.Older == name })
			if i < 0 {
				t.Fatal("there is no answer to it")
			}
			n := legacy.Names()[i]
			_, err := legacy.Execute(t.Context(), app.dispatcher, name, nil)
			switch kind := core.KindOf(err); {
			case n.Now == "" && (kind != core.Gone || !strings.Contains(err.Error(), n.Gone)):
				t.Errorf("it is gone, and answers %v", err)
			case n.Now != "" && (kind == core.Gone || core.CauseOf(err) == core.CauseUnknownOperation || core.CauseOf(err) == core.CauseGoOnly):
				t.Errorf("it stands for %s, which answers %v", n.Now, err)
			case len(n.Fixed) > 0 && err != nil && strings.Contains(err.Error(), "there is no field"):
				t.Errorf("it stands for %s, which answers %v", n, err)
			}
		})
	}
	for _, n := range legacy.Names() {
		if !slices.Contains(wanted, n.Older) {
			t.Errorf("%s is no name of the older system", n.Older)
		}
	}
}
