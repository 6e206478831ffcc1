package awsaccount_test

import (
	"math"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

func TestMonth(t *testing.T) {
	half := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC) // of 30 days
	for _, tt := range []struct {
		name                  string
		use                   awsaccount.Usage
		now, end, alone, tier float64
	}{
		{"nothing", awsaccount.Usage{}, 0, 0, 0, 0},
		{"a home", awsaccount.Usage{Requests: 5000, GBSeconds: 125, LogBytes: 5e6}, 0, 0, 2*(5000*0.2/1e6+125*0.0000133334) + 0.005, 1},
		{"free until the end", awsaccount.Usage{Requests: 600_000}, 0, 0.2 * 0.2, 1.2 * 0.2, 120},
		{"more than free", awsaccount.Usage{GBSeconds: 500_000}, 100_000 * 0.0000133334, 600_000 * 0.0000133334, 1e6 * 0.0000133334, 250},
		{"logs", awsaccount.Usage{LogBytes: 10e9}, 2.5, 7.5, 10, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := awsaccount.MonthlyCost(tt.use, half)
			for name, pair := range map[string][2]float64{"so far": {r.Cost, tt.now}, "at the end": {r.CostAtEnd, tt.end}, "alone": {r.WithoutTier, tt.alone}, "tier": {r.FreeTierUsed, tt.tier}} {
				if math.Abs(pair[0]-pair[1]) > 1e-9 {
					t.Errorf("%s: %v, want %v", name, pair[0], pair[1])
				}
			}
			if r.Month != "November 2026" || math.Abs(r.Projected.Requests-2*tt.use.Requests) > 1e-6 {
				t.Errorf("report %+v", r)
			}
		})
	}
}
