// Package cost says what a stage costs: this month so far, and projected to its
// end, against AWS's free tier.
package cost

import "time"

// What AWS gives away each month, and its list prices in US dollars for the region
// us-east-1 and arm64, as of 2026. Other regions differ by a few percent.
const (
	FreeRequests  = 1e6
	FreeGBSeconds = 400e3
	FreeLogBytes  = 5e9

	perRequest  = 0.20 / 1e6
	perGBSecond = 0.0000133334
	perLogByte  = 0.50 / 1e9
)

// A Use is what was used of the things that cost something.
type Use struct {
	Requests  float64 `json:"requests"`
	GBSeconds float64 `json:"gb_seconds"`
	LogBytes  float64 `json:"log_bytes"`
}

// A Report is what was used and what that costs.
type Report struct {
	Month        string  `json:"month"`
	SoFar        Use     `json:"so_far"`
	Projected    Use     `json:"projected"` // to the month's end, if it goes on like that
	Cost         float64 `json:"cost_usd"`  // so far, after the free tier
	CostAtEnd    float64 `json:"projected_cost_usd"`
	WithoutTier  float64 `json:"projected_cost_without_free_tier_usd"`
	FreeTierUsed float64 `json:"projected_free_tier_percent"` // of what is used up most
}

// Month returns the report of the month that now lies in.
func Month(u Use, now time.Time) Report {
	now = now.UTC()
	begin := Begin(now)
	share := now.Sub(begin).Seconds() / begin.AddDate(0, 1, 0).Sub(begin).Seconds()
	p := Use{u.Requests / share, u.GBSeconds / share, u.LogBytes / share}
	return Report{
		Month: begin.Format("January 2006"), SoFar: u, Projected: p,
		Cost: u.cost(FreeRequests, FreeGBSeconds, FreeLogBytes), CostAtEnd: p.cost(FreeRequests, FreeGBSeconds, FreeLogBytes),
		WithoutTier:  p.cost(0, 0, 0),
		FreeTierUsed: 100 * max(p.Requests/FreeRequests, p.GBSeconds/FreeGBSeconds, p.LogBytes/FreeLogBytes),
	}
}

// Begin returns when the month of now began.
func Begin(now time.Time) time.Time {
	now = now.UTC()
	return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
}

func (u Use) cost(requests, gbSeconds, logBytes float64) float64 {
	return max(0, u.Requests-requests)*perRequest + max(0, u.GBSeconds-gbSeconds)*perGBSecond + max(0, u.LogBytes-logBytes)*perLogByte
}
