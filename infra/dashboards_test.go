package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/docs"
)

// TestDashboardsAreAsDescribed reads every widget of the synthesized dashboards back and
// compares it with its description, point by point.
func TestDashboardsAreAsDescribed(t *testing.T) {
	stages := homes(3)
	stages[0].Dashboards, stages[0].WeeklyDoctor, stages[0].Memory = config.OwnDashboard, true, 256
	layout := monitoring.LayoutOf(stages)
	all := synthesized(stages...)
	o, ok := layout.Overview("one")
	if !ok || o.Name() != "hearthgate-overview-us-east-1" {
		t.Fatalf("the overview is %+v, %v", o, ok)
	}
	for name, want := range map[string]monitoring.Dashboard{
		"one": monitoring.HomeDashboard(stages[0], o.Name()), o.StackName(): o.Dashboard(layout.HasOwn),
	} {
		want = want.WithRunbook(docs.Section)
		t.Run(name, func(t *testing.T) {
			got := described(t, all[name])
			if len(got) != 1 {
				t.Fatalf("%d dashboards, want 1", len(got))
			}
			if got[0].Name != want.Name || got[0].Span != want.Span || len(got[0].Rows) != len(want.Rows) {
				t.Fatalf("%s over %v with %d rows, want %s, %v, %d", got[0].Name, got[0].Span, len(got[0].Rows), want.Name, want.Span, len(want.Rows))
			}
			for i, row := range want.Rows {
				for j, w := range row {
					if w = plain(w); !reflect.DeepEqual(got[0].Rows[i][j], w) {
						t.Errorf("row %d, widget %d:\ngot  %+v\nwant %+v", i, j, got[0].Rows[i][j], w)
					}
				}
			}
		})
	}
	for _, shared := range []string{"two", "three"} {
		if n := len(all[shared].of("AWS::CloudWatch::Dashboard")); n != 0 {
			t.Errorf("%s has %d dashboards of its own", shared, n)
		}
	}
}

// homes returns so many stages in production, of one account and region.
func homes(n int) (stages []config.Stage) {
	for _, name := range []string{"one", "two", "three", "four", "five", "six"}[:n] {
		s := config.NewStage(name)
		s.Production, s.Account, s.Locale, s.Region = true, "111122223333", "en-US", "us-east-1"
		s.URL, s.AlarmEmail = "https://"+name+".example.com", "owner@example.com"
		s.SmartHomeSkillID = "amzn1.ask.skill.00000000-0000-0000-0000-000000000001"
		stages = append(stages, s)
	}
	return stages
}

// plain returns a description without what a template cannot say: the section of the
// runbook; and with operands in the order of their names.
func plain(w monitoring.Widget) monitoring.Widget {
	w.Section = ""
	for _, series := range []*[]monitoring.Series{&w.Left, &w.Right} {
		*series = slices.Clone(*series)
		for i := range *series {
			of := slices.Clone((*series)[i].Of)
			slices.SortFunc(of, func(x, y monitoring.Series) int { return strings.Compare(x.ID, y.ID) })
			(*series)[i].Of = of
		}
	}
	return w
}

// A body is a dashboard as CloudWatch has it.
type body struct {
	Start   string
	Widgets []struct {
		Type                string
		Width, Height, X, Y int
		Properties          struct {
			Title, View, Markdown, Start, Query, Region string
			Stacked, SetPeriodToTimeRange               bool
			Alarms                                      []string
			Metrics                                     [][]any
			Annotations                                 struct {
				Horizontal []struct {
					Value              float64
					Label, Color, Axis string
				}
			}
			YAxis struct{ Left, Right struct{ Min, Max float64 } }
		}
	}
}

var alarmRef = regexp.MustCompile(`^Alarms(.*)[0-9A-F]{8}$`)

