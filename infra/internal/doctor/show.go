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
		OK    bool   `json:"ok"`
		Class Class  `json:"class"`
		Steps []step `json:"steps"`
	}{d.Class() == Well, d.Class(), steps})
	return b.Bytes(), err
}

// Show writes the steps for a person.
func (d Diagnosis) Show(to *ui.Screen) {
	t, where, unsure := to.Table(""), "", []string(nil)
	for _, s := range d {
		if s.Where != where {
			where = s.Where
			t.Title("")
			t.Title(to.Bold(titles[where]))
		}
		if s.OK && s.Unsure {
			unsure = append(unsure, s.Name)
		}
		s.show(t, to)
	}
	t.Flush()
	switch {
	case d.Class() != Well:
	case len(unsure) > 0:
		to.Printf("\n%s\n", to.Bold("No problem was found; could not be checked: "+strings.Join(unsure, ", ")+"."))
	default:
		to.Printf("\n%s\n", to.Good("Everything is as it should be."))
	}
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
