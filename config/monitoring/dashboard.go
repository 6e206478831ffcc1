package monitoring

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Kind is how a widget shows what it shows.
type Kind string

// The kinds of widgets.
const (
	Numbers  Kind = "numbers"   // each series as one number over the time Since
	Graph    Kind = "graph"     // lines
	Stack    Kind = "stack"     // areas upon each other
	Table    Kind = "table"     // the rows that a query of the log returns
	LogGraph Kind = "log graph" // a query of the log as lines
	LogStack Kind = "log stack" // a query of the log as areas upon each other
	States   Kind = "states"    // the states of alarms
	Text     Kind = "text"      // Markdown
)

// A Widget is a part of a dashboard. Width and height are in the units of CloudWatch's
// grid, which is 24 wide.
type Widget struct {
	Kind          Kind
	Title         string
	Section       string // of the runbook, which explains it; default: none does
	Width, Height int

	Left, Right []Series      // by axis; numbers have the left ones only
	Top         float64       // where the left axis ends, which begins at 0; default: as the values need it
	Limits      []Limit       // lines across a graph
	Since       time.Duration // of numbers, whatever time the dashboard shows

	Query  []string // of Logs Insights, one line a command
	Alarms []string // their full names
	Text   string
}

// A Limit is a line across a graph.
type Limit struct {
	Value float64
	Label string
}

// A Dashboard is a page of widgets.
type Dashboard struct {
	Name   string
	Region string        // of what it shows
	Span   time.Duration // that it shows when it is opened
	Rows   [][]Widget
	Also   []string // sections of the runbook beside those of its widgets and alarms
}

// Widgets returns all widgets, from the top.
func (d Dashboard) Widgets() []Widget { return slices.Concat(d.Rows...) }

// Metrics returns the metrics on the dashboard, each as often as it is named.
func (d Dashboard) Metrics() []Metric {
	var all []Metric
	for _, w := range d.Widgets() {
		for _, s := range slices.Concat(w.Left, w.Right) {
			all = append(all, s.Metrics()...)
		}
	}
	return all
}

// Queries returns how many queries of the log the dashboard makes when it is opened.
func (d Dashboard) Queries() (n int) {
	for _, w := range d.Widgets() {
		if len(w.Query) > 0 {
			n++
		}
	}
	return n
}

// WithRunbook returns the dashboard with the sections of the runbook at its end that
// explain its widgets and alarms. Each begins with links back to them. Section returns the
// text of a section; "" leaves it out.
func (d Dashboard) WithRunbook(section func(name string) string) Dashboard {
	d.Rows = slices.Clone(d.Rows)
	for _, name := range d.sections() {
		text := section(name)
		if text == "" {
			continue
		}
		text = fmt.Sprintf("## %s\n%s%s", name, d.explained(name), text)
		d.Rows = append(d.Rows, []Widget{{Kind: Text, Section: name, Text: text, Width: full, Height: height(text)}})
	}
	return d
}

// sections returns the sections of the runbook that the widgets and alarms name, in their
// order.
func (d Dashboard) sections() (names []string) {
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, w := range d.Widgets() {
		for _, alarm := range w.Alarms {
			add(sectionOf(alarm))
		}
		add(w.Section)
	}
	for _, name := range d.Also {
		add(name)
	}
	return names
}

// explained returns the line that says what a section is about.
func (d Dashboard) explained(section string) string {
	var about []string
	for _, w := range d.Widgets() {
		for _, alarm := range w.Alarms {
			if sectionOf(alarm) == section {
				about = append(about, fmt.Sprintf("the alarm [%s](%s)", alarm, AlarmURL(d.Region, alarm)))
			}
		}
		if w.Section == section {
			about = append(about, "*"+w.Title+"*")
		}
	}
	if about == nil {
		return ""
	}
	return "About " + strings.Join(about, ", ") + ".\n\n"
}

// sectionOf returns the section of the runbook for an alarm, by its full name. A stage's
// name may have hyphens, and so may the section.
func sectionOf(alarm string) string {
	for _, two := range []string{"rollback-errors", "rollback-failures"} {
		if strings.HasSuffix(alarm, "-"+two) {
			return two
		}
	}
	return alarm[strings.LastIndex(alarm, "-")+1:]
}

// Widths of widgets. Half is the least: a phone shows them below each other or scaled, and
// less could not be read there.
const (
	full = 24
	half = 12
)

// height returns about how high a text is at full width.
func height(text string) int {
	const lineLength, linesPerUnit, most = 150, 2, 40
	lines := 0
	for line := range strings.Lines(text) {
		lines += 1 + len(line)/lineLength
	}
	return min(2+lines/linesPerUnit, most)
}
