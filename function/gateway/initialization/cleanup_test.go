package initialization_test

import (
	"context"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

func TestCleanup(t *testing.T) {
	left := 3
	_, d := starter(initialization.Options{Parts: []initialization.Part{
		{Name: "cache", Cleanup: func() core.Freed { n := left; left = 0; return core.Freed{Items: n, Bytes: int64(n) * 10} }},
		{Name: "rings", Cleanup: func() core.Freed { return core.Freed{Items: 1} }},
	}}, nil)
	for _, want := range []core.Freed{{Items: 4, Bytes: 30}, {Items: 1}} {
		got, err := core.Do(t.Context(), d, initialization.Cleanup, initialization.CleanupInput{})
		if err != nil || got.Total != want || len(got.Parts) != 2 || got.Parts[0].Part != "cache" {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
}

func TestOptimize(t *testing.T) {
	defer initialization.Tune(1<<20, 100)
	_, d := starter(initialization.Options{}, map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256"})
	for size, want := range map[int]int64{0: 192 << 20, 128: 96 << 20} {
		m, err := core.Do(t.Context(), d, initialization.Optimize, initialization.OptimizeInput{MemoryMB: size})
		if err != nil || m.Limit != want || m.GCPercent != initialization.GCPercent || m.After <= 0 || m.Before <= 0 {
			t.Errorf("%d MB: %+v, %v; want a limit of %d", size, m, err, want)
		}
	}
	for _, size := range []int{-1, 127, 10241} {
		if err := (initialization.OptimizeInput{MemoryMB: size}).Check(); err == nil || !strings.Contains(err.Error(), "field memory_mb") {
			t.Errorf("%d MB: %v", size, err)
		}
	}
}

func TestTheOwnersWishesWin(t *testing.T) {
	initialization.Tune(1024, 100)
	defer initialization.Tune(1<<20, 100)
	t.Setenv("GOMEMLIMIT", "1GiB")
	t.Setenv("GOGC", "100")
	_, d := starter(initialization.Options{}, nil)
	m, err := core.Do(t.Context(), d, initialization.Optimize, initialization.OptimizeInput{MemoryMB: 128})
	if err != nil || m.Limit != 768<<20 || m.GCPercent != 100 {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestStatus(t *testing.T) {
	s, d := starter(initialization.Options{}, nil)
	status := func() initialization.Status {
		st, err := core.Do(t.Context(), d, initialization.GetStatus, initialization.StatusInput{})
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	if st := status(); st.Ready || st.Warm || st.Problem == "" {
		t.Errorf("before the start: %+v", st)
	}
	if h := s.Health(); h.Points != 20 {
		t.Errorf("before the start the health is %+v", h)
	}
	run(t, d)
	if st := status(); !st.Ready || st.Warm || st.Duration <= 0 {
		t.Errorf("after the start: %+v", st)
	}
	call := s.Service().Wrap(nil, func(_ context.Context, _ *core.Call) error { return nil })
	if err := call(t.Context(), &core.Call{Spec: initialization.Run.Spec, Input: needy{}}); err != nil {
		t.Fatal(err)
	}
	if st := status(); !st.Warm {
		t.Errorf("after a call that needs the settings: %+v", st)
	}
	if h := s.Health(); h.Points != 100 || h.Facts["warm"] != true {
		t.Errorf("the health is %+v", h)
	}
}

type needy struct{}

func (needy) NeedsSettings() {}
