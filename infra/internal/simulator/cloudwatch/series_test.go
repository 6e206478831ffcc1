package cloudwatch

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
)

// TestAddAlarm compares each metric alarm, as it is added from its description, with the
// one in the template that the stack deploys.
func TestAddAlarm(t *testing.T) {
	b, err := os.ReadFile("../../../testdata/prod.template.json")
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties json.RawMessage
		}
	}
	if err := json.Unmarshal(b, &template); err != nil {
		t.Fatal(err)
	}
	deployed := map[string]*alarm{}
	for _, r := range template.Resources {
		if r.Type != "AWS::CloudWatch::Alarm" || strings.Contains(string(r.Properties), "ExecutedVersion") || strings.Contains(string(r.Properties), config.DimensionVersion) {
			continue // what watches a new version names it by its resource
		}
		var p map[string]any
		if err := json.Unmarshal(r.Properties, &p); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"AlarmActions", "OKActions", "InsufficientDataActions", "AlarmDescription"} {
			delete(p, name)
		}
		a, err := parse(r.Type, p)
		if err != nil {
			t.Fatal(err)
		}
		deployed[a.name] = a
	}
	s := config.NewStage("prod")
	s.Production, s.SmartHomeSkillID, s.WeeklyDoctor = true, "amzn1.ask.skill.x", true
	account, compared := New(), 0
	for _, m := range slices.Backward(monitoring.Alarms(s, "")) {
		if m.Rollback || !m.Rule.IsZero() {
			continue
		}
		if err := account.AddAlarm(s.Name, m); err != nil {
			t.Fatal(err)
		}
		got, want := account.alarms[len(account.alarms)-1], deployed[m.FullName(s.Name)]
		if want == nil {
			continue
		}
		compared++
		if got.n != want.n || got.m != want.m || got.missing != want.missing || got.period != want.period || got.breaches(m.When.Threshold) != want.breaches(m.When.Threshold) || got.breaches(m.When.Threshold-1) != want.breaches(m.When.Threshold-1) {
			t.Errorf("%s: %+v, deployed is %+v", got.name, got, want)
		}
		if g, w := read(got), read(want); !maps.Equal(g, w) {
			t.Errorf("%s reads %v, deployed reads %v", got.name, g, w)
		}
	}
	if compared < 6 {
		t.Errorf("%d alarms were compared, of %d that are deployed", compared, len(deployed))
	}
}

// read returns which statistics of which metrics an alarm reads.
func read(a *alarm) map[string]bool {
	all := map[string]bool{}
	for _, s := range a.stats {
		all[s.key+" "+s.statistic] = true
	}
	return all
}

// TestOutage breaks a home for some minutes: the alarm over the others is raised and ends.
func TestOutage(t *testing.T) {
	s := config.NewStage("prod")
	account := New()
	all := monitoring.Alarms(s, "")
	for _, rules := range []bool{false, true} {
		for _, m := range all {
			if m.Rule.IsZero() == rules {
				continue
			}
			if err := account.AddAlarm(s.Name, m); err != nil {
				t.Fatal(err)
			}
		}
	}
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	put := func(minute int, success float64) {
		at := began.Add(time.Duration(minute)*time.Minute + 30*time.Second)
		stage := map[string]string{config.DimensionStage: s.Name}
		account.Put(at, config.Namespace, config.Success.Name, stage, success)
		account.Put(at, config.Namespace, config.Duration.Name, stage, 100)
	}
	for minute := range 5 {
		put(minute, 0)
	}
	account.Run(began, began.Add(10*time.Minute))
	if got := account.State("hearthgate-prod-outage"); got != InAlarm {
		t.Errorf("after five failures the outage is %s", got)
	}
	for minute := 10; minute < 20; minute++ {
		put(minute, 1)
	}
	account.Run(began.Add(10*time.Minute), began.Add(30*time.Minute))
	if got := account.State("hearthgate-prod-outage"); got != OK {
		t.Errorf("after ten successes the outage is %s", got)
	}
	dashboard := monitoring.HomeDashboard(s, "")
	points := 0
	for _, w := range dashboard.Widgets() {
		for _, line := range w.Left {
			if strings.Contains(line.Expression, "SEARCH") {
				if _, err := account.Points(line, began, began.Add(time.Hour)); err == nil {
					t.Errorf("a search was evaluated: %s", line.Expression)
				}
				continue
			}
			all, err := account.Points(line, began, began.Add(time.Hour))
			if err != nil {
				t.Error(err)
			}
			points += len(all)
			if w.Kind == monitoring.Graph && line.Label == "success, %" {
				if len(all) != 2 || all[0].Value != 50 || all[1].Value != 100 {
					t.Errorf("the success is %v", all)
				}
			}
		}
	}
	if points < 5 {
		t.Errorf("%d points are drawn", points)
	}
}
