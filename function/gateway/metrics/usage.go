package metrics

import (
	"context"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Counters are what was used.
type Counters struct {
	Invocations    int64 `json:"invocations"`
	BilledMS       int64 `json:"billed_ms"`
	LogBytes       int64 `json:"log_bytes"`
	ParameterCalls int64 `json:"parameter_calls"`
	CacheCalls     int64 `json:"cache_calls"`
}

func (c Counters) plus(d Counters) Counters {
	return Counters{
		c.Invocations + d.Invocations, c.BilledMS + d.BilledMS, c.LogBytes + d.LogBytes,
		c.ParameterCalls + d.ParameterCalls, c.CacheCalls + d.CacheCalls,
	}
}

// Usage is what was used of the free tier, as far as this process knows: of other
// processes of the function, and of other functions, it knows nothing.
type Usage struct {
	Since     time.Time    `json:"since" doc:"when what is counted began: the process, or the first whose snapshot was restored"`
	Observed  core.Seconds `json:"observed_seconds" doc:"how long ago that was"`
	Projected core.Seconds `json:"projected_from_seconds" doc:"the time that the month's figures are extrapolated from, at least an hour"`
	Limits    []Limit      `json:"limits"`
	Highest   float64      `json:"highest_share" doc:"of the limits, extrapolated to a month" unit:"0 to 1, or more"`
	Nearest   string       `json:"nearest" doc:"the limit that it is the share of"`
	Note      string       `json:"note" doc:"what the extrapolation stands on"`
}

// A Limit is one monthly limit of the free tier.
type Limit struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit,omitempty"`
	Used  float64 `json:"used" doc:"by this process, and those whose snapshots it restored"`
	Month float64 `json:"month" doc:"extrapolated: used, if the whole month is like the time observed"`
	Limit float64 `json:"limit" doc:"free of charge in a month; 0 when every one is paid for"`
	Share float64 `json:"share" doc:"month by limit; 0 when there is no limit" unit:"0 to 1, or more"`
}

// The monthly limits of the free tier that a home can come near. A table of the
// external cache is paid for by the request, so it has none.
const (
	freeInvocations = 1e6
	freeGBSeconds   = 400_000
	freeLogBytes    = 5e9
	freeDecryptions = 20_000 // by KMS, one each encrypted parameter that is read

	// What Lambda writes to the log itself, beside our line: START, END, REPORT.
	platformBytes = 300

	month      = 730 * time.Hour
	leastSince = time.Hour // so that a burst at the start is not taken for a month of it
)

// Usage returns what was used so far. It costs little enough to be asked in every
// invocation.
func (r *Registry) Usage() Usage {
	since, _ := r.sinceBegan()
	c := r.used()
	observed := time.Since(since)
	u := Usage{
		Since: since, Observed: core.Seconds(observed), Projected: core.Seconds(max(observed, leastSince)),
		Note: "extrapolated: one process, as if the whole month were like the time it observed",
	}
	factor := float64(month) / float64(u.Projected)
	gb := float64(r.memoryMB()) / 1024
	u.Limits = []Limit{
		{Name: "invocations", Used: float64(c.Invocations), Limit: freeInvocations},
		{Name: "compute", Unit: "GB-s", Used: float64(c.BilledMS) / 1000 * gb, Limit: freeGBSeconds},
		{Name: "log", Unit: "B", Used: float64(c.LogBytes), Limit: freeLogBytes},
		{Name: "parameter_calls", Used: float64(c.ParameterCalls), Limit: freeDecryptions},
		{Name: "cache_calls", Used: float64(c.CacheCalls)},
	}
	for i := range u.Limits {
		l := &u.Limits[i]
		l.Month = l.Used * factor
		if l.Limit > 0 {
			l.Share = l.Month / l.Limit
		}
		if l.Share > u.Highest {
			u.Highest, u.Nearest = l.Share, l.Name
		}
	}
	return u
}

// used returns what this process and those before it used.
func (r *Registry) used() Counters {
	c := Counters{Invocations: r.invocations.Load(), BilledMS: r.billed.Load()}
	c.LogBytes = c.Invocations*platformBytes + call(r.opts.LogBytes)
	c.ParameterCalls, c.CacheCalls = call(r.opts.ParameterCalls), call(r.opts.CacheCalls)
	if r.opts.Start != nil {
		// The start is billed too.
		c.BilledMS += r.opts.Start().Took.Duration().Milliseconds()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return c.plus(r.before)
}

func call(f func() int64) int64 {
	if f == nil {
		return 0
	}
	return f()
}

func (r *Registry) memoryMB() int64 {
	if r.opts.MemoryMB <= 0 {
		return 128
	}
	return r.opts.MemoryMB
}

func (r *Registry) usage(context.Context, core.None) (Usage, error) { return r.Usage(), nil }
