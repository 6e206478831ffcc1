package demo

import (
	"fmt"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Show writes a step for a person.
func (s Step) Show(to *ui.Screen) {
	to.Printf("\n%s\n", to.Bold(s.Title))
	t := to.Table("  ")
	line := func(name, text string) { t.Row(to.Dim(name), text) }
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
	t.Flush()
}

// Show writes for a person what a report has beside its steps.
func (r Report) Show(to *ui.Screen) {
	to.Printf("\n%s\n", to.Bold("What CloudWatch would have received"))
	r.showMetrics(to)
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

func (r Report) showMetrics(to *ui.Screen) {
	t := to.Table("  ", 2, 3, 4, 5)
	t.Row(to.Dim("metric"), to.Dim("unit"), "points", "least", "mean", "most", "")
	for _, m := range r.Metrics {
		t.Row(m.Name, m.Unit, fmt.Sprint(m.Points), fmt.Sprintf("%.2f", m.Min), fmt.Sprintf("%.2f", m.Mean), fmt.Sprintf("%.2f", m.Max), "")
	}
	t.Flush()
}
