package app

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
)

// wrong holds values of the wrong type, by the type of the field.
var wrong = map[string][]string{
	"string":  {`7`, `{}`, `[]`, `true`},
	"number":  {`"a"`, `{}`, `[]`, `true`},
	"boolean": {`"a"`, `7`, `{}`, `[]`},
	"list":    {`"a"`, `7`, `{"a":1}`, `true`},
	"object":  {`"a"`, `7`, `[1]`, `true`},
}

// TestBadInput gives every operation invalid inputs: each is rejected with an error of
// kind invalid that names the field, and nothing panics.
func TestBadInput(t *testing.T) {
	app := visit{}.app(t)
	for _, s := range app.dispatcher.Specs() {
		if s.GoOnly() != "" {
			continue
		}
		refused := func(t *testing.T, input, name string) {
			t.Helper()
			out, err := core.Execute(t.Context(), app.dispatcher, s.String(), []byte(input))
			if core.KindOf(err) != core.Invalid || !strings.Contains(fmt.Sprint(err), name) {
				t.Errorf("%.80s: got %.200s and %.300v, want an error of kind invalid that names %s", input, out, err, name)
			}
		}
		t.Run(s.String(), func(t *testing.T) {
			for _, input := range []string{`[]`, `"a"`, `7`, `{`, `{}}`, `{"a":1`, "\x00", `{"a":` + strings.Repeat("[", 20000)} {
				refused(t, input, "")
			}
			refused(t, `{"a":"`+strings.Repeat("a", 10<<20)+`"}`, "bytes long")
			fields := core.Fields(s.In)
			if len(fields) > 0 {
				refused(t, `{"no_such_field":1}`, "no_such_field")
			}
			for _, f := range fields {
				for _, value := range wrong[f.Type] {
					refused(t, `{"`+f.Name+`":`+value+`}`, f.Name)
				}
				refused(t, `{"`+f.Name+`":`+strings.Repeat("[", 20000)+strings.Repeat("]", 20000)+`}`, f.Name)
				switch {
				case f.Type == "string":
					refused(t, `{"`+f.Name+`":"a\u0000"}`, f.Name)
				case f.Type == "number" && f.Unit == "s":
					refused(t, `{"`+f.Name+`":-1}`, f.Name)
					refused(t, `{"`+f.Name+`":1e300}`, f.Name)
				}
				if f.Required {
					refused(t, without(fields, f.Name), f.Name)
				}
			}
		})
	}
}

// without returns an input with a value in every required field but one.
func without(fields []core.Field, name string) string {
	some := map[string]string{"string": `"a"`, "number": `1`, "boolean": `true`, "list": `["a"]`, "object": `{}`, "any": `{}`}
	var parts []string
	for _, f := range fields {
		if f.Required && f.Name != name {
			parts = append(parts, `"`+f.Name+`":`+some[f.Type])
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}
