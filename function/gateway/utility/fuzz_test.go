package utility_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/utility"
)

// FuzzRenderTemplate checks that a value never adds a tag to the text, and that
// nothing panics.
func FuzzRenderTemplate(f *testing.F) {
	f.Add("<p>{{a}}</p>", "<b>")
	f.Add("{{a}}{{a}}", "{{a}}")
	f.Add("{{", "}}")
	d := dispatcher(utility.Options{})
	f.Fuzz(func(t *testing.T, template, value string) {
		raw, err := json.Marshal(value)
		if err != nil {
			return
		}
		in := utility.TemplateInput{Template: template, Values: map[string]json.RawMessage{"a": raw}}
		got, err := core.Do(t.Context(), d, utility.RenderTemplate, in)
		if err != nil {
			if core.KindOf(err) != core.Invalid {
				t.Errorf("an error of kind %v: %v", core.KindOf(err), err)
			}
			return
		}
		if marks := strings.Count(template, "<"); strings.Count(got.Text, "<") > marks {
			t.Errorf("%q with %q became %q", template, value, got.Text)
		}
	})
}

func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `[1,]`, `"\ud800"`, `{"a":{"a":1}}`, "1 2", "\ufeff{}"} {
		f.Add(s)
	}
	d := dispatcher(utility.Options{})
	f.Fuzz(func(t *testing.T, text string) {
		got, err := core.Do(t.Context(), d, utility.ParseJSON, utility.ParseInput{Text: text})
		if err == nil && !json.Valid(got.Value) || err != nil && core.KindOf(err) != core.Invalid {
			t.Errorf("%q: %s, %v", text, got.Value, err)
		}
	})
}
