package web

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/simulator"
)

// The charts are drawn here and not by a library. gonum/plot v0.17.0 writes each color and
// font into a style attribute of the SVG, which the page's policy forbids and which knows no
// dark page; a program that draws one line with it has 9.6 MB.

// A drawing is a chart as the template draws it, in a box of 100 by 100 units.
type drawing struct {
	Title, Section string
	Lines          []drawn
	Limits         []limit
	Top            string // the value at the upper edge of the left axis
}

// A drawn is a line of a chart.
type drawn struct {
	Label, Class string
	Points       string // of a polyline
	Dots         [][2]string
	Last         string // the latest value; "" without one
	Right        string // where its own axis ends, at the right; "" if it has the left one
}

type limit struct{ Y, Label string }

// drawings returns the charts of a session.
func drawings(m simulator.Monitoring) []drawing {
	var all []drawing
	for _, c := range m.Charts {
		d := drawing{Title: c.Title, Section: c.Section}
		top := highest(c.Left, c.Top)
		d.Top = number(top)
		for _, l := range c.Limits {
			if l.Value <= top { // one far above the values would flatten them
				d.Limits = append(d.Limits, limit{units(1 - l.Value/top), l.Label})
			}
		}
		for i, l := range c.Left {
			d.Lines = append(d.Lines, draw(l, fmt.Sprintf("line%d", i), top, m.From, m.To))
		}
		for i, l := range c.Right {
			top := highest(c.Right, 0)
			r := draw(l, fmt.Sprintf("line%d", len(c.Left)+i), top, m.From, m.To)
			r.Right = number(top)
			d.Lines = append(d.Lines, r)
		}
		all = append(all, d)
	}
	return all
}

// highest returns where an axis ends, which begins at 0.
func highest(lines []simulator.Line, fixed float64) float64 {
	if fixed > 0 {
		return fixed
	}
	top := 0.0
	for _, l := range lines {
		for _, p := range l.Points {
			top = max(top, p.Value)
		}
	}
	if top == 0 {
		return 1
	}
	return top
}

// draw returns a line. Each value stands in the middle of its time.
func draw(l simulator.Line, class string, top float64, from, to time.Time) drawn {
	d := drawn{Label: l.Label, Class: class}
	var points []string
	for _, p := range l.Points {
		x := units(math.Min(math.Max(float64(p.At.Sub(from))/float64(to.Sub(from)), 0), 1))
		y := units(1 - math.Min(p.Value/top, 1))
		points = append(points, x+","+y)
		d.Dots = append(d.Dots, [2]string{x, y})
		d.Last = number(p.Value)
	}
	d.Points = strings.Join(points, " ")
	return d
}

// units returns a place in the box, with room for a dot at its edges.
func units(share float64) string {
	const edge = 4
	return fmt.Sprintf("%.2f", edge+(100-2*edge)*share)
}

// number returns a value as a person reads it.
func number(v float64) string {
	if v == math.Trunc(v) {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
