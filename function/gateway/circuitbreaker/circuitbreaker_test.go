package circuitbreaker_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
)

func bound(b *circuitbreaker.Breakers) *core.Dispatcher {
	d := core.NewDispatcher()
	d.Install(b)
	return d
}

var errRefused = core.Errorf(core.Unreachable, core.CauseRefused, "nothing listens")

// call makes a call of the breaker "home" that returns err; ran says whether it was made.
func call(d *core.Dispatcher, idempotent bool, err error) (ran bool, got error) {
	_, got = core.Do(context.Background(), d, circuitbreaker.Call, circuitbreaker.CallInput{
		Breaker: "home", Idempotent: idempotent,
		Func: func(context.Context) error { ran = true; return err },
	})
	return ran, got
}

func fail(d *core.Dispatcher, times int) {
	for range times {
		call(d, false, errRefused)
	}
}

func state(t *testing.T, d *core.Dispatcher) circuitbreaker.Status {
	t.Helper()
	s, err := core.Do(t.Context(), d, circuitbreaker.GetStatus, circuitbreaker.BreakerInput{Breaker: "home"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ExampleCall() {
	d := core.NewDispatcher()
	d.Install(&circuitbreaker.Breakers{Policies: map[string]circuitbreaker.Policy{"home": {Threshold: 2}}})
	ask := circuitbreaker.CallInput{Breaker: "home", Func: func(context.Context) error {
		fmt.Println("asked")
		return core.Errorf(core.Unreachable, core.CauseRefused, "nothing listens")
	}}
	for range 3 {
		_, err := core.Do(context.Background(), d, circuitbreaker.Call, ask)
		fmt.Println(core.KindOf(err), core.CauseOf(err))
	}
	// Output:
	// asked
	// unreachable refused
	// asked
	// unreachable refused
	// unavailable breaker_open
}

// TestWhatCounts repeats each error often enough to open a breaker if it counts.
func TestWhatCounts(t *testing.T) {
	for name, tt := range map[string]struct {
		err   error
		opens bool
	}{
		"no route":             {errRefused, true},
		"limited":              {core.Errorf(core.RateLimited, core.CauseRateLimited, "too much"), true},
		"refused token":        {core.Errorf(core.Unauthorized, core.CauseUnauthorized, "wrong"), false},
		"not understood":       {core.Errorf(core.Invalid, "invalid", "what?"), false},
		"a bug":                {errors.New("a bug"), false},
		"the caller went away": {core.Errorf(core.Unreachable, core.CauseGone, "%w", context.Canceled), false},
		"nothing":              {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := bound(new(circuitbreaker.Breakers))
			for range 5 {
				if ran, err := call(d, false, tt.err); !ran || core.CauseOf(err) != core.CauseOf(tt.err) {
					t.Fatalf("ran %v, got %v, want %v unchanged", ran, err, tt.err)
				}
			}
			if ran, err := call(d, false, nil); ran == tt.opens || (core.KindOf(err) == core.Unavailable) != tt.opens {
				t.Errorf("after five of them it ran: %v, %v; want the breaker open: %v", ran, err, tt.opens)
			}
		})
	}
}

func TestPanicCounts(t *testing.T) {
	d := bound(new(circuitbreaker.Breakers))
	for range 5 {
		_, err := core.Do(t.Context(), d, circuitbreaker.Call, circuitbreaker.CallInput{Breaker: "home", Func: func(context.Context) error { panic("!") }})
		if core.CauseOf(err) != core.CausePanic {
			t.Fatalf("got %v, want the panic", err)
		}
	}
	if s := state(t, d); s.State != "open" || s.LastCause != "panic" {
		t.Errorf("got %+v, want it open for a panic", s)
	}
}

// TestRecovery opens a breaker and checks which calls it lets through when.
func TestRecovery(t *testing.T) {
	type step struct {
		at         time.Duration // since it opened
		idempotent bool
		err        error
		ran        bool
		state      string // after
	}
	idempotent, command := true, false
	for name, steps := range map[string][]step{
		"an idempotent call goes first": {
			{2900 * time.Millisecond, idempotent, nil, false, "open"},
			{3100 * time.Millisecond, idempotent, nil, true, "closed"},
			{3100 * time.Millisecond, command, nil, true, "closed"},
		},
		"a command waits, and goes if no idempotent call came": {
			{3100 * time.Millisecond, command, nil, false, "half-open"},
			{3900 * time.Millisecond, command, nil, false, "half-open"},
			{4100 * time.Millisecond, command, nil, true, "closed"},
		},
		"an idempotent call that fails opens it again": {
			{3100 * time.Millisecond, idempotent, errRefused, true, "open"},
			{6000 * time.Millisecond, idempotent, nil, false, "open"},
			{6200 * time.Millisecond, idempotent, nil, true, "closed"},
		},
		"a command that fails opens it again": {
			{4100 * time.Millisecond, command, errRefused, true, "open"},
			{8000 * time.Millisecond, command, nil, false, "half-open"},
			{8200 * time.Millisecond, command, nil, true, "closed"},
		},
		"a rejected token closes it: the home answered": {
			{3100 * time.Millisecond, idempotent, core.Errorf(core.Unauthorized, core.CauseUnauthorized, "wrong"), true, "closed"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := bound(new(circuitbreaker.Breakers))
				fail(d, 5)
				opened := time.Now()
				for i, s := range steps {
					time.Sleep(s.at - time.Since(opened))
					if ran, err := call(d, s.idempotent, s.err); ran != s.ran {
						t.Errorf("step %d: ran %v, %v, want %v", i, ran, err, s.ran)
					}
					if got := state(t, d); got.State != s.state {
						t.Errorf("step %d: %s, want %s", i, got.State, s.state)
					}
				}
			})
		})
	}
}

