package utility

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/function/core"
)

// A TemplateInput is the input of [RenderTemplate].
type TemplateInput struct {
	Template string                     `json:"template" required:"true" doc:"a text with placeholders such as {{name}}"`
	Values   map[string]json.RawMessage `json:"values,omitempty" doc:"a string, number or boolean for each placeholder, by its name"`
	Escape   string                     `json:"escape,omitempty" doc:"the syntax of the text, by which values are escaped: ssml (or any other XML; the default), json (inside quotation marks) or url"`
}

// escapes holds the function that escapes a value, by the syntax of the text.
var escapes = map[string]func(string) (string, error){
	"ssml": func(s string) (string, error) { return xml(strings.Map(printable, s)), nil },
	"json": func(s string) (string, error) {
		b, err := json.Marshal(s)
		return string(bytes.Trim(b, `"`)), err
	},
	"url": func(s string) (string, error) { return url.QueryEscape(s), nil },
}

// xml escapes text for XML. The standard library's html package does the same, and has a
// table of every entity.
func xml(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(text)
}

// printable replaces the characters that XML cannot represent.
func printable(r rune) rune {
	if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
		return '\ufffd'
	}
	return r
}

// Check rejects an input without a template, and an unknown escape.
func (in TemplateInput) Check() error {
	switch {
	case in.Template == "":
		return errors.New("field template is missing")
	case in.Escape != "" && escapes[in.Escape] == nil:
		return fmt.Errorf("field escape is %.40q; expected ssml, json or url", in.Escape)
	}
	return nil
}

// Rendered is the output of [RenderTemplate].
type Rendered struct {
	Text  string   `json:"text"`
	Names []string `json:"names" doc:"of the placeholders, sorted"`
}

func renderTemplate(_ context.Context, in TemplateInput) (Rendered, error) {
	escape := escapes[in.Escape]
	if escape == nil {
		escape = escapes["ssml"]
	}
	values := map[string]string{}
	for name, raw := range in.Values {
		text, err := scalar(name, raw)
		if err != nil {
			return Rendered{}, err
		}
		if values[name], err = escape(text); err != nil {
			return Rendered{}, err
		}
	}
	text, used, err := fill(in.Template, values)
	if err != nil {
		return Rendered{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !used[name] {
			return Rendered{}, core.Errorf(core.Invalid, core.CauseInput, "field values.%.60s is not used: the template has no {{%.60s}}", name, name)
		}
	}
	return Rendered{text, slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(used))))}, nil
}

// scalar returns a value as text.
func scalar(name string, raw json.RawMessage) (string, error) {
	switch kindOf(raw) {
	case "string":
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err
	case "number", "boolean":
		return string(bytes.TrimSpace(raw)), nil
	}
	return "", core.Errorf(core.Invalid, core.CauseInput, "field values.%.60s is of kind %s; expected a string, number or boolean", name, kindOf(raw))
}

// fill returns a template with its placeholders filled, and the names of those. A
// placeholder inside a value is not filled.
func fill(template string, values map[string]string) (text string, used map[string]bool, err error) {
	var b strings.Builder
	used = map[string]bool{}
	for rest := template; ; {
		before, after, found := strings.Cut(rest, "{{")
		b.WriteString(before)
		if !found {
			return b.String(), used, nil
		}
		placeholder, remaining, closed := strings.Cut(after, "}}")
		name := strings.TrimSpace(placeholder)
		switch value, ok := values[name]; {
		case !closed:
			return "", nil, core.Errorf(core.Invalid, core.CauseInput, "field template has {{ without }} after it: %.60q", after)
		case name == "":
			return "", nil, core.Errorf(core.Invalid, core.CauseInput, "field template has a placeholder without a name")
		case !ok:
			return "", nil, core.Errorf(core.Invalid, core.CauseInput, "field values.%.60s is missing, which the template has a placeholder for", name)
		default:
			used[name] = true
			b.WriteString(value)
		}
		rest = remaining
	}
}
