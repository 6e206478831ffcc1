package simulator

import (
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/cloudwatch"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/logquery"
)

// A source has what the widgets of a dashboard are made from.
type source struct {
	lines  []logquery.Line
	points func(monitoring.Series) ([]cloudwatch.Point, error)
	number func(s monitoring.Series, since time.Duration) (v float64, known bool, err error)
}

// show makes the widgets of a dashboard.
func (m *Monitoring) show(d monitoring.Dashboard, from source) error {
	for _, make := range []func(monitoring.Dashboard, source) error{m.list, m.count, m.draw} {
		if err := make(d, from); err != nil {
			return err
		}
	}
	return nil
}

// count computes the numbers of a dashboard.
func (m *Monitoring) count(d monitoring.Dashboard, from source) error {
	for _, w := range d.Widgets() {
		if w.Kind != monitoring.Numbers {
			continue
		}
		for _, series := range w.Left {
			v, known, err := from.number(series, w.Since)
			if err != nil {
				return err
			}
			m.Numbers = append(m.Numbers, Number{w.Title, series.Label, v, known})
		}
	}
	return nil
}

// list runs the queries of a dashboard: tables are as they are, and graphs have a line for
// each column.
func (m *Monitoring) list(d monitoring.Dashboard, from source) error {
	for _, w := range d.Widgets() {
		if len(w.Query) == 0 {
			continue
		}
		result, err := logquery.Run(w.Query, from.lines)
		if err != nil {
			return err
		}
		if w.Kind == monitoring.Table {
			m.Tables = append(m.Tables, Table{w, result})
			continue
		}
		c := Chart{Widget: w}
		for i, name := range result.Columns {
			if i == 0 { // the time
				continue
			}
			line := Line{Label: name}
			for _, row := range result.Rows {
				at, ok1 := row[0].(time.Time)
				if v, ok2 := row[i].(float64); ok1 && ok2 {
					line.Points = append(line.Points, cloudwatch.Point{At: at, Value: v})
				}
			}
			c.Left = append(c.Left, line)
		}
		m.Charts = append(m.Charts, c)
	}
	return nil
}

// draws reports whether the widget is one that is drawn here, of metrics.
func draws(w monitoring.Widget) bool { return w.Kind == monitoring.Graph || w.Kind == monitoring.Stack }

// searches reports whether only CloudWatch can find the metrics of a series.
func searches(s monitoring.Series) bool { return strings.Contains(s.Expression, "SEARCH(") }

// draw computes the graphs of a dashboard from the points of its series.
func (m *Monitoring) draw(d monitoring.Dashboard, from source) error {
	for _, w := range d.Widgets() {
		if !draws(w) {
			continue
		}
		c := Chart{Widget: w}
		for _, axis := range []struct {
			of   []monitoring.Series
			into *[]Line
		}{{w.Left, &c.Left}, {w.Right, &c.Right}} {
			for _, series := range axis.of {
				if searches(series) {
					continue
				}
				line, err := from.points(series)
				if err != nil {
					return err
				}
				*axis.into = append(*axis.into, Line{series.Label, line})
			}
		}
		if len(c.Left)+len(c.Right) > 0 {
			m.Charts = append(m.Charts, c)
		}
	}
	return nil
}
