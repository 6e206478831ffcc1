package main_test

import (
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/alexacheck"
)

func TestSkill(t *testing.T) {
	o := newOwner(t)
	o.sees(o.types("", "skill", "model"), 1, `there is no stage "dev"`)
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", homeURL), 0)
	r := o.types("", "skill", "model")
	o.sees(r, 0, "treuer butler", "schalte {sentence}", "For de-DE", "JSON Editor")
	if err := alexacheck.Model("de-DE", []byte(r.out)); err != nil {
		t.Errorf("what is printed is no model: %v", err)
	}
	o.sees(o.types("", "skill", "model", "--name", "guter hausgeist", "--json"), 0, `"invocationName": "guter hausgeist"`)
	o.sees(o.types("", "skill", "model", "--locale", "es-MX"), 0, "mayordomo fiel", "enciende {sentence}")
	o.sees(o.types("", "skill", "model", "--locale", "sv-SE"), 1, "no region is known", "es-MX")
	o.sees(o.types("", "skill", "model", "--name", "frage haus"), 1, "a skill cannot have this name", "which Alexa reserves")
	o.sees(o.types("", "skill", "model", "--locale", "en-US", "--name", "frage haus", "--json"), 0, "frage haus")
}
