package doctor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// titles are the headings of the places.
var titles = map[string]string{
	AWS: "Your AWS account", Inside: "From inside the deployed function", Here: "From this machine",
}

// MarshalJSON returns the verdict and the steps.
func (d Diagnosis) MarshalJSON() ([]byte, error) {
	type step struct {
		Step
		Took   *struct{} `json:"took,omitempty"` // hides that of the function: ours says its unit
		TookMS float64   `json:"took_ms,omitempty"`
	}
	steps := make([]step, len(d))
	for i, s := range d {
		steps[i] = step{Step: s, TookMS: s.Took}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // the URLs in it have & and the advice has <
	err := enc.Encode(struct {
		OK       bool     `json:"ok"`
		Class    Class    `json:"class"`
		Warnings []string `json:"warnings"` // the names of the steps that warn
		Unsure   []string `json:"unsure"`   // and of those that could not be checked
		Steps    []step   `json:"steps"`
	}{d.Class() == Well, d.Class(), d.names(Step.warns), d.names(unsure), steps})
	return b.Bytes(), err
}

// Show writes the steps for a person.
func (d Diagnosis) Show(to *ui.Screen) {
	t, where := to.Table(""), ""
	for _, s := range d {
		if s.Where != where {
			where = s.Where
			t.Title("")
			t.Title(to.Bold(titles[where]))
		}
		s.show(t, to)
	}
	t.Flush()
	if d.Class() != Well {
		return
	}
	verdict := ""
	for _, part := range []struct {
		text  string
		steps []string
	}{{"; see the advice on: ", d.names(Step.warns)}, {"; could not be checked: ", d.names(unsure)}} {
		if len(part.steps) > 0 {
			verdict += part.text + strings.Join(part.steps, ", ")
		}
	}
	if verdict == "" {
		to.Printf("\n%s\n", to.Good("Everything is as it should be."))
		return
	}
	to.Printf("\n%s\n", to.Bold("Nothing is broken"+verdict+"."))
}

func unsure(s Step) bool { return s.OK && s.Unsure }

// names returns the names of the steps of which something holds, never nil.
func (d Diagnosis) names(holds func(Step) bool) []string {
	names := []string{}
	for _, s := range d {
		if holds(s) {
			names = append(names, s.Name)
		}
	}
	return names
}

// show adds the step to a table.
func (s Step) show(t *ui.Table, to *ui.Screen) {
	mark := to.Good("+")
	switch {
	case !s.OK:
		mark = to.Bad("-")
	case s.Unsure:
		mark = to.Bold("?")
	}
	text := s.Tried
	if s.Found != "" {
		text += ": " + s.Found
	}
	if s.Took > 0 {
		text += " " + to.Dim(fmt.Sprintf("(%.0f ms)", s.Took))
	}
	t.Row(mark+" "+s.Name, text)
	for _, a := range s.Advice {
		t.Row("", a)
	}
	if !s.OK {
		t.Row("", to.Bad(s.Problem))
		t.Row("", to.Bold(s.Fix))
	}
}
