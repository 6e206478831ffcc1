package metrics

import (
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Counters are the usage of the services that the free tier limits.
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

// Usage is the usage of the free tier by this process and those whose snapshots it
// restored. Other processes and functions of the account are not in it.
type Usage struct {
	Since     time.Time    `json:"since" doc:"start of the counted period: of the process, or of the oldest restored one"`
	Observed  core.Seconds `json:"observed_seconds" doc:"since then"`
	Projected core.Seconds `json:"projected_from_seconds" doc:"length of the period that the month is projected from, at least an hour"`
	Limits    []Limit      `json:"limits"`
	Highest   float64      `json:"highest_share" doc:"largest projected share of a limit" unit:"0 to 1, or more"`
	Nearest   string       `json:"nearest" doc:"name of that limit"`
	Note      string       `json:"note" doc:"basis of the projection"`
}

// A Limit is one monthly limit of the free tier.
type Limit struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit,omitempty"`
	Used  float64 `json:"used" doc:"by this process and those whose snapshots it restored"`
	Month float64 `json:"month" doc:"projected usage of a whole month"`
	Limit float64 `json:"limit" doc:"free of charge each month; 0 when nothing is free"`
	Share float64 `json:"share" doc:"month divided by limit; 0 when there is no limit" unit:"0 to 1, or more"`
}

// The monthly limits of the free tier that a home can approach. Requests to the table
// of the external cache are never free, so they have no limit.
const (
	freeInvocations = 1e6
	freeGBSeconds   = 400_000
	freeLogBytes    = 5e9
	freeDecryptions = 20_000 // KMS requests, one for each encrypted parameter read

	platformBytes = 300 // of Lambda's own log lines of an invocation: START, END, REPORT

	month         = 730 * time.Hour
	minProjection = time.Hour // so that a burst after the start is not projected to a month
)

// Usage returns the usage so far. It is cheap enough for every invocation.
func (r *Registry) Usage() Usage {
	since, _ := r.times()
	c := r.used()
	observed := time.Since(since)
	u := Usage{
		Since: since, Observed: core.Seconds(observed), Projected: core.Seconds(max(observed, minProjection)),
		Note: "projected from this process, as if the whole month were like the observed time",
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

// used returns the usage of this process and of the restored snapshots.
func (r *Registry) used() Counters {
	c := Counters{Invocations: r.invocations.Load(), BilledMS: r.billed.Load()}
	c.LogBytes = c.Invocations * platformBytes
	if r.opts.LogBytes != nil {
		c.LogBytes += r.opts.LogBytes()
	}
	c.ParameterCalls, c.CacheCalls = count(r.opts.ParameterCalls), count(r.opts.CacheCalls)
	if r.opts.Start != nil {
		c.BilledMS += r.opts.Start().Took.Duration().Milliseconds() // the start is billed too
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return c.plus(r.restored)
}

func count(counter *atomic.Int64) int64 {
	if counter == nil {
		return 0
	}
	return counter.Load()
}

func (r *Registry) memoryMB() int64 {
	if r.opts.MemoryMB <= 0 {
		return 128
	}
	return r.opts.MemoryMB
}
