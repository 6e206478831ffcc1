package initialization

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// The stages that there always are. The application adds its own by [Depend].
const (
	SettingsStage   = "settings"   // the environment is read
	ParametersStage = "parameters" // the parameter store is asked; after it the settings are whole
)

// A Dependency is a stage of the start and what it comes after: the input of
// [Depend].
type Dependency struct {
	Stage string                                   `json:"stage" doc:"its name" required:"true"`
	After []string                                 `json:"after,omitempty" doc:"the stages that must have ended well before; default: none"`
	Run   func(context.Context, *Settings) error   `json:"run" doc:"what it does, with the settings known so far" required:"true"`
	Early func(*Settings) bool                     `json:"early,omitempty" doc:"whether the environment's settings are enough for it, so that it need not wait for more; default: they are not"`
	Again func(before, now *Settings) (again bool) `json:"again,omitempty" doc:"whether it must run again when the settings have changed; default: it need not"`
}

// Check refuses a stage without a name or without anything to do.
func (d Dependency) Check() error {
	switch {
	case d.Stage == "":
		return errors.New("field stage is missing")
	case d.Run == nil:
		return errors.New("field run is missing")
	}
	return nil
}

// A Stage is what came of one stage of the start.
type Stage struct {
	Name     string       `json:"name"`
	Done     bool         `json:"done" doc:"whether it ended well, and is skipped from now on"`
	Duration core.Seconds `json:"duration_seconds" doc:"of its last run, without the waiting for others" unit:"s"`
	Problem  string       `json:"problem,omitempty" doc:"why it is not done; absent before its first run"`
}

// An Order is the order of the stages.
type Order struct {
	Stages []string `json:"stages" doc:"in the order in which they run; those that wait for nothing of one another run side by side"`
	Stuck  []string `json:"stuck,omitempty" doc:"those that never run, each with why"`
}

type stage struct {
	Dependency
	read   func(context.Context, *try) error // instead of Run, for those that there always are
	result Stage                             // guarded by Starter.mu
}

func (s *Starter) depend(_ context.Context, d Dependency) (Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.find(d.Stage) != nil {
		return Order{}, core.Errorf(core.Invalid, core.CauseStage, "there is a stage %q already", d.Stage)
	}
	s.stages = append(s.stages, &stage{Dependency: d, result: Stage{Name: d.Stage}})
	return s.sorted(), nil
}

func (s *Starter) order(context.Context, core.None) (Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sorted(), nil
}

// find returns the stage of that name, or nil. The caller holds mu.
func (s *Starter) find(name string) *stage {
	if i := slices.IndexFunc(s.stages, func(g *stage) bool { return g.Stage == name }); i >= 0 {
		return s.stages[i]
	}
	return nil
}

// sorted returns the order of the stages. The caller holds mu.
func (s *Starter) sorted() (o Order) {
	left := slices.Clone(s.stages)
	for {
		i := slices.IndexFunc(left, func(g *stage) bool {
			return !slices.ContainsFunc(g.After, func(name string) bool { return !slices.Contains(o.Stages, name) })
		})
		if i < 0 {
			break
		}
		o.Stages = append(o.Stages, left[i].Stage)
		left = slices.Delete(left, i, i+1)
	}
	for _, g := range left {
		o.Stuck = append(o.Stuck, g.Stage+": "+s.stuck(g, o.Stages))
	}
	return o
}

// stuck says why g never runs, when those that run are known. The caller holds mu.
func (s *Starter) stuck(g *stage, run []string) string {
	for path := []string{g.Stage}; ; {
		i := slices.IndexFunc(g.After, func(name string) bool { return !slices.Contains(run, name) })
		name := g.After[i]
		if at := slices.Index(path, name); at >= 0 {
			return "it waits for the cycle " + strings.Join(append(path[at:], name), " > ")
		}
		after := s.find(name)
		if after == nil {
			return fmt.Sprintf("%s comes after a stage %q, which there is not", g.Stage, name)
		}
		path, g = append(path, name), after
	}
}

// A try is one run over the stages.
type try struct {
	env   *environment
	now   atomic.Pointer[Settings] // known so far
	state *state
	ends  map[string]chan struct{} // by stage, closed when it has ended
}

// start runs the stages that are not done, side by side where they may, keeps what
// came of it and returns it. The caller has the turn.
func (s *Starter) start(ctx context.Context) *state {
	begin := time.Now()
	before := cmp.Or(s.state.Load(), &state{})
	st := *before
	s.try(ctx, &st, func(*stage) bool { return true })
	if st.took == 0 {
		st.took = time.Since(begin)
	}
	s.keep(&st)
	return &st
}

// try runs those stages of which wanted approves, and which are not done, and
// writes what came of it into st.
func (s *Starter) try(ctx context.Context, st *state, wanted func(*stage) bool) {
	t := &try{state: st, ends: map[string]chan struct{}{}}
	t.now.Store(st.settings)
	s.mu.Lock()
	whole := s.find(ParametersStage).result.Done // else the environment is read again, too
	var todo []*stage
	for _, name := range s.sorted().Stages {
		if g := s.find(name); wanted(g) && (!g.result.Done || g.Stage == SettingsStage && !whole) {
			todo = append(todo, g)
			t.ends[name] = make(chan struct{})
		}
	}
	s.mu.Unlock()
	var all sync.WaitGroup
	for _, g := range todo {
		all.Go(func() {
			defer close(t.ends[g.Stage])
			s.record(g, t.wait(s, g), func() error { return g.run(ctx, t) })
		})
	}
	all.Wait()
}

// wait waits until g may run. Its error says why it may not.
func (t *try) wait(s *Starter, g *stage) error {
	if g.Early != nil {
		t.await(SettingsStage)
		if now := t.now.Load(); s.done(SettingsStage) && now != nil && g.Early(now) {
			return nil
		}
	}
	for _, name := range g.After {
		t.await(name)
		if g.read == nil && !s.done(name) {
			return fmt.Errorf("it comes after %s, which failed", name)
		}
	}
	return nil
}

func (t *try) await(name string) {
	if end := t.ends[name]; end != nil {
		<-end
	}
}

func (s *Starter) done(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.find(name)
	return g != nil && g.result.Done
}

// record runs a stage, unless it may not, and notes what came of it.
func (s *Starter) record(g *stage, err error, run func() error) {
	begin := time.Now()
	if err == nil {
		err = run()
	}
	took := time.Since(begin)
	s.mu.Lock()
	defer s.mu.Unlock()
	g.result = Stage{Name: g.Stage, Done: err == nil, Duration: core.Seconds(took)}
	if err != nil {
		g.result.Problem = err.Error()
	}
}

// run runs g. A stage that panics has failed, as an operation would have.
func (g *stage) run(ctx context.Context, t *try) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the stage %s of the start broke: %w", g.Stage, &core.Panic{Value: p, Stack: debug.Stack()})
			if g.read != nil {
				t.state.err, t.state.tried = err, time.Now()
			}
		}
	}()
	if g.read != nil {
		return g.read(ctx, t)
	}
	return g.Run(ctx, t.now.Load())
}
