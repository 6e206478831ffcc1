package awsaccount

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// AWS's monthly free tier, and its list prices in US dollars for the region
// us-east-1 and arm64, as of 2026. Other regions differ by a few percent.
const (
	FreeRequests  = 1e6
	FreeGBSeconds = 400e3
	FreeLogBytes  = 5e9

	perRequest  = 0.20 / 1e6
	perGBSecond = 0.0000133334
	perLogByte  = 0.50 / 1e9
)

// A Usage is how much was used of what AWS charges for.
type Usage struct {
	Requests  float64 `json:"requests"`
	GBSeconds float64 `json:"gb_seconds"`
	LogBytes  float64 `json:"log_bytes"`
}

// A CostReport is what was used in a month and what it costs.
type CostReport struct {
	Month        string  `json:"month"`
	SoFar        Usage   `json:"so_far"`
	Projected    Usage   `json:"projected"` // to the end of the month
	Cost         float64 `json:"cost_usd"`  // so far, after the free tier
	CostAtEnd    float64 `json:"projected_cost_usd"`
	WithoutTier  float64 `json:"projected_cost_without_free_tier_usd"`
	FreeTierUsed float64 `json:"projected_free_tier_percent"` // of the item that uses most of it
}

// Usage returns how much a function has used since a time, as CloudWatch counted
// it.
func (a *Account) Usage(ctx context.Context, name string, f Function, since time.Time) (Usage, error) {
	requests, err1 := a.Sum(ctx, "AWS/Lambda", "Invocations", "FunctionName", name, since)
	duration, err2 := a.Sum(ctx, "AWS/Lambda", "Duration", "FunctionName", name, since) // ms
	bytes, err3 := a.Sum(ctx, "AWS/Logs", "IncomingBytes", "LogGroupName", f.LogGroup, since)
	return Usage{Requests: requests, GBSeconds: duration / 1000 * float64(f.Memory) / 1024, LogBytes: bytes}, errors.Join(err1, err2, err3)
}

// MonthlyCost returns the report of the month that now lies in.
func MonthlyCost(u Usage, now time.Time) CostReport {
	now = now.UTC()
	start := MonthStart(now)
	share := now.Sub(start).Seconds() / start.AddDate(0, 1, 0).Sub(start).Seconds()
	p := Usage{u.Requests / share, u.GBSeconds / share, u.LogBytes / share}
	return CostReport{
		Month: start.Format("January 2006"), SoFar: u, Projected: p,
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

// Show writes the report for a person.
func (r CostReport) Show(to *ui.Screen) {
	to.Printf("%s\n", to.Bold(r.Month))
	t := to.Table("  ", 1, 2, 3)
	row := func(name, format string, soFar, projected, free float64) {
		t.Row(name, fmt.Sprintf(format, soFar)+" so far,", fmt.Sprintf(format, projected)+" projected,", fmt.Sprintf("%.1f %%", 100*projected/free), "of the free tier")
	}
	row("invocations", "%.0f", r.SoFar.Requests, r.Projected.Requests, FreeRequests)
	row("computing", "%.1f GB-s", r.SoFar.GBSeconds, r.Projected.GBSeconds, FreeGBSeconds)
	row("logs", "%.1f MB", r.SoFar.LogBytes/1e6, r.Projected.LogBytes/1e6, FreeLogBytes/1e6)
	t.Flush()
	to.Printf("  so far $%.2f, projected $%.2f (without the free tier $%.2f)\n", r.Cost, r.CostAtEnd, r.WithoutTier)
}
