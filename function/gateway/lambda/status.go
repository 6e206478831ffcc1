package lambda

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// GetStatus returns how the function is doing.
var GetStatus = core.Define[core.None, Status](core.Lambda, "status",
	"Return how the function is doing: its health from 0 to 100 with the reason for every point that is missing, its figures, and each gateway's own health.")

// A Status says how the function is doing, as one of its processes has seen it.
type Status struct {
	OverallHealth      int                    `json:"overall_health" doc:"0 to 100"`
	Reasons            []string               `json:"reasons,omitempty" doc:"one sentence for whatever cost points"`
	Stage              string                 `json:"stage"`
	Since              time.Time              `json:"since" doc:"when the process started"`
	Ready              bool                   `json:"ready" doc:"whether the settings are complete"`
	Problem            string                 `json:"problem,omitempty" doc:"what is missing or wrong with them"`
	Directives         int64                  `json:"directives" doc:"answered since then"`
	SkillRequests      int64                  `json:"skill_requests" doc:"answered since then"`
	SuccessRate        float64                `json:"success_rate" doc:"share of the last 200 directives and skill requests that succeeded; 1 before the first" unit:"0 to 1"`
	ErrorRate          float64                `json:"error_rate" doc:"share of them that failed" unit:"0 to 1"`
	AvgResponseTime    float64                `json:"avg_response_time" doc:"mean time that they took" unit:"ms"`
	P50                float64                `json:"p50" doc:"time that half of them stayed below" unit:"ms"`
	P90                float64                `json:"p90" doc:"time that nine of ten stayed below" unit:"ms"`
	LastFailures       []Failure              `json:"last_failures" doc:"by their cause, the latest first"`
	MemoryUsage        string                 `json:"memory_usage" doc:"resident set, of the function's memory"`
	CacheHitRate       *float64               `json:"cache_hit_rate" doc:"share of the look-ups that found something; null before the first" unit:"0 to 1"`
	GatewayUtilization float64                `json:"gateway_utilization" doc:"mean share of the services that took part in an event, of those that could" unit:"0 to 1"`
	Operations         Operations             `json:"operations" doc:"calls, errors and cache_hits of all operations"`
	Gateways           map[string]core.Health `json:"gateways" doc:"each gateway's own health: points, reasons, facts"`
}

// Operations are the totals of all operations.
type Operations struct {
	Calls     int64 `json:"calls"`
	Errors    int64 `json:"errors"`
	CacheHits int64 `json:"cache_hits"`
}

// Facts are what the application knows of the function.
type Facts struct {
	Stage        string
	Since        time.Time
	Ready        bool
	Problem      string
	MemoryUsed   int64 // MB
	MemoryLimit  int64 // MB; 0 when it is not known
	CacheHitRate *float64
	Operations   Operations
	Gateways     map[core.Gateway]core.Health // but for this one
}

func (g *gateway) status(ctx context.Context, _ core.None) (Status, error) {
	f, b := g.opts.Facts(ctx), g.opts.Book
	all, failed, took := b.recently()
	s := Status{
		Stage: f.Stage, Since: f.Since, Ready: f.Ready, Problem: f.Problem,
		SuccessRate: 1, AvgResponseTime: mean(took), P50: quantile(took, 0.5), P90: quantile(took, 0.9), LastFailures: b.Failures(),
		MemoryUsage:  Memory(f.MemoryUsed, f.MemoryLimit),
		CacheHitRate: f.CacheHitRate, GatewayUtilization: round(b.Utilization()), Operations: f.Operations,
		Gateways: map[string]core.Health{core.Lambda.String(): b.Health()},
	}
	s.Directives, _ = b.Events(KindDirective)
	s.SkillRequests, _ = b.Events(KindSkill)
	if all > 0 {
		s.ErrorRate = round(float64(failed) / float64(all))
		s.SuccessRate = round(1 - s.ErrorRate)
	}
	for gw, health := range f.Gateways {
		s.Gateways[gw.String()] = health
	}
	h := overall(s, f, all, failed)
	s.OverallHealth, s.Reasons = h.Points, h.Reasons
	return s, nil
}

// Memory returns how much of a memory is used: "12MB/128MB (9%)".
func Memory(used, limit int64) string {
	if limit <= 0 {
		return fmt.Sprintf("%dMB", used)
	}
	return fmt.Sprintf("%dMB/%dMB (%d%%)", used, limit, used*100/limit)
}

// mean returns the mean of durations, in milliseconds; 0 for none.
func mean(took []time.Duration) float64 {
	var sum time.Duration
	for _, d := range took {
		sum += d
	}
	return ms(sum) / float64(max(1, len(took)))
}

// quantile returns the duration that the share q of sorted ones stayed below, in
// milliseconds; 0 for none.
func quantile(took []time.Duration, q float64) float64 {
	if len(took) == 0 {
		return 0
	}
	return ms(took[max(0, int(math.Ceil(q*float64(len(took))))-1)])
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func round(share float64) float64 { return math.Round(share*1000) / 1000 }