// TestRecoveryWithinFive has the home recover at different moments: commands that come
// every quarter of a second reach it within five seconds.
func TestRecoveryWithinFive(t *testing.T) {
	for back := time.Duration(0); back < 10*time.Second; back += 300 * time.Millisecond {
		synctest.Test(t, func(t *testing.T) {
			d := bound(new(circuitbreaker.Breakers))
			fail(d, 5)
			start := time.Now()
			for {
				time.Sleep(250 * time.Millisecond)
				err := error(errRefused)
				if time.Since(start) >= back {
					err = nil
				}
				if ran, _ := call(d, false, err); ran && err == nil {
					break
				}
			}
			if waited := time.Since(start) - back; waited > 5*time.Second {
				t.Errorf("recovered after %v, it was reached %v later", back, waited)
			}
		})
	}
}

func TestOneProbeAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := bound(&circuitbreaker.Breakers{Policies: map[string]circuitbreaker.Policy{"home": {Probes: 2}}})
		fail(d, 5)
		time.Sleep(5 * time.Second)
		var ran atomic.Int32
		for range 10 {
			go func() {
				_, _ = core.Do(context.Background(), d, circuitbreaker.Call, circuitbreaker.CallInput{Breaker: "home", Idempotent: true, Func: func(context.Context) error {
					ran.Add(1)
					time.Sleep(time.Second)
					return nil
				}})
			}()
		}
		time.Sleep(2 * time.Second)
		if ran.Load() != 2 || state(t, d).State != "closed" {
			t.Errorf("%d were let through and it is %s, want the 2 of the policy, and closed", ran.Load(), state(t, d).State)
		}
	})
}

func TestPolicy(t *testing.T) {
	took := func(d *core.Dispatcher, long time.Duration, err error) {
		_, _ = core.Do(context.Background(), d, circuitbreaker.Call, circuitbreaker.CallInput{Breaker: "home", Func: func(context.Context) error {
			time.Sleep(long)
			return err
		}})
	}
	for name, tt := range map[string]struct {
		policy circuitbreaker.Policy
		calls  func(*core.Dispatcher)
		state  string
		cause  core.Cause
	}{
		"slow calls, by default": {circuitbreaker.Policy{}, func(d *core.Dispatcher) {
			for range 5 {
				took(d, 6*time.Second, nil)
			}
		}, "closed", ""},
		"slow calls, when configured": {circuitbreaker.Policy{SlowCall: core.Seconds(6 * time.Second)}, func(d *core.Dispatcher) {
			for range 5 {
				took(d, 6*time.Second, nil)
			}
		}, "open", "slow"},
		"slow calls with a quick one among them": {circuitbreaker.Policy{SlowCall: core.Seconds(6 * time.Second)}, func(d *core.Dispatcher) {
			for i := range 8 {
				took(d, time.Duration(6-i%2)*time.Second, nil)
			}
		}, "closed", "slow"},
		"a rate": {circuitbreaker.Policy{Rate: 0.5, AtLeast: 4}, func(d *core.Dispatcher) {
			for i := range 4 {
				took(d, 0, []error{errRefused, nil, nil, errRefused}[i])
			}
		}, "open", "refused"},
		"a rate of too few calls": {circuitbreaker.Policy{Rate: 0.5, AtLeast: 5}, func(d *core.Dispatcher) {
			for i := range 4 {
				took(d, 0, []error{errRefused, nil, nil, errRefused}[i])
			}
		}, "closed", "refused"},
		"a window": {circuitbreaker.Policy{Window: core.Seconds(10 * time.Second)}, func(d *core.Dispatcher) {
			fail(d, 4)
			time.Sleep(11 * time.Second)
			fail(d, 4)
		}, "closed", "refused"},
		"a threshold": {circuitbreaker.Policy{Threshold: 2}, func(d *core.Dispatcher) { fail(d, 2) }, "open", "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := bound(&circuitbreaker.Breakers{Policies: map[string]circuitbreaker.Policy{"home": tt.policy}})
				tt.calls(d)
				if s := state(t, d); s.State != tt.state || s.LastCause != tt.cause {
					t.Errorf("it is %s for %q, want %s for %q", s.State, s.LastCause, tt.state, tt.cause)
				}
			})
		})
	}
}

