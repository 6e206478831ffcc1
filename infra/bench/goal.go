package bench

import (
	"fmt"
	"strings"
)

// A Goal is a figure of the function, or its ratio to that of another program, that is
// meant to be at most a limit.
type Goal struct {
	What   string
	Got    Spread
	Limit  float64
	format string
}

// Met reports whether the median is within the limit.
func (g Goal) Met() bool { return g.Got.Quantile(.5) <= g.Limit }

// cells returns the goal as cells of a table.
func (g Goal) cells() []string {
	verdict := "met"
	switch {
	case len(g.Got) == 0:
		verdict = "not measured"
	case !g.Met():
		verdict = "missed"
	}
	return []string{g.What, show(g.Got, g.format), fmt.Sprintf(g.format, g.Limit), verdict}
}

// Goals returns the goals of the function with what was measured.
func (r *Report) Goals() []Goal {
	const ratio, number = "%.2f", "%.1f"
	own, floor, lean := r.row(function), r.row("floor"), r.row("least")
	goals := []Goal{
		{"cold, of the least", own.Cold.over(lean.Cold), 1.10, ratio},
		{"cold at 128 MB, of the floor", own.Slow.over(floor.Slow), 1.35, ratio},
		{"warm, of the floor", own.Warm.over(floor.Warm), 1.10, ratio},
		{"warm at 128 MB, of the floor", own.Warm7.over(floor.Warm7), 1.10, ratio},
		{"page faults to the first reply", own.Faults, 850, "%.0f"},
		{"peak memory, MB", own.PeakMB, 12, number},
	}
	if https, relay := rowOf(r.Far, overHTTPS), rowOf(r.Far, overRelay); len(https.Cold) > 0 {
		goals = append(goals, Goal{"cold over a relay, of https, a home 40 ms away", relay.Cold.over(https.Cold), 1.00, ratio})
	}
	if r.Deployed > 0 {
		goals = append(goals, Goal{"binary as deployed (arm64), MB", Spread{float64(r.Deployed) / 1e6}, 9.5, ratio})
	}
	for _, o := range r.Operations {
		if o.Goal > 0 {
			goals = append(goals, Goal{o.Name + ", ns", o.Took, o.Goal, "%.0f"})
		}
		if name, ok := strings.CutSuffix(o.Name, most); ok {
			goals = append(goals, Goal{name + " with 100,000 entries, of 1,000", o.Took.over(r.operation(name + least)), 1.30, ratio})
		}
	}
	return append(goals, r.Builds.goals()...)
}

// The sizes that a benchmark's name ends in.
const least, most = "/1000", "/100000"

// operation returns the times of a benchmark; nil if it was not run.
func (r *Report) operation(name string) Spread {
	for _, o := range r.Operations {
		if o.Name == name {
			return o.Took
		}
	}
	return nil
}

// row returns the row of a program.
func (r *Report) row(name string) Row { return rowOf(r.Rows, name) }

func rowOf(rows []Row, name string) Row {
	for _, row := range rows {
		if row.Name == name {
			return row
		}
	}
	return Row{}
}
