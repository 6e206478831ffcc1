package awsaccount

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

// A Usage is what was used of the things that cost something.
type Usage struct {
	Requests  float64 `json:"requests"`
	GBSeconds float64 `json:"gb_seconds"`
	LogBytes  float64 `json:"log_bytes"`
}

// A CostReport is what was used and what that costs.
type CostReport struct {
	Month        string  `json:"month"`
	SoFar        Usage   `json:"so_far"`
	Projected    Usage   `json:"projected"` // to the month's end, if it goes on like that
	Cost         float64 `json:"cost_usd"`  // so far, after the free tier
	CostAtEnd    float64 `json:"projected_cost_usd"`
	WithoutTier  float64 `json:"projected_cost_without_free_tier_usd"`
	FreeTierUsed float64 `json:"projected_free_tier_percent"` // of what is used up most
}

// MonthlyCost returns the report of the month that now lies in.
func MonthlyCost(u Usage, now time.Time) CostReport {
	now = now.UTC()
	begin := MonthStart(now)
	share := now.Sub(begin).Seconds() / begin.AddDate(0, 1, 0).Sub(begin).Seconds()
	p := Usage{u.Requests / share, u.GBSeconds / share, u.LogBytes / share}
	return CostReport{
		Month: begin.Format("January 2006"), SoFar: u, Projected: p,
		Cost: u.cost(FreeRequests, FreeGBSeconds, FreeLogBytes), CostAtEnd: p.cost(FreeRequests, FreeGBSeconds, FreeLogBytes),
		WithoutTier:  p.cost(0, 0, 0),
		FreeTierUsed: 100 * max(p.Requests/FreeRequests, p.GBSeconds/FreeGBSeconds, p.LogBytes/FreeLogBytes),
	}
}

// MonthStart returns when the month of now began.
func MonthStart(now time.Time) time.Time {
	now = now.UTC()
	return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
}

func (u Usage) cost(requests, gbSeconds, logBytes float64) float64 {
	return max(0, u.Requests-requests)*perRequest + max(0, u.GBSeconds-gbSeconds)*perGBSecond + max(0, u.LogBytes-logBytes)*perLogByte
}
