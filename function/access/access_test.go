package access_test

import (
	"testing"

	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/access/accesstest"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// TestZero checks that nothing passes without a door, or a door without rules.
func TestZero(t *testing.T) {
	if (access.Permit{}).Valid() || (access.Permit{}).Check() == nil {
		t.Error("a permit that no door gave is valid")
	}
	var closed access.Door
	if p, err := closed.Directive(t.Context(), alexa.Directive{}); p.Valid() || err == nil {
		t.Error("a directive passed a door without rules")
	}
	if p, err := closed.Diagnosis(); p.Valid() || err == nil {
		t.Error("a diagnosis passed a door without rules")
	}
	if _, err := closed.Admit(t.Context(), alexa.SkillRequest{}); err == nil {
		t.Error("a skill was admitted without rules")
	}
	if p, err := accesstest.Open().Skill(t.Context(), access.Guest{}); p.Valid() || err == nil {
		t.Error("a request passed that was not admitted")
	}
	if !accesstest.Permit().Valid() {
		t.Error("the permit of the tests is not valid")
	}
}

func TestS10CheckToken(t *testing.T) {
	for token, want := range map[string]bool{
		"Atza|IwEBIJfV": true, "eyJhbGciOiJIUzI1NiJ9.e30.x": true, "": true,
		"a\nb": false, "a\rb": false, "a\r\nHost: x": false, "a b": false, "a\tb": false, "a\x00b": false, "a\x7fb": false, "aé": false, "a\n": false, " a": false,
	} {
		if err := access.CheckToken(core.Secret(token)); (err == nil) != want {
			t.Errorf("%q: %v", token, err)
		} else if err != nil && (core.KindOf(err) != core.Unauthorized || core.CauseOf(err) != core.CauseUnknownToken) {
			t.Errorf("%q: kind %v", token, core.KindOf(err))
		}
	}
}
