package initialization_test

import (
	"context"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

func TestCleanup(t *testing.T) {
	left := 3
	_, d := loader(initialization.Options{Reclaim: func(context.Context) map[core.Gateway]core.Reclaimed {
		n := left
		left = 0
		return map[core.Gateway]core.Reclaimed{core.Cache: {Items: n, Bytes: int64(n) * 10}, core.Logging: {Items: 1}}
	}}, nil)
	for _, want := range []core.Reclaimed{{Items: 4, Bytes: 30}, {Items: 1}} {
		got, err := core.Do(t.Context(), d, initialization.Cleanup, core.None{})
		if err != nil || got.Total != want || len(got.Parts) != 2 || got.Parts[0].Part != "cache" {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
}

func TestOptimize(t *testing.T) {
	for _, name := range []string{"GOMEMLIMIT", "GOGC", "GOMAXPROCS"} {
		t.Setenv(name, "")
	}
	initialization.Tune(1 << 20)
	defer initialization.Tune(1 << 20)
	_, d := loader(initialization.Options{}, map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256"})
	all := runtime.GOMAXPROCS(0)
	for _, tt := range []struct {
		size, procs int
		limit       int64
	}{{0, 1, 192 << 20}, {128, 1, 96 << 20}, {1768, 1, 1326 << 20}, {1772, all, 1329 << 20}, {10240, all, 7680 << 20}, {128, 1, 96 << 20}} {
		m, err := core.Do(t.Context(), d, initialization.Optimize, initialization.OptimizeInput{MemoryMB: tt.size})
		if err != nil || m.Limit != tt.limit || m.Procs != tt.procs || m.GCPercent != initialization.GCPercent || m.After <= 0 || m.Before <= 0 {
			t.Errorf("%d MB: %+v, %v; want a limit of %d and %d threads", tt.size, m, err, tt.limit, tt.procs)
		}
	}
	for _, size := range []int{-1, 127, 10241} {
		if err := (initialization.OptimizeInput{MemoryMB: size}).Check(); err == nil || !strings.Contains(err.Error(), "field memory_mb") {
			t.Errorf("%d MB: %v", size, err)
		}
	}
}

func TestSize(t *testing.T) {
	for said, want := range map[string]int{"": 128, "128": 128, "3008": 3008, "10240": 10240, "0": 128, "-5": 128, "much": 128} {
		if got := initialization.Size(func(string) string { return said }); got != want {
			t.Errorf("Lambda says %q: %d MB, want %d", said, got, want)
		}
	}
}

func TestOwnersVariablesTakePrecedence(t *testing.T) {
	initialization.Tune(1792)
	defer initialization.Tune(1 << 20)
	all := runtime.GOMAXPROCS(0)
	t.Setenv("GOMEMLIMIT", "1GiB")
	t.Setenv("GOGC", "100")
	t.Setenv("GOMAXPROCS", strconv.Itoa(all))
	_, d := loader(initialization.Options{}, nil)
	m, err := core.Do(t.Context(), d, initialization.Optimize, initialization.OptimizeInput{MemoryMB: 128})
	if err != nil || m.Limit != 1344<<20 || m.GCPercent != 100 || m.Procs != all {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestStatus(t *testing.T) {
	s, d := loader(initialization.Options{}, nil)
	status := func() initialization.Status {
		st, err := core.Do(t.Context(), d, initialization.GetStatus, core.None{})
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
	call := s.Service()(func(_ context.Context, _ *core.Call) error { return nil })
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
