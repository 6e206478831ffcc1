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

const migrationHead = `# Coming from something else

What was called otherwise elsewhere, and what it is here. This page is made from the
code by ` + "`make docs`" + `.

Whatever you come from, the way is the same: deploy hearthgate beside what you have
(the README's three commands), type the new endpoint into the Alexa developer console,
say "Alexa, discover devices", and delete the old function when it has been silent for
a day. Your devices keep their names, routines and groups in Alexa, because Home
Assistant names them and hearthgate passes on what it says byte for byte.

## From haaska

What haaska has in config.json is in the stage's file, config/stages/dev.json, which
` + "`hearthgate init`" + ` writes; the table below names the variable that each becomes. The
token is not: it does not belong in a file that is uploaded, so ` + "`hearthgate token`" + ` puts
it into a SecureString. Gone is the upload by hand, which ` + "`hearthgate deploy`" + ` does.

## From the Lambda in Home Assistant's documentation

The function understands its environment variables (below). What differs: the token is
in a SecureString and not among the variables, where everyone who may look at the
function reads it; nothing is printed that holds a token; and every failure is an answer
that Alexa takes, where that function raises an error and Alexa says that the skill does
not respond.

## Settings

Each environment variable works, and warns once with the name of today. Two that
contradict each other are an error that names both. A setting without a name of today
is not needed any more.

| older | of | today | |
|---|---|---|---|
`

func migrationDocument() string {
	var b strings.Builder
	b.WriteString(migrationHead)
	for _, v := range initialization.LegacySettings() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", v.Name, v.Source, v.Now, cell(v.Note))
	}
	b.WriteString("\n## Operations of the older system\n\nThey are called as before, " +
		"`{\"operation\": \"cache.GET\", \"input\": {\"key\": \"a\"}}`, with the input's fields of today (operations.md).\n")
	gateway := ""
	for _, n := range legacy.Names() {
		g, _, _ := strings.Cut(n.Older, ".")
		if g != gateway {
			fmt.Fprintf(&b, "\n### %s\n\n| older name | today |\n|---|---|\n", g)
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
