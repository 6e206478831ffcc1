package invoke

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Status asks the function for its status. The response is that of the operation; if
// it is not a success the status is empty.
func (t *Target) Status(ctx context.Context) (wire.Status, wire.Response, error) {
	var s wire.Status
	r, err := t.Operate(ctx, "lambda.status", nil)
	if err == nil && r.Success {
		if err = json.Unmarshal(r.Data, &s); err != nil {
			err = fmt.Errorf("the report of %s cannot be read: %w; the function is of another version: deploy it again", t.Where, err)
		}
	}
	return s, r, err
}

// ShowStatus writes a status for a person: the health of the whole, then a line a
// gateway. Where says which function it is about.
func ShowStatus(to *ui.Screen, s wire.Status, where string) {
	to.Printf("%s  %s\n", points(to, s.OverallHealth), to.Bold(where))
	if s.Problem != "" {
		to.Printf("  %s\n", ui.Lines(to.Bad(Sentence(s.Problem))))
	}
	for _, reason := range s.Reasons {
		to.Printf("  - %s\n", Sentence(reason))
	}
	t := to.Table("  ")
	row := func(name, format string, args ...any) { t.Row(to.Dim(name), fmt.Sprintf(format, args...)) }
	row("stage", "%s, this process since %s", s.Stage, s.Since.Local().Format("Jan _2 15:04:05"))
	row("version", "%s", cmp.Or(s.Version, "not known"))
	if s.Directives+s.SkillRequests == 0 {
		row("answered", "nothing yet")
	} else {
		row("answered", "directives: %d, skill requests: %d; of the latest %s succeeded", s.Directives, s.SkillRequests, percent(s.SuccessRate))
		row("time", "%.0f ms on average, half below %.0f ms, nine of ten below %.0f ms", s.AvgResponseTime, s.P50, s.P90)
	}
	row("memory", "%s", s.MemoryUsage)
	if s.CacheHitRate != nil {
		row("cache", "%s of the look-ups were hits", percent(*s.CacheHitRate))
	}
	if c := s.Certificate; c != nil {
		row("certificate", "%s", certificate(to, *c))
	}
	for _, f := range s.LastFailures {
		row("failed", "%d x %s, last %s: %s", f.Count, words(f.Cause), f.Last.Local().Format("Jan _2 15:04:05"), Sentence(f.Said))
	}
	if rules := unmatched(s.Gateways); rules != "" {
		row("policy", "no directive has matched %s", rules)
	}
	t.Flush()
	to.Printf("\n")
	showGateways(to, s.Gateways)
}

// certificate says how long the home's certificate is good, or why it is not.
func certificate(to *ui.Screen, c wire.Certificate) string {
	if c.Problem != "" {
		return to.Bad(c.Problem)
	}
	return fmt.Sprintf("expires in %d days", c.DaysLeft)
}

func showGateways(to *ui.Screen, gateways map[string]wire.Health) {
	t := to.Table("")
	for _, name := range slices.Sorted(maps.Keys(gateways)) {
		g := gateways[name]
		t.Row(points(to, g.Points), words(name), to.Dim(cmp.Or(strings.Join(figures("", g.Facts), ", "), "-")))
		for _, reason := range g.Reasons {
			t.Row("", "", "- "+Sentence(reason))
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
