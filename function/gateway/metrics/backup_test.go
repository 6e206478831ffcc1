package metrics_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// used returns a registry that has counted something.
func used(t testing.TB) (*metrics.Registry, *core.Dispatcher) {
	t.Helper()
	var calls atomic.Int64
	calls.Store(2)
	r := metrics.New(metrics.Options{ParameterCalls: &calls})
	d := bound(r)
	record(t, d, "Duration", 10, 20, 4000)
	do(t, d, metrics.Increment, metrics.IncrementInput{Name: "doors", By: 3})
	do(t, d, metrics.Declare, metrics.DeclareInput{Name: "warmth", Kind: metrics.GaugeKind, Unit: "C", About: "How warm it is."})
	record(t, d, "warmth", 21)
	do(t, d, work, workInput{})
	_, _ = core.Do(t.Context(), d, work, workInput{Fails: "timeout"})
	r.Invoked(time.Second)
	return r, d
}

// TestBackupRestore restores a snapshot in another process, through JSON.
func TestBackupRestore(t *testing.T) {
	_, d := used(t)
	was := do(t, d, metrics.GetStats, metrics.StatsInput{})
	b := do(t, d, metrics.MakeBackup, metrics.BackupInput{})
	text := marshal(t, b.Snapshot)
	if b.Kept || b.Bytes != len(text) {
		t.Errorf("kept %v, %d bytes of %d", b.Kept, b.Bytes, len(text))
	}
	r := metrics.New(metrics.Options{})
	d = bound(r)
	in := `{"snapshot":` + string(text) + `}`
	if _, err := core.Execute(t.Context(), d, "metrics.restore", []byte(in)); err != nil {
		t.Fatal(err)
	}
	is := do(t, d, metrics.GetStats, metrics.StatsInput{})
	if got, want := string(marshal(t, summariesOf(is))), string(marshal(t, summariesOf(was))); got != want {
		t.Errorf("the statistics are\n%s, want\n%s", got, want)
	}
	if l := limit(t, r.Usage(), "parameter_calls"); l.Used != 2 || !r.Usage().Since.Equal(b.Snapshot.Since) {
		t.Errorf("%v parameter calls since %v, want 2 since %v", l.Used, r.Usage().Since, b.Snapshot.Since)
	}
	if _, err := core.Execute(t.Context(), d, "metrics.restore", []byte(in)); core.CauseOf(err) != core.CauseCounted {
		t.Errorf("a second time: %v, want that it counts once", err)
	}
	again := do(t, d, metrics.MakeBackup, metrics.BackupInput{}).Snapshot
	if !slices.Contains(again.Includes, b.Snapshot.Process) {
		t.Errorf("the next snapshot includes %v, want %s", again.Includes, b.Snapshot.Process)
	}
}

// summariesOf returns everything that does not depend on the clock.
func summariesOf(s metrics.Stats) []metrics.Summary {
	all := append(slices.Clip(s.Operations), s.Metrics...)
	for i := range all {
		all[i].Rate = 0
	}
	return all
}

// TestOwnSnapshot does not count a process twice, and can return to its earlier state.
func TestOwnSnapshot(t *testing.T) {
	r, d := used(t)
	s := do(t, d, metrics.MakeBackup, metrics.BackupInput{}).Snapshot
	if _, err := core.Do(t.Context(), d, metrics.Restore, metrics.RestoreInput{Snapshot: s}); core.CauseOf(err) != core.CauseCounted {
		t.Errorf("%v, want that it is counted already", err)
	}
	record(t, d, "Duration", 1, 2, 3)
	do(t, d, metrics.Restore, metrics.RestoreInput{Snapshot: s, Replace: true})
	if got := r.Value("Duration"); got.Count != 3 || got.Max != 4000 {
		t.Errorf("got %d values up to %v, want the three from before", got.Count, got.Max)
	}
	if l := limit(t, r.Usage(), "parameter_calls"); l.Used != 2 {
		t.Errorf("%v parameter calls, want 2: usage is not reset", l.Used)
	}
}

// TestKept stores a snapshot for the next process, in a store that fails.
func TestKept(t *testing.T) {
	var store []byte
	var failure error
	o := metrics.Options{
		Keep: func(_ context.Context, b []byte) error { store = b; return failure },
		Kept: func(context.Context) ([]byte, error) { return store, failure },
	}
	r := metrics.New(o)
	d := bound(r)
	record(t, d, "Duration", 10)
	if b := do(t, d, metrics.MakeBackup, metrics.BackupInput{Keep: true}); !b.Kept {
		t.Error("it was not kept")
	}
	next := metrics.New(o)
	if got := do(t, bound(next), metrics.Restore, metrics.RestoreInput{}); got.Metrics == 0 || got.Values == 0 || next.Value("Duration").Count != 1 {
		t.Errorf("restored %+v, want a value", got)
	}

	failure = errors.New("the disk is full")
	if _, err := core.Do(t.Context(), d, metrics.MakeBackup, metrics.BackupInput{Keep: true}); err == nil || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("backup: %v, want why it was not kept", err)
	}
	if h := r.Health(); h.Points != 90 {
		t.Errorf("the health is %+v, want points deducted for the snapshot", h)
	}
	if _, err := core.Do(t.Context(), d, metrics.Restore, metrics.RestoreInput{}); core.KindOf(err) != core.NotFound {
		t.Errorf("restore: %v, want that there is none", err)
	}
	failure = nil
	for _, text := range []string{"", "{", `{"version":1}`, `{"version":1,"more":1}`, "\x00", string(store[:len(store)/2])} {
		store = []byte(text)
		if _, err := core.Do(t.Context(), bound(metrics.New(o)), metrics.Restore, metrics.RestoreInput{}); core.KindOf(err) != core.Invalid {
			t.Errorf("with %.40q in the store: %v, want that it is invalid", text, err)
		}
	}
	none := bound(new(metrics.Registry))
	if _, err := core.Do(t.Context(), none, metrics.MakeBackup, metrics.BackupInput{Keep: true}); err == nil {
		t.Error("stored without a store")
	}
	if _, err := core.Do(t.Context(), none, metrics.Restore, metrics.RestoreInput{}); core.KindOf(err) != core.NotFound {
		t.Errorf("%v, want that nothing is kept", err)
	}
}

