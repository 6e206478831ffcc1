package metrics_test

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

var (
	headLine   = regexp.MustCompile(`^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$`)
	sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$`)
	labelPair  = regexp.MustCompile(`^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)`)
)

// exposed parses the text format of Prometheus strictly, as a server does, and returns
// the samples by name and labels.
func exposed(text string) (samples map[string]float64, problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	samples = map[string]float64{}
	types, helped := map[string]string{}, map[string]bool{}
	family, seen := "", map[string]float64{} // the last bucket of each row of labels
	if !strings.HasSuffix(text, "\n") {
		say("the last line has no newline")
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if m := headLine.FindStringSubmatch(line); m != nil {
			switch {
			case m[1] == "HELP" && helped[m[2]], m[1] == "TYPE" && types[m[2]] != "":
				say("%s of %s occurs twice", m[1], m[2])
			case m[1] == "HELP":
				helped[m[2]] = true
			case m[3] != "counter" && m[3] != "gauge" && m[3] != "histogram":
				say("%s is a %s", m[2], m[3])
			default:
				types[m[2]], family = m[3], m[2]
			}
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		if m == nil {
			say("not a sample: %q", line)
			continue
		}
		v, err := strconv.ParseFloat(m[3], 64)
		if err != nil || math.IsNaN(v) {
			say("not a number: %q", line)
		}
		base := m[1]
		if types[family] == "histogram" {
			base = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(base, "_bucket"), "_sum"), "_count")
		}
		if base != family || types[family] == "counter" && (v < 0 || !strings.HasSuffix(base, "_total")) {
			say("%q is below the head of %s %s", line, types[family], family)
		}
		labels, le := "", ""
		for rest := m[2]; rest != ""; {
			p := labelPair.FindStringSubmatch(rest)
			if p == nil {
				say("not labels: %q", line)
				break
			}
			rest = rest[len(p[0]):]
			if p[1] == "le" {
				le = p[2]
			} else {
				labels += p[1] + "=" + p[2] + ","
			}
		}
		key := m[1] + "{" + labels + "}" + le
		if _, twice := samples[key]; twice {
			say("%s occurs twice", key)
		}
		samples[key] = v
		row := family + labels
		switch {
		case strings.HasSuffix(m[1], "_bucket") && types[family] == "histogram":
			if v < seen[row] || le == "" {
				say("%q is below the bucket before it", line)
			}
			seen[row] = v
		case strings.HasSuffix(m[1], "_count") && types[family] == "histogram":
			if inf, ok := samples[family+"_bucket{"+labels+"}+Inf"]; !ok || inf != v {
				say("%q, and the last bucket is %v", line, inf)
			}
		}
	}
	return samples, problems
}

func TestPrometheus(t *testing.T) {
	r := new(metrics.Registry)
	d := bound(r)
	do(t, d, metrics.Declare, metrics.DeclareInput{Name: "warmth", Kind: metrics.GaugeKind, Unit: "C", About: "How warm\nit is \\ was."})
	record(t, d, "warmth", -3)
	record(t, d, "Duration", 3, 3, 40, 1e100)
	for _, name := range []string{"doors.open", "doors-open", "doors_open_total", "2 doors", "take_count"} {
		do(t, d, metrics.Increment, metrics.IncrementInput{Name: name, By: 2})
	}
	record(t, d, "take", 1)        // its family has a sample take_count
	record(t, d, "take_bucket", 1) // which its family has, too
	do(t, d, work, workInput{})
	_, _ = core.Do(context.Background(), d, work, workInput{Fails: "a \"cause\"\nof \\ two lines"})
	r.Invoked(1)
	text := do(t, d, metrics.GetExport, metrics.ExportInput{Format: "prometheus"}).Text
	samples, problems := exposed(text)
	if problems != nil {
		t.Errorf("%s\nin:\n%s", strings.Join(problems, "\n"), text)
	}
	for name, want := range map[string]float64{
		"hearthgate_warmth{}": -3, "hearthgate_Duration_count{}": 4, "hearthgate_Duration_bucket{}4": 2, "hearthgate_Duration_bucket{}64": 3, "hearthgate_Duration_bucket{}+Inf": 4,
		"hearthgate_doors_open_total{}": 2, "hearthgate_doors_open_2_total{}": 2, "hearthgate_doors_open_3_total{}": 2, "hearthgate_2_doors_total{}": 2,
		"hearthgate_operation_duration_seconds_count{gateway=lambda,operation=work,}":                            2,
		`hearthgate_operation_failures_total{gateway=lambda,operation=work,cause=a \"cause\"\nof \\ two lines,}`: 1,
		"hearthgate_used_total{limit=invocations,unit=,}":                                                        1,
	} {
		if got, ok := samples[name]; !ok || got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

// TestPrometheusOfNothing exports the statistics of a new process.
func TestPrometheusOfNothing(t *testing.T) {
	if _, problems := exposed(do(t, bound(new(metrics.Registry)), metrics.GetExport, metrics.ExportInput{Format: "prometheus"}).Text); problems != nil {
		t.Error(problems)
	}
}
