package lambda

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// A Snapshot is what the application knows of the function at one moment.
type Snapshot struct {
	Version      string
	Stage        string
	Since        time.Time
	Ready        bool
	Problem      string            // why it is not ready
	MemoryUsed   int64             // MB
	MemoryLimit  int64             // MB; 0 when unknown
	CacheHitRate *float64          // nil before the first look-up
	Certificate  *wire.Certificate // nil when there is none, or it could not be checked
	Relays       []wire.Relay      // of the homes without an address
	Paused       []wire.Pause      // homes that their owner wants left alone
	Operations   wire.Operations
	Gateways     map[core.Gateway]core.Health
}

func (g *Gateway) status(ctx context.Context, _ core.None) (wire.Status, error) {
	if g.opts.Host == nil {
		return wire.Status{}, unwired("status")
	}
	snap, stats := g.opts.Host.Snapshot(ctx), g.opts.Stats
	all, failed, took := stats.recently()
	s := wire.Status{
		Version: snap.Version, Stage: snap.Stage, Since: snap.Since, Ready: snap.Ready,
		SuccessRate: 1, AvgResponseTime: mean(took), P50: quantile(took, 0.5), P90: quantile(took, 0.9), LastFailures: stats.Failures(),
		MemoryUsage:  Memory(snap.MemoryUsed, snap.MemoryLimit),
		CacheHitRate: snap.CacheHitRate, GatewayUtilization: round(stats.Utilization()),
		Certificate: snap.Certificate, Relays: snap.Relays, Paused: snap.Paused, Operations: snap.Operations,
		Gateways: map[string]wire.Health{core.Lambda.String(): stats.health()},
	}
	if !snap.Ready {
		s.Problem = cmp.Or(snap.Problem, "they have not been read yet")
	}
	s.Directives, _ = stats.Events(alexa.KindDirective)
	s.SkillRequests, _ = stats.Events(alexa.KindSkill)
	if all > 0 {
		s.ErrorRate = round(float64(failed) / float64(all))
		s.SuccessRate = round(1 - s.ErrorRate)
	}
	for gateway, health := range snap.Gateways {
		s.Gateways[gateway.String()] = health
	}
	h := overall(s, snap, all, failed)
	s.OverallHealth, s.Reasons = h.Points, h.Reasons
	return s, nil
}

// Memory returns how much of the memory is used, in MB: "12MB/128MB (9%)".
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
