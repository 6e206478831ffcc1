package doctor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
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
	to.Printf("\n%s\n", d.verdict(to))
}

// verdict counts the problems, the warnings and what could not be checked.
func (d Diagnosis) verdict(to *ui.Screen) string {
	text := d.counts()
	switch {
	case d.Class() != Well:
		return to.Bad(text)
	case text == "":
		return to.Good("Everything is as it should be.")
	}
	return to.Bold("Nothing is broken; " + text)
}

// counts returns how many problems and warnings there are, and which; "" without any.
func (d Diagnosis) counts() string {
	var parts []string
	for _, part := range []struct {
		one, more string
		steps     []string
	}{
		{"1 problem", "%d problems", d.names(Step.fails)},
		{"1 warning", "%d warnings", d.names(Step.warns)},
		{"1 check that could not be made", "%d checks that could not be made", d.names(unsure)},
	} {
		switch n := len(part.steps); n {
		case 0:
		case 1:
			parts = append(parts, part.one+": "+part.steps[0])
		default:
			parts = append(parts, fmt.Sprintf(part.more, n)+": "+strings.Join(part.steps, ", "))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "; ") + "."
}

// Summary returns the diagnosis in a line: the first problem, else the warnings.
func (d Diagnosis) Summary() fleet.Summary {
	s := fleet.Summary{Text: "everything is as it should be", Code: int(d.Class()), Weight: len(d.names(Step.warns))}
	if s.Weight > 0 {
		s.Level, s.Text = fleet.Notice, d.warning()
	}
	for _, step := range d {
		switch {
		case step.OK:
			continue
		case step.Class == Account && step.Cause != wrongRegion && step.Cause != notDeployed:
			s.Level = fleet.Unknown
		default:
			s.Level = fleet.Trouble
		}
		s.Text = step.Problem + ": " + step.Fix
		break
	}
	return s
}

// warning returns the first warning, and how many more there are.
func (d Diagnosis) warning() string {
	i := slices.IndexFunc(d, Step.warns)
	text := d[i].called() + ": " + d[i].Advice[0]
	if more := d[i+1:].names(Step.warns); len(more) > 0 {
		text += "; and " + strings.Join(more, ", ")
	}
	return text
}

func (s Step) fails() bool { return !s.OK }

func unsure(s Step) bool { return s.OK && s.Unsure }

// names returns the names of the steps of which something holds, never nil.
func (d Diagnosis) names(holds func(Step) bool) []string {
	names := []string{}
	for _, s := range d {
		if holds(s) {
			names = append(names, s.called())
		}
	}
	return names
}

// called returns the name of the step, with that of its home in front.
func (s Step) called() string {
	if s.Home == "" {
		return s.Name
	}
	return s.Home + " " + s.Name
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
	t.Row(mark+" "+s.called(), text)
	for _, a := range s.Advice {
		t.Row("", a)
	}
	if !s.OK {
		t.Row("", to.Bad(s.Problem))
		t.Row("", to.Bold(s.Fix))
	}
}