func TestBadInput(t *testing.T) {
	d := bound(new(circuitbreaker.Breakers))
	for call, field := range map[string]string{
		`create {}`:              "breaker",
		`breaker {"breaker":""}`: "breaker",
		`status {"breaker":"` + strings.Repeat("x", 65) + `"}`:     "breaker",
		`create {"breaker":"a","policy":{"threshold":1001}}`:       "threshold",
		`create {"breaker":"a","policy":{"threshold":-1}}`:         "policy",
		`create {"breaker":"a","policy":{"rate":1.5}}`:             "rate",
		`create {"breaker":"a","policy":{"open_seconds":-1}}`:      "policy",
		`create {"breaker":"a","policy":{"window_seconds":99999}}`: "window_seconds",
		`configure {"breaker":"a"}`:                                "policy",
		`configure {"breaker":"a","policy":{"probes":21}}`:         "probes",
		`delete {"name":"a"}`:                                      "name",
	} {
		name, in, _ := strings.Cut(call, " ")
		if _, err := core.Execute(t.Context(), d, "circuit_breaker."+name, []byte(in)); err == nil || !strings.Contains(err.Error(), "field") || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v, want an error that names field %s", call, err, field)
		}
	}
}

// TestMetrics checks that the totals outlast the changes of state.
func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := bound(new(circuitbreaker.Breakers))
		fail(d, 7)
		time.Sleep(4100 * time.Millisecond)
		call(d, false, nil)
		time.Sleep(time.Hour)
		m, err := core.Do(t.Context(), d, circuitbreaker.GetMetrics, circuitbreaker.MetricsInput{Breaker: "home"})
		if err != nil {
			t.Fatal(err)
		}
		got := m.Breakers[0]
		if got.Calls != 6 || got.Failures != 5 || got.Refused != 2 || got.Opened != 1 || got.Closed != 1 || got.LastCause != "refused" || got.Away.Duration() != 4100*time.Millisecond {
			t.Errorf("got %+v", got)
		}
	})
}

func TestHealth(t *testing.T) {
	b := new(circuitbreaker.Breakers)
	d := bound(b)
	if h := b.Health(); h.Points != 100 || len(h.Reasons) != 0 {
		t.Errorf("without a breaker: %+v", h)
	}
	fail(d, 2)
	if h := b.Health(); h.Points != 90 || len(h.Reasons) != 1 {
		t.Errorf("after two failures: %+v", h)
	}
	fail(d, 3)
	if h := b.Health(); h.Points != 50 || !strings.Contains(h.Reasons[0], "requests to home are paused") {
		t.Errorf("open: %+v", h)
	}
}

// TestBound makes 100 breakers while one of them is open.
func TestBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(circuitbreaker.Breakers)
		d := bound(b)
		fail(d, 5)
		for i := range 100 {
			time.Sleep(time.Millisecond)
			_, err := core.Do(t.Context(), d, circuitbreaker.GetBreaker, circuitbreaker.BreakerInput{Breaker: fmt.Sprint(i)})
			if err != nil {
				t.Fatal(err)
			}
		}
		all, err := core.Do(t.Context(), d, circuitbreaker.GetAll, core.None{})
		if err != nil || len(all.Breakers) != 32 || all.Open != 1 {
			t.Errorf("%d breakers, %d of them open, %v; want 32 and 1", len(all.Breakers), all.Open, err)
		}
		time.Sleep(2 * time.Hour)
		if f := b.Cleanup(t.Context()); f.Items != 31 {
			t.Errorf("got %+v, want the 31 breakers that were not used for an hour", f)
		}
	})
}

func TestConcurrently(t *testing.T) {
	b := new(circuitbreaker.Breakers)
	d := bound(b)
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			call(d, i%2 == 0, []error{nil, errRefused}[i%2])
			b.Health()
			_, _ = core.Execute(t.Context(), d, "circuit_breaker."+[]string{"all", "metrics", "reset_all"}[i%3], nil)
			b.Cleanup(t.Context())
		})
	}
	all.Wait()
}

func BenchmarkCall(b *testing.B) {
	d := bound(new(circuitbreaker.Breakers))
	in := circuitbreaker.CallInput{Breaker: "home", Func: func(context.Context) error { return nil }}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = core.Do(b.Context(), d, circuitbreaker.Call, in)
	}
}

func BenchmarkRefused(b *testing.B) {
	d := bound(&circuitbreaker.Breakers{Policies: map[string]circuitbreaker.Policy{"home": {Open: core.Seconds(time.Hour)}}})
	fail(d, 5)
	in := circuitbreaker.CallInput{Breaker: "home", Func: func(context.Context) error { return nil }}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = core.Do(b.Context(), d, circuitbreaker.Call, in)
	}
}
