package cost_test

import (
	"math"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount/cost"
)

// TestPrices checks the table: each item once, with a price, a unit to count in and a page
// of AWS that has it.
func TestPrices(t *testing.T) {
	seen := map[cost.Item]bool{}
	for _, p := range cost.Prices {
		if seen[p.Item] || p.USD <= 0 || p.Per < 1 || p.Free < 0 || p.Name == "" || len(p.Source) < 20 || p.Source[:23] != "https://aws.amazon.com/" {
			t.Errorf("%+v", p)
		}
		seen[p.Item] = true
	}
	if day, err := time.Parse(time.DateOnly, cost.PricesOf); err != nil || day.Year() < 2026 {
		t.Errorf("the prices are of %q, %v", cost.PricesOf, err)
	}
}

// TestCostBeyondWhatIsFree checks amounts that are free, partly free, and free together.
func TestCostBeyondWhatIsFree(t *testing.T) {
	for name, tt := range map[string]struct {
		amounts   cost.Amounts
		usd, list float64
	}{
		"nothing":            {nil, 0, 0},
		"all free":           {cost.Amounts{cost.Requests: 1e6, cost.Computing: 400e3, cost.AlarmMetrics: 10}, 0, 0.20 + 5.33336 + 1},
		"more":               {cost.Amounts{cost.Requests: 2e6, cost.Dashboards: 4}, 0.20 + 3, 0.40 + 12},
		"never free":         {cost.Amounts{cost.CompositeAlarms: 2, cost.TableReads: 8e6}, 1 + 1, 2},
		"logs are together":  {cost.Amounts{cost.LogIntake: 4, cost.LogStorage: 3}, 2 * 0.03, 2 + 0.09},
		"logs, read as well": {cost.Amounts{cost.LogIntake: 6, cost.LogScans: 100}, 0.50 + 0.5, 3.0 + 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			for _, got := range []struct {
				costs map[cost.Item]float64
				want  float64
			}{{tt.amounts.Cost(), tt.usd}, {tt.amounts.ListCost(), tt.list}} {
				sum := 0.0
				for _, usd := range got.costs {
					sum += usd
				}
				if math.Abs(sum-got.want) > 1e-9 {
					t.Errorf("%v USD, want %v: %v", sum, got.want, got.costs)
				}
			}
		})
	}
}

// TestReport projects a third of a month: what is used grows with the days, what is there
// does not.
func TestReport(t *testing.T) {
	s := config.NewStage("home")
	layout := monitoring.LayoutOf([]config.Stage{s})
	now := time.Date(2026, 11, 11, 0, 0, 0, 0, time.UTC)
	r := cost.Of("111122223333", []cost.Used{{Stage: s, So: cost.Amounts{cost.Requests: 1e6, cost.LogStorage: 0.5, cost.LogIntake: 0.1}}}, layout, now)
	want := map[cost.Item][3]float64{ // so far, at the end, USD
		cost.Requests: {1e6, 3e6, 0.40}, cost.LogStorage: {0.5, 0.5, 0}, cost.LogIntake: {0.1, 0.3, 0},
		cost.CompositeAlarms: {1, 1, 0.50}, cost.AlarmMetrics: {10, 10, 0}, cost.CustomMetrics: {9, 9, 0}, cost.Dashboards: {1, 1, 0},
	}
	if len(r.Lines) != len(want) {
		t.Errorf("%d lines, want %d: %+v", len(r.Lines), len(want), r.Lines)
	}
	for _, line := range r.Lines {
		w := want[line.Item]
		if math.Abs(line.SoFar-w[0])+math.Abs(line.AtEnd-w[1])+math.Abs(line.USD-w[2]) > 1e-6 {
			t.Errorf("%+v, want %v", line, w)
		}
	}
	if math.Abs(r.AtEnd-0.90) > 1e-9 || math.Abs(r.SoFar-0.50/3) > 1e-9 || r.Month != "2026-11" {
		t.Errorf("%v so far, %v at the end of %s", r.SoFar, r.AtEnd, r.Month)
	}
	// The queries each read three hours, of 0.1 GB in ten days.
	queries := float64(monitoring.HomeDashboard(s, "").Queries())
	if gb := 0.1 * 3 / 240 * queries; math.Abs(r.Look.GB-gb) > 1e-9 || math.Abs(r.Look.USD-gb*0.005) > 1e-9 || queries < 8 {
		t.Errorf("a look is %+v, want %v GB", r.Look, gb)
	}
}