// described returns the descriptions of a template's dashboards.
func described(t *testing.T, tpl template) (all []monitoring.Dashboard) {
	t.Helper()
	for _, board := range tpl.of("AWS::CloudWatch::Dashboard") {
		var b body
		if err := json.Unmarshal([]byte(joined(tpl, board.Properties["DashboardBody"])), &b); err != nil {
			t.Fatal(err)
		}
		d := monitoring.Dashboard{Name: fmt.Sprint(board.Properties["DashboardName"]), Span: since(t, b.Start)}
		x, y, low := 0, 0, 0
		for _, from := range b.Widgets {
			if from.X == 0 {
				d.Rows = append(d.Rows, nil)
				x, y = 0, low
			}
			if from.X != x || from.Y != y {
				t.Errorf("%q is at %d, %d, want %d, %d: widgets overlap or leave a gap", from.Properties.Title, from.X, from.Y, x, y)
			}
			x, low = x+from.Width, max(low, y+from.Height)
			p := from.Properties
			w := monitoring.Widget{Title: p.Title, Width: from.Width, Height: from.Height, Top: p.YAxis.Left.Max, Alarms: p.Alarms, Text: p.Markdown}
			switch {
			case from.Type == "text":
				w.Kind = monitoring.Text
			case from.Type == "alarm":
				w.Kind = monitoring.States
			case from.Type == "log":
				w.Kind = map[string]monitoring.Kind{"table false": monitoring.Table, "timeSeries false": monitoring.LogGraph, "timeSeries true": monitoring.LogStack}[fmt.Sprint(p.View, " ", p.Stacked)]
				_, query, _ := strings.Cut(p.Query, " | ")
				w.Query = strings.Split(query, "\n| ")
			case p.View == "singleValue" && p.SetPeriodToTimeRange:
				w.Kind, w.Since = monitoring.Numbers, since(t, p.Start)
			default:
				w.Kind = map[bool]monitoring.Kind{false: monitoring.Graph, true: monitoring.Stack}[p.Stacked]
			}
			for _, line := range p.Annotations.Horizontal {
				w.Limits = append(w.Limits, monitoring.Limit{Value: line.Value, Label: line.Label})
			}
			w.Left, w.Right = drawn(p.Metrics, "left"), drawn(p.Metrics, "right")
			d.Rows[len(d.Rows)-1] = append(d.Rows[len(d.Rows)-1], w)
		}
		all = append(all, d)
	}
	return all
}

// joined returns a text of a template. An alarm in it is written as its name.
func joined(tpl template, v any) string {
	parts, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprint(v)
	}
	var b strings.Builder
	for _, part := range parts["Fn::Join"].([]any)[1].([]any) {
		switch part := part.(type) {
		case string:
			b.WriteString(part)
		case map[string]any:
			if of, ok := part["Fn::GetAtt"].([]any); ok && alarmRef.MatchString(of[0].(string)) {
				b.WriteString(fmt.Sprint(tpl.Resources[of[0].(string)].Properties["AlarmName"]))
			} else {
				b.WriteString("reference")
			}
		}
	}
	return arnOfAlarm.ReplaceAllString(b.String(), "")
}

// arnOfAlarm is what stands before the name of an alarm of another stack.
var arnOfAlarm = regexp.MustCompile(`arn:[a-z]+:cloudwatch:[a-z0-9-]+:[0-9a-z]+:alarm:`)

func since(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(strings.ToLower(strings.TrimPrefix(text, "-PT")))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// drawn returns the series on an axis. Those that are invisible are operands.
func drawn(entries [][]any, axis string) (all []monitoring.Series) {
	operands := map[string]monitoring.Series{}
	for _, e := range entries {
		options := e[len(e)-1].(map[string]any)
		option := func(name, otherwise string) string { s, _ := options[name].(string); return cmp.Or(s, otherwise) }
		seconds, ok := options["period"].(float64)
		if !ok {
			seconds = 300
		}
		s := monitoring.Series{ID: option("id", ""), Label: option("label", ""), Period: time.Duration(seconds) * time.Second, Expression: option("expression", "")}
		if s.Expression == "" {
			s.Statistic = option("stat", "Average")
			s.Metric = monitoring.Metric{Namespace: e[0].(string), Name: e[1].(string), Dimensions: map[string]string{}}
			for i := 2; i+1 < len(e); i += 2 {
				s.Metric.Dimensions[e[i].(string)] = fmt.Sprint(e[i+1])
			}
		}
		if options["visible"] == false {
			operands[s.ID] = s
		} else if option("yAxis", "left") == axis {
			all = append(all, s)
		}
	}
	for i, s := range all {
		for _, id := range regexp.MustCompile(`\b[a-z]+\b`).FindAllString(s.Expression, -1) {
			if o, ok := operands[id]; ok && !strings.Contains(s.Expression, "SEARCH") && !slices.ContainsFunc(all[i].Of, func(x monitoring.Series) bool { return x.ID == id }) {
				all[i].Of = append(all[i].Of, o)
			}
		}
		slices.SortFunc(all[i].Of, func(x, y monitoring.Series) int { return strings.Compare(x.ID, y.ID) })
	}
	return all
}