// TestForeignSnapshots makes a valid snapshot invalid, in one field at a time.
func TestForeignSnapshots(t *testing.T) {
	_, d := used(t)
	good := do(t, d, metrics.MakeBackup, metrics.BackupInput{}).Snapshot
	for want, change := range map[string]func(*metrics.Snapshot, *metrics.Numbers){
		"version":                      func(s *metrics.Snapshot, _ *metrics.Numbers) { s.Version = 7 },
		"process":                      func(s *metrics.Snapshot, _ *metrics.Numbers) { s.Process = "" },
		"includes":                     func(s *metrics.Snapshot, _ *metrics.Numbers) { s.Includes = make([]string, 60) },
		"since":                        func(s *metrics.Snapshot, _ *metrics.Numbers) { s.Since = time.Now().Add(48 * time.Hour) },
		"used":                         func(s *metrics.Snapshot, _ *metrics.Numbers) { s.Used.LogBytes = -1 },
		"operations.lambda.work.count": func(_ *metrics.Snapshot, n *metrics.Numbers) { n.Count = 1 },
		"buckets has":                  func(_ *metrics.Snapshot, n *metrics.Numbers) { n.Buckets = [][2]int64{{640, 1}} },
		"buckets or causes":            func(_ *metrics.Snapshot, n *metrics.Numbers) { n.Buckets = make([][2]int64, 700) },
		"errors":                       func(_ *metrics.Snapshot, n *metrics.Numbers) { n.Errors = 9 },
		"causes":                       func(_ *metrics.Snapshot, n *metrics.Numbers) { n.Causes = map[core.Cause]int64{"a": -1} },
		"cache_hits":                   func(_ *metrics.Snapshot, n *metrics.Numbers) { n.Hits = -1 },
		"min":                          func(_ *metrics.Snapshot, n *metrics.Numbers) { n.Min = math.MaxFloat64 },
		"metrics.doors":                func(s *metrics.Snapshot, _ *metrics.Numbers) { s.Metrics["doors"] = metrics.Named{Kind: "sum"} },
		"metrics.a\"b":                 func(s *metrics.Snapshot, _ *metrics.Numbers) { s.Metrics["a\"b"] = metrics.Named{Kind: "gauge"} },
		"operations has too many": func(s *metrics.Snapshot, _ *metrics.Numbers) {
			for i := range 3000 {
				s.Operations[string(rune('a'+i))] = metrics.Numbers{}
			}
		},
	} {
		var s metrics.Snapshot
		if err := json.Unmarshal(marshal(t, good), &s); err != nil {
			t.Fatal(err)
		}
		n := s.Operations["lambda.work"]
		change(&s, &n)
		s.Operations["lambda.work"] = n
		_, err := core.Do(t.Context(), bound(new(metrics.Registry)), metrics.Restore, metrics.RestoreInput{Snapshot: &s})
		if core.KindOf(err) != core.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want that the field is named", want, err)
		}
	}
}

// TestOtherNames restores an unknown operation and a metric of another kind.
func TestOtherNames(t *testing.T) {
	_, d := used(t)
	s := do(t, d, metrics.MakeBackup, metrics.BackupInput{}).Snapshot
	s.Operations["cache.unknown"] = s.Operations["lambda.work"]
	d = bound(metrics.New(metrics.Options{}))
	do(t, d, metrics.Declare, metrics.DeclareInput{Name: "doors", Kind: metrics.GaugeKind})
	got := do(t, d, metrics.Restore, metrics.RestoreInput{Snapshot: s})
	if want := []string{"cache.unknown", "doors"}; !slices.Equal(got.Skipped, want) {
		t.Errorf("skipped %v, want %v", got.Skipped, want)
	}
}

func FuzzRestore(f *testing.F) {
	_, d := used(f)
	s := do(f, d, metrics.MakeBackup, metrics.BackupInput{}).Snapshot
	f.Add(marshal(f, s))
	f.Add([]byte(`{"version":1,"process":"a","since":"2020-01-01T00:00:00Z","operations":{"lambda.work":{"count":1,"buckets":[[0,1]]}},"metrics":{"a":{"kind":"gauge","count":2,"sum":1e308,"buckets":[[639,2]]}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r := metrics.New(metrics.Options{})
		d := bound(r)
		record(t, d, "a", 1)
		in := append(append([]byte(`{"snapshot":`), text...), '}')
		if _, err := core.Execute(t.Context(), d, "metrics.restore", in); err != nil {
			if core.CauseOf(err) == core.CausePanic || core.KindOf(err) == core.Internal {
				t.Error(err)
			}
			return
		}
		for _, op := range []string{"metrics.stats", "metrics.export", "metrics.backup", "metrics.health", "metrics.usage"} {
			if _, err := core.Execute(t.Context(), d, op, nil); err != nil {
				t.Errorf("%s after it: %v", op, err)
			}
		}
		if _, problems := exposed(do(t, d, metrics.GetExport, metrics.ExportInput{Format: "prometheus"}).Text); problems != nil {
			t.Error(problems)
		}
	})
}
