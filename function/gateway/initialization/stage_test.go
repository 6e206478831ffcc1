package initialization_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

// A diary records which stages ran, in their order.
type diary struct {
	mu  sync.Mutex
	ran []string // guarded by mu
}

func (d *diary) stage(name string, err error, after ...string) initialization.Dependency {
	return initialization.Dependency{Stage: name, After: after, Run: func(context.Context, *initialization.Settings) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.ran = append(d.ran, name)
		return err
	}}
}

func addStages(t *testing.T, d *core.Dispatcher, stages ...initialization.Dependency) (o initialization.Order) {
	t.Helper()
	for _, stage := range stages {
		var err error
		if o, err = core.Do(t.Context(), d, initialization.AddStage, stage); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func TestOrderOfStages(t *testing.T) {
	var book diary
	_, d := loader(initialization.Options{}, nil)
	o := addStages(t, d,
		book.stage("connections", nil, "cache"), book.stage("cache", nil, "security"), book.stage("security", nil, initialization.ParametersStage))
	if want := []string{"settings", "parameters", "security", "cache", "connections"}; !slices.Equal(o.Stages, want) || o.Stuck != nil {
		t.Errorf("the order is %v, want %v", o, want)
	}
	status := run(t, d)
	if want := []string{"security", "cache", "connections"}; !slices.Equal(book.ran, want) || !status.Ready || len(status.Stages) != 5 {
		t.Errorf("%v ran, want %v: %+v", book.ran, want, status)
	}
	if run(t, d); len(book.ran) != 3 {
		t.Errorf("stages that succeeded ran again: %v", book.ran)
	}
}

func TestStuckStages(t *testing.T) {
	var book diary
	s, d := loader(initialization.Options{}, nil)
	o := addStages(t, d, book.stage("a", nil, "b"), book.stage("b", nil, "c"), book.stage("c", nil, "settings", "b"), book.stage("d", nil, "none"))
	want := []string{"a: it waits for the cycle b > c > b", "b: it waits for the cycle b > c > b", "c: it waits for the cycle c > b > c", `d: d depends on a stage "none", which does not exist`}
	if !slices.Equal(o.Stuck, want) {
		t.Errorf("got  %q\nwant %q", o.Stuck, want)
	}
	if status := run(t, d); !status.Ready || book.ran != nil {
		t.Errorf("%v ran: %+v", book.ran, status)
	}
	if h := s.Health(); h.Points != 60 || len(h.Reasons) != 4 {
		t.Errorf("the health is %+v", h)
	}
}

func TestStageFails(t *testing.T) {
	var book diary
	s, d := loader(initialization.Options{Pause: 1}, nil)
	broken := errors.New("no key")
	panics := initialization.Dependency{Stage: "panics", Run: func(context.Context, *initialization.Settings) error { panic("planted") }}
	first := book.stage("security", broken, "parameters")
	addStages(t, d, first, book.stage("cache", nil, "security"), panics)
	status := run(t, d)
	problems := map[string]string{}
	for _, stage := range status.Stages {
		problems[stage.Name] = stage.Problem
	}
	if !status.Ready || problems["security"] != "no key" || problems["cache"] != "it depends on security, which failed" || !strings.Contains(problems["panics"], "planted") {
		t.Errorf("the stages are %+v", status.Stages)
	}
	if h := s.Health(); h.Points != 70 {
		t.Errorf("the health is %+v, want 70 points", h)
	}
	if run(t, d); !slices.Equal(book.ran, []string{"security", "security"}) {
		t.Errorf("%v ran; want the stage that failed again, and not those that depend on it", book.ran)
	}
}

// TestEarlyStages has a stage that needs only the environment's settings beside one
// that needs all of them, and says that they suffice or do not.
func TestEarlyStages(t *testing.T) {
	for _, early := range []bool{true, false} {
		parameters := make(chan struct{})
		_, d := loader(initialization.Options{}, nil)
		addStages(t, d,
			initialization.Dependency{Stage: "slow", Run: func(context.Context, *initialization.Settings) error { <-parameters; return nil }},
			initialization.Dependency{Stage: "connections", After: []string{"slow"}, Early: func(s *initialization.Settings) bool { return early && s.HasAddress() },
				Run: func(_ context.Context, s *initialization.Settings) error {
					if early {
						close(parameters)
					}
					if s.URL != good[config.EnvURL] {
						t.Errorf("the address is %q", s.URL)
					}
					return nil
				}})
		if !early {
			close(parameters)
		}
		if status := run(t, d); !status.Stages[3].Done {
			t.Errorf("early %v: %+v", early, status.Stages)
		}
	}
}

func TestAddStageErrors(t *testing.T) {
	var book diary
	_, d := loader(initialization.Options{}, nil)
	for _, stage := range []initialization.Dependency{book.stage("settings", nil)} {
		if _, err := core.Do(t.Context(), d, initialization.AddStage, stage); core.KindOf(err) != core.Invalid {
			t.Errorf("%s: %v", stage.Stage, err)
		}
	}
	for field, stage := range map[string]initialization.Dependency{"stage": {}, "run": {Stage: "x"}} {
		if err := stage.Check(); err == nil || !strings.Contains(err.Error(), "field "+field) {
			t.Errorf("got %v, want an error that names %s", err, field)
		}
	}
	if initialization.AddStage.GoOnly() == "" {
		t.Error("an operation whose input has a function can be run by name")
	}
}
