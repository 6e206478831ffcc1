package demo

import (
	"fmt"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Show writes a step for a person.
func (s Step) Show(to *ui.Screen) {
	to.Printf("\n%s\n", to.Bold(s.Title))
	line := func(name, text string) { to.Printf("  %s %s\n", to.Dim(fmt.Sprintf("%-12s", name)), text) }
	line("in", s.In)
	line("out", s.Out)
	if s.Note != "" {
		line("", to.Dim(s.Note))
	}
	line("took", fmt.Sprintf("%.1f ms", s.Took))
	line("home before", s.Before)
	line("home after", s.After)
	if s.OK {
		line("", to.Good("as it should be"))
	} else {
		line("", to.Bad("NOT AS IT SHOULD BE: "+s.Problem))
	}
}

// Show writes the end of a report for a person: what is not in the steps.
func (r Report) Show(to *ui.Screen) {
	to.Printf("\n%s\n", to.Bold("What CloudWatch would have got"))
	to.Printf("  %s\n", to.Dim(fmt.Sprintf("%-20s %-13s %6s %10s %10s %10s", "metric", "unit", "points", "least", "mean", "most")))
	for _, m := range r.Metrics {
		to.Printf("  %-20s %-13s %6d %10.2f %10.2f %10.2f\n", m.Name, m.Unit, m.Points, m.Min, m.Mean, m.Max)
	}
	if r.Problem != "" {
		to.Printf("  %s\n", to.Bad(r.Problem))
	}
	good := 0
	for _, s := range r.Steps {
		if s.OK {
			good++
		}
	}
	verdict := fmt.Sprintf("%d of %d directives were answered as they should be; the function was ready in %.0f ms.", good, len(r.Steps), r.Start)
	if r.OK {
		verdict = to.Good(verdict)
	} else {
		verdict = to.Bad(verdict)
	}
	to.Printf("\n%s\n", verdict)
}
