package logquery_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/logquery"
)

func lines() (all []logquery.Line) {
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for i, text := range []string{
		`{"Success":1,"Duration":10,"endpoint":"light#a","device":"Lamp","message":"on"}`,
		`{"Success":0,"Duration":30,"endpoint":"light#a","device":"Lamp","message":"on","error":"first","cause":"reset"}`,
		`{"Success":0,"Duration":20,"endpoint":"lock#b","message":"lock","error":"second","cause":"reset","outcome":"denied"}`,
		`{"gateway_utilization":0.5,"message":"operation","success":true}`,
		`no JSON`,
	} {
		all = append(all, logquery.Line{At: at.Add(time.Duration(i) * 4 * time.Minute), Text: []byte(text)})
	}
	return all
}

func TestRun(t *testing.T) {
	for _, tt := range []struct {
		query []string
		want  string
	}{
		{[]string{"filter ispresent(Success)", "fields message, coalesce(device, endpoint) as target", "sort @timestamp desc", "limit 2"}, "[message target] [[lock lock#b] [on Lamp]]"},
		{[]string{"filter ispresent(Success)", "fields coalesce(device, endpoint) as target", "stats count(*) as n, count(*) - sum(Success) as failed, pct(Duration, 90) as p90, latest(error) as said by target", "sort failed desc, n desc"}, "[target n failed p90 said] [[Lamp 2 1 30 first] [lock#b 1 1 20 second]]"},
		{[]string{`filter outcome = "denied"`, "stats count(*) as times by message"}, "[message times] [[lock 1]]"},
		{[]string{"filter ispresent(gateway_utilization) and not ispresent(Success)", "stats count(*) as times, max(Duration) as longest by message"}, "[message times longest] [[operation 1 <nil>]]"},
		{[]string{"filter ispresent(Success)", "stats avg(Success) * 100 as rate by bin(5m)"}, "[bin(5m) rate] [[2026-11-26 12:00:00 +0000 UTC 50] [2026-11-26 12:05:00 +0000 UTC 0]]"},
		{[]string{"filter (Duration - 10) / 2 >= 10 or message = \"lock\"", "fields Duration / 0 as none"}, "[none] [[<nil>] [<nil>]]"},
		{[]string{"filter success != 1", "stats count(*) as n by bin(1d) as day"}, "[day n] [[2026-11-26 00:00:00 +0000 UTC 3]]"},
	} {
		got, err := logquery.Run(tt.query, lines())
		if text := fmt.Sprint(got.Columns, " ", got.Rows); text != tt.want || err != nil {
			t.Errorf("%q:\n%s, %v; want\n%s", tt.query, text, err, tt.want)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	for _, query := range []string{"parse x", "filter", "filter (a", "stats median(x)", "stats count(*", "fields a b", "limit many", "filter a = 'x'", "stats pct(x)"} {
		if got, err := logquery.Run([]string{query}, lines()); err == nil {
			t.Errorf("%q gives %v", query, got)
		}
	}
}

// TestDashboards runs every query of the dashboards.
func TestDashboards(t *testing.T) {
	s := config.NewStage("home")
	s.WeeklyDoctor = true
	n := 0
	for _, w := range monitoring.HomeDashboard(s, "").Widgets() {
		if len(w.Query) == 0 {
			continue
		}
		n++
		if got, err := logquery.Run(w.Query, lines()); err != nil || len(got.Columns) == 0 {
			t.Errorf("%s: %v, %v", w.Title, got, err)
		}
	}
	if n < 10 {
		t.Errorf("only %d queries were run", n)
	}
}
