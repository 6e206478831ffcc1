package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func (c *command) status() *cobra.Command {
	var w where
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say how the function is doing: its health report",
		Long: `status asks the deployed function of a stage, dev unless --stage says another, how it
is doing: its health from 0 to 100 and what took points from it, what it answered, and
the figures of each gateway that are not zero. It answers with what one of its processes
has seen. With --local, or with ` + config.EnvURL + ` set, it is one that starts on
this machine. --json has every figure.`,
		Example: `  hearthgate status
  hearthgate status --stage prod --json`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if w == (where{}) && c.getenv(config.EnvURL) == "" {
				w.stage = "dev"
			}
			t, err := c.open(cmd.Context(), w)
			if err != nil {
				return err
			}
			defer t.Close()
			r, err := t.Operate(cmd.Context(), "lambda.status", nil)
			if err != nil {
				return err
			}
			if c.json || !r.Success {
				return c.response("lambda.status", r)
			}
			var h health
			if err := json.Unmarshal(r.Data, &h); err != nil {
				return fmt.Errorf("the report of %s cannot be read: %w", t.Where, err)
			}
			h.show(c.screen(), t.Where)
			return nil
		},
	}
	w.flags(cmd)
	return cmd
}

// A health is the function's health report.
type health struct {
	Points        int       `json:"overall_health"`
	Reasons       []string  `json:"reasons"`
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

// show writes the report: first what counts, then a line a gateway.
func (h health) show(to *ui.Screen, where string) {
	to.Printf("%s  %s\n", points(to, h.Points), to.Bold(where))
	if h.Problem != "" {
		to.Printf("  %s\n", to.Bad(h.Problem))
	}
	for _, reason := range h.Reasons {
		to.Printf("  - %s\n", reason)
	}
	row := func(name, format string, args ...any) {
		to.Printf("  %s %s\n", to.Dim(fmt.Sprintf("%-10s", name)), fmt.Sprintf(format, args...))
	}
	row("stage", "%s, this process since %s", h.Stage, h.Since.Local().Format("Jan _2 15:04:05"))
	if h.Directives+h.SkillRequests == 0 {
		row("answered", "nothing yet")
	} else {
		row("answered", "directives: %d, skill requests: %d; of the latest %s succeeded", h.Directives, h.SkillRequests, percent(h.SuccessRate))
		row("time", "%.0f ms on average, half below %.0f ms, nine of ten below %.0f ms", h.Mean, h.P50, h.P90)
	}
	row("memory", "%s", h.Memory)
	if h.CacheHit != nil {
		row("cache", "%s of the look-ups found something", percent(*h.CacheHit))
	}
	for _, f := range h.Failures {
		row("failed", "%d x %s, last %s: %s", f.Count, words(f.Cause), f.Last.Local().Format("Jan _2 15:04:05"), f.Said)
	}
	to.Printf("\n")
	for _, name := range slices.Sorted(maps.Keys(h.Gateways)) {
		g := h.Gateways[name]
		to.Printf("%s  %-16s %s\n", points(to, g.Points), words(name), to.Dim(cmp.Or(strings.Join(figures("", g.Facts), ", "), "-")))
		for _, reason := range g.Reasons {
			to.Printf("%12s - %s\n", "", reason)
		}
	}
}

func points(to *ui.Screen, n int) string {
	text := fmt.Sprintf("%3d of 100", n)
	if n == 100 {
		return to.Good(text)
	}
	return to.Bad(text)
}

// figures returns facts as a person reads them, without those that are zero.
func figures(prefix string, facts map[string]any) []string {
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		title := prefix + words(name)
		switch v := facts[name].(type) {
		case map[string]any:
			texts = append(texts, figures(title+" ", v)...)
		case bool:
			if v {
				texts = append(texts, title)
			}
		case float64:
			if v != 0 {
				texts = append(texts, figure(title, v))
			}
		case nil:
		default:
			texts = append(texts, title+" "+words(fmt.Sprint(v)))
		}
	}
	return texts
}

// words returns a name of the function's as words.
func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// figure returns a number with its unit, which is the last word of its name.
func figure(title string, v float64) string {
	name, is := strings.CutSuffix(title, " seconds")
	switch {
	case is && v < 1:
		return fmt.Sprintf("%s %.0f ms", name, 1000*v)
	case is:
		return fmt.Sprintf("%s %s", name, time.Duration(v*float64(time.Second)).Round(time.Second))
	case strings.HasSuffix(title, "rate"), strings.HasSuffix(title, "share"):
		return title + " " + percent(v)
	case strings.HasSuffix(title, "bytes") && v >= 1e6:
		return fmt.Sprintf("%s %.1f MB", strings.TrimSuffix(title, " bytes"), v/1e6)
	case strings.HasSuffix(title, "bytes") && v >= 1e3:
		return fmt.Sprintf("%s %.0f kB", strings.TrimSuffix(title, " bytes"), v/1e3)
	}
	return fmt.Sprintf("%s %.4g", title, v)
}

// percent returns a share of 1. What is not all, or not nothing, never looks like it.
func percent(share float64) string {
	switch p := 100 * share; {
	case p > 0 && p < 0.1:
		return "below 0.1 %"
	case p < 100 && p > 99.9:
		return "99.9 %"
	default:
		return fmt.Sprintf("%.3g %%", p)
	}
}
