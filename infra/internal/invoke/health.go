package invoke

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Health is the function's health report, as the operation lambda.status returns
// it.
type Health struct {
	Points        int       `json:"overall_health"` // 0 to 100
	Reasons       []string  `json:"reasons"`        // why points are missing
	Stage         string    `json:"stage"`
	Since         time.Time `json:"since"`
	Problem       string    `json:"problem"`
	Directives    int       `json:"directives"`
	SkillRequests int       `json:"skill_requests"`
	SuccessRate   float64   `json:"success_rate"`      // 0 to 1
	Mean          float64   `json:"avg_response_time"` // ms
	P50           float64   `json:"p50"`               // ms
	P90           float64   `json:"p90"`               // ms
	Failures      []struct {
		Cause string    `json:"cause"`
		Count int       `json:"count"`
		Last  time.Time `json:"last"`
		Said  string    `json:"said"`
	} `json:"last_failures"`
	Memory   string   `json:"memory_usage"`
	CacheHit *float64 `json:"cache_hit_rate"` // 0 to 1
	Gateways map[string]struct {
		Points  int            `json:"points"`
		Reasons []string       `json:"reasons"`
		Facts   map[string]any `json:"facts"`
	} `json:"gateways"`
}

// Health asks the function for its health report. The response is that of the
// operation; if it is not a success the report is empty.
func (t *Target) Health(ctx context.Context) (Health, Response, error) {
	var h Health
	r, err := t.Operate(ctx, "lambda.status", nil)
	if err == nil && r.Success {
		if err = json.Unmarshal(r.Data, &h); err != nil {
			err = fmt.Errorf("the report of %s cannot be read: %w; the function is of another version: deploy it again", t.Where, err)
		}
	}
	return h, r, err
}

// Show writes the report for a person: the health of the whole, then a line a
// gateway. Where says which function it is about.
func (h Health) Show(to *ui.Screen, where string) {
	to.Printf("%s  %s\n", points(to, h.Points), to.Bold(where))
	if h.Problem != "" {
		to.Printf("  %s\n", to.Bad(h.Problem))
	}
	for _, reason := range h.Reasons {
		to.Printf("  - %s\n", reason)
	}
	t := to.Table("  ")
	row := func(name, format string, args ...any) { t.Row(to.Dim(name), fmt.Sprintf(format, args...)) }
	row("stage", "%s, this process since %s", h.Stage, h.Since.Local().Format("Jan _2 15:04:05"))
	if h.Directives+h.SkillRequests == 0 {
		row("answered", "nothing yet")
	} else {
		row("answered", "directives: %d, skill requests: %d; of the latest %s succeeded", h.Directives, h.SkillRequests, percent(h.SuccessRate))
		row("time", "%.0f ms on average, half below %.0f ms, nine of ten below %.0f ms", h.Mean, h.P50, h.P90)
	}
	row("memory", "%s", h.Memory)
	if h.CacheHit != nil {
		row("cache", "%s of the look-ups were hits", percent(*h.CacheHit))
	}
	for _, f := range h.Failures {
		row("failed", "%d x %s, last %s: %s", f.Count, words(f.Cause), f.Last.Local().Format("Jan _2 15:04:05"), f.Said)
	}
	if rules := h.unmatched(); rules != "" {
		row("policy", "no directive has matched %s", rules)
	}
	t.Flush()
	to.Printf("\n")
	h.showGateways(to)
}

func (h Health) showGateways(to *ui.Screen) {
	t := to.Table("")
	for _, name := range slices.Sorted(maps.Keys(h.Gateways)) {
		g := h.Gateways[name]
		t.Row(points(to, g.Points), words(name), to.Dim(cmp.Or(strings.Join(figures("", g.Facts), ", "), "-")))
		for _, reason := range g.Reasons {
			t.Row("", "", "- "+reason)
		}
	}
	t.Flush()
}

func points(to *ui.Screen, n int) string {
	text := fmt.Sprintf("%3d of 100", n)
	if n == 100 {
		return to.Good(text)
	}
	return to.Bad(text)
}
