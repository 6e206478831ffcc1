package stageview

import (
	"bytes"
	"cmp"
	"encoding/json"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Fields are the fields of a stage.
type Fields struct {
	Stage  string  `json:"stage"`
	File   string  `json:"file"`
	Fields []Field `json:"fields"` // in the order of [config.Fields]
}

// A Field is one field of a stage.
type Field struct {
	Field   string          `json:"field"`
	Value   json.RawMessage `json:"value"`
	Default bool            `json:"default"`           // the file may leave it out
	Problem string          `json:"problem,omitempty"` // what is wrong with the value

	text string // as a person types it
}

// NewFields returns all fields of a stage.
func NewFields(s config.Stage) Fields {
	all := Fields{Stage: s.Name, File: s.File}
	for _, name := range config.Fields() {
		f, _ := NewField(s, name) // it exists
		all.Fields = append(all.Fields, f)
	}
	return all
}

// NewField returns a field of a stage. The error says which fields there are.
func NewField(s config.Stage, name string) (Field, error) {
	f := Field{Field: name, Value: s.Value(name), Default: s.IsDefault(name), text: s.Text(name)}
	if f.Value == nil {
		return f, (&config.Stage{Name: s.Name, File: s.File}).Unset(name)
	}
	if !json.Valid(f.Value) { // rules that are not JSON
		f.Value, _ = json.Marshal(string(f.Value))
	}
	for _, p := range s.Problems() {
		if p.Field == name {
			f.Problem = p.Problem
		}
	}
	return f, nil
}

// Show writes the fields for a person.
func (all Fields) Show(to *ui.Screen) {
	to.Printf("%s\n", all.File)
	t := to.Table("  ")
	for _, f := range all.Fields {
		mark, value := "set", cmp.Or(f.text, "-")
		if f.Default {
			mark = to.Dim("default")
		}
		if f.Problem != "" {
			mark, value = to.Bad("wrong"), value+"\n"+to.Bad("it "+f.Problem)
		}
		t.Row(f.Field, mark, value)
	}
	t.Flush()
}

// Show writes the value of a field, as it is typed for `hearthgate config set`.
func (f Field) Show(to *ui.Screen) {
	text := f.text
	var indented bytes.Buffer
	if b := f.Value[0]; (b == '[' || b == '{') && text == string(f.Value) && json.Indent(&indented, f.Value, "", "  ") == nil {
		text = indented.String()
	}
	to.Verbatim([]byte(text))
	if f.Problem != "" {
		to.Printf("%s\n", to.Bad("wrong: it "+f.Problem))
	}
}
