package lambda_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
)

var timeout = core.Errorf(core.Unreachable, core.CauseTimeout, "no answer in time")

// report returns the health report of a function of which that is known.
func report(t *testing.T, f lambda.Snapshot, notes ...lambda.Outcome) wire.Status {
	t.Helper()
	stats := new(lambda.InvocationStats)
	for _, o := range notes {
		said := ""
		if o.Err != nil {
			said = o.Err.Error()
		}
		stats.Note(o, said)
	}
	d := bound(lambda.Options{Stats: stats, Host: host{snapshot: f}})
	s, err := core.Do(t.Context(), d, lambda.GetStatus, core.None{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// times returns an outcome n times over.
func times(n int, o lambda.Outcome) (all []lambda.Outcome) {
	for range n {
		all = append(all, o)
	}
	return all
}

// TestHealthReport changes a fact and sees the figure change, and the points with a
// reason.
func TestHealthReport(t *testing.T) {
	well := lambda.Snapshot{Stage: "prod", Ready: true, MemoryUsed: 12, MemoryLimit: 128, Since: time.Unix(1e9, 0)}
	good := lambda.Outcome{Kind: alexa.KindDirective, Took: 100 * time.Millisecond, Utilization: 0.5}
	bad := lambda.Outcome{Kind: alexa.KindDirective, Took: 7 * time.Second, Err: timeout}
	rate := 0.9
	with := func(change func(*lambda.Snapshot)) lambda.Snapshot {
		f := well
		change(&f)
		return f
	}
	for name, tt := range map[string]struct {
		facts  lambda.Snapshot
		notes  []lambda.Outcome
		figure func(wire.Status) any
		want   any
		health int
		reason string
	}{
		"nothing happened":  {well, nil, func(s wire.Status) any { return fmt.Sprint(s.SuccessRate, s.ErrorRate, s.P50) }, "1 0 0", 100, ""},
		"all is well":       {well, times(10, good), func(s wire.Status) any { return s.Directives }, int64(10), 100, ""},
		"average":           {well, append(times(3, good), lambda.Outcome{Kind: alexa.KindDirective, Took: 500 * time.Millisecond}), func(s wire.Status) any { return s.AvgResponseTime }, 200.0, 100, ""},
		"half of them":      {well, append(times(3, good), lambda.Outcome{Kind: alexa.KindDirective, Took: 500 * time.Millisecond}), func(s wire.Status) any { return s.P50 }, 100.0, 100, ""},
		"nine of ten":       {well, append(times(8, good), times(2, lambda.Outcome{Kind: alexa.KindDirective, Took: 3 * time.Second})...), func(s wire.Status) any { return s.P90 }, 3000.0, 90, "takes 3.0 s or longer"},
		"too slow":          {well, times(2, lambda.Outcome{Kind: alexa.KindSkill, Took: 6 * time.Second}), func(s wire.Status) any { return s.SkillRequests }, int64(2), 80, "Amazon warns from 5 s on"},
		"one failed":        {well, append(times(19, good), lambda.Outcome{Kind: alexa.KindDirective, Err: timeout}), func(s wire.Status) any { return s.ErrorRate }, 0.05, 97, "1 of the last 20 directives and skill requests failed, the latest with timeout"},
		"all failed":        {well, times(4, bad), func(s wire.Status) any { return s.SuccessRate }, 0.0, 30, "below 85 %"},
		"causes":            {well, []lambda.Outcome{bad, bad, {Kind: alexa.KindDirective, Err: core.Errorf(core.Unauthorized, core.CauseUnauthorized, "no")}}, func(s wire.Status) any { return causes(s) }, "timeout 2, unauthorized 1", 30, ""},
		"utilization":       {well, []lambda.Outcome{good, {Kind: alexa.KindOperation, Utilization: 1}}, func(s wire.Status) any { return s.GatewayUtilization }, 0.75, 100, ""},
		"not ready":         {with(func(f *lambda.Snapshot) { f.Ready, f.Problem = false, "HOME_ASSISTANT_URL is missing" }), nil, func(s wire.Status) any { return s.Ready }, false, 40, "HOME_ASSISTANT_URL is missing"},
		"memory":            {well, nil, func(s wire.Status) any { return s.MemoryUsage }, "12MB/128MB (9%)", 100, ""},
		"memory is filling": {with(func(f *lambda.Snapshot) { f.MemoryUsed = 100 }), nil, func(s wire.Status) any { return s.MemoryUsage }, "100MB/128MB (78%)", 95, "78 %"},
		"memory is full":    {with(func(f *lambda.Snapshot) { f.MemoryUsed = 120 }), nil, func(s wire.Status) any { return s.MemoryUsage }, "120MB/128MB (93%)", 85, "more `memory`"},
		"cache":             {with(func(f *lambda.Snapshot) { f.CacheHitRate = &rate }), nil, func(s wire.Status) any { return *s.CacheHitRate }, 0.9, 100, ""},
		"operations":        {with(func(f *lambda.Snapshot) { f.Operations = wire.Operations{Calls: 5, Errors: 1, CacheHits: 2} }), nil, func(s wire.Status) any { return s.Operations }, wire.Operations{Calls: 5, Errors: 1, CacheHits: 2}, 100, ""},
		"a gateway is unwell": {with(func(f *lambda.Snapshot) {
			f.Gateways = map[core.Gateway]core.Health{core.Cache: {Points: 70, Reasons: []string{"the disk is full", "x"}}}
		}), nil, func(s wire.Status) any { return s.Gateways["cache"].Points }, 70, 94, "cache: the disk is full (and 1 more)"},
		"a stranger": {well, times(3, lambda.Outcome{Err: timeout}), func(s wire.Status) any { return s.Gateways["lambda"].Points }, 97, 99, "3 events were of no kind"},
		"the doctor": {well, []lambda.Outcome{{Kind: alexa.KindScheduled, Err: timeout}, {Kind: alexa.KindScheduled}}, func(s wire.Status) any { return s.Gateways["lambda"].Points }, 80, 96, "1 of 2 scheduled events failed"},
	} {
		t.Run(name, func(t *testing.T) {
			s := report(t, tt.facts, tt.notes...)
			if got := tt.figure(s); got != tt.want {
				t.Errorf("the figure is %v, want %v", got, tt.want)
			}
			if s.OverallHealth != tt.health || !strings.Contains(strings.Join(s.Reasons, "\n"), tt.reason) || (s.OverallHealth < 100) != (len(s.Reasons) > 0) {
				t.Errorf("the health is %d because %q, want %d because %q", s.OverallHealth, s.Reasons, tt.health, tt.reason)
			}
		})
	}
}

func causes(s wire.Status) string {
	var all []string
	for _, f := range s.LastFailures {
		all = append(all, fmt.Sprint(f.Cause, " ", f.Count))
	}
	if len(all) == 2 && strings.HasPrefix(all[0], "unauthorized") { // the latest first
		all[0], all[1] = all[1], all[0]
	}
	return strings.Join(all, ", ")
}

// TestHealthReturns has a home fail and come back: what is long ago costs nothing.
func TestHealthReturns(t *testing.T) {
	well := lambda.Snapshot{Ready: true}
	failed := times(50, lambda.Outcome{Kind: alexa.KindDirective, Err: timeout})
	good := times(200, lambda.Outcome{Kind: alexa.KindDirective, Took: time.Millisecond})
	if s := report(t, well, append(failed, good...)...); s.OverallHealth != 100 || s.Directives != 250 || s.LastFailures[0].Count != 50 {
		t.Errorf("after 200 good answers: %d points, %d directives, %+v", s.OverallHealth, s.Directives, s.LastFailures)
	}
	if s := report(t, well, append(good, failed...)...); s.OverallHealth >= 90 {
		t.Errorf("after 50 bad ones: %d points", s.OverallHealth)
	}
}

// TestBookIsBounded fills it with what never ends.
func TestBookIsBounded(t *testing.T) {
	stats := new(lambda.InvocationStats)
	for i := range 10_000 {
		stats.Note(lambda.Outcome{Kind: alexa.KindDirective, Err: core.Errorf(core.Internal, core.Cause(fmt.Sprint("cause", i)), "x")}, "x")
	}
	if n := len(stats.Failures()); n > 33 {
		t.Errorf("%d causes are kept", n)
	}
	if n := testing.AllocsPerRun(100, func() { stats.Note(lambda.Outcome{Kind: alexa.KindDirective, Took: 1}, "") }); n != 0 {
		t.Errorf("a good answer costs %v allocations, want none", n)
	}
}

func TestBookConcurrently(t *testing.T) {
	stats := new(lambda.InvocationStats)
	d := bound(lambda.Options{Stats: stats})
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 100 {
				stats.Note(lambda.Outcome{Kind: alexa.KindSkill, Err: timeout}, "x")
				if _, err := core.Do(t.Context(), d, lambda.GetStatus, core.None{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if all, failed := stats.Events(alexa.KindSkill); all != 1600 || failed != 1600 {
		t.Errorf("%d events, %d failed; want 1600 of both", all, failed)
	}
}

func TestContext(t *testing.T) {
	d := bound(lambda.Options{Host: host{where: lambda.Invocation{Function: "f", MemoryLimit: 128}}})
	ctx, run := core.NewRun(t.Context(), "id-1")
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	got, err := core.Do(ctx, d, lambda.GetContext, core.None{})
	if err != nil || got.CorrelationID != run.ID || got.Function != "f" || got.TimeLeft == nil || got.TimeLeft.Duration() > time.Minute || got.TimeLeft.Duration() < 50*time.Second {
		t.Errorf("got %+v, %v", got, err)
	}
	got, _ = core.Do(context.WithoutCancel(ctx), d, lambda.GetContext, core.None{})
	if b, _ := json.Marshal(got); !strings.Contains(string(b), `"time_left_seconds":null`) {
		t.Errorf("without a deadline: %s", b)
	}
}

func TestWarmUp(t *testing.T) {
	stats := new(lambda.InvocationStats)
	d := bound(lambda.Options{Stats: stats, Host: host{warmUp: func() (bool, error) { return true, nil }}})
	w, err := core.Do(t.Context(), d, lambda.WarmUp, core.None{})
	if err != nil || !w.Cold || !w.Reached {
		t.Errorf("the first time: %+v, %v", w, err)
	}
	stats.Note(lambda.Outcome{Kind: alexa.KindOperation}, "")
	if w, _ = core.Do(t.Context(), d, lambda.WarmUp, core.None{}); w.Cold {
		t.Error("after an event it is still cold")
	}
}
