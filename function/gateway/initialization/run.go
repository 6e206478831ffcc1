package initialization

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// run runs the stages that have not succeeded, unless an attempt was just made.
func (l *Loader) run(ctx context.Context, _ core.None) (Status, error) {
	unlock, err := l.lock(ctx)
	if err != nil {
		return Status{}, err
	}
	defer unlock()
	if st := l.state.Load(); st == nil || time.Since(st.attempted) >= l.opts.Pause {
		l.start(ctx) // its failure is in the status
	}
	return l.status(), nil
}

// An attempt is one run of the stages.
type attempt struct {
	env      *environment
	settings atomic.Pointer[Settings] // known so far
	state    *state
	ended    map[string]chan struct{} // by stage; closed when it has ended
}

// start runs the stages that have not succeeded, stores the resulting state and
// returns it. The caller holds the lock.
func (l *Loader) start(ctx context.Context) *state {
	begin := time.Now()
	st := *cmp.Or(l.state.Load(), &state{})
	l.runStages(ctx, &st, func(*stage) bool { return true })
	if st.took == 0 {
		st.took = time.Since(begin)
	}
	l.store(&st)
	return &st
}

// runStages runs the stages that match and have not succeeded, at the same time where
// they do not depend on each other. It writes the result into st.
func (l *Loader) runStages(ctx context.Context, st *state, match func(*stage) bool) {
	a := &attempt{state: st, ended: map[string]chan struct{}{}}
	a.settings.Store(st.settings)
	l.mu.Lock()
	complete := l.find(ParametersStage).result.Done // otherwise the environment is read again, too
	var todo []*stage
	for _, name := range l.sorted().Stages {
		if g := l.find(name); match(g) && (!g.result.Done || g.Stage == SettingsStage && !complete) {
			todo = append(todo, g)
			a.ended[name] = make(chan struct{})
		}
	}
	l.mu.Unlock()
	var all sync.WaitGroup
	for _, g := range todo {
		all.Go(func() {
			defer close(a.ended[g.Stage])
			l.runStage(ctx, g, a)
		})
	}
	all.Wait()
}

// runStage waits for the stages that g depends on, runs g and stores its result.
func (l *Loader) runStage(ctx context.Context, g *stage, a *attempt) {
	err := a.waitFor(l, g)
	begin := time.Now()
	if err == nil {
		err = g.run(ctx, a)
	}
	took := time.Since(begin)
	l.mu.Lock()
	defer l.mu.Unlock()
	g.result = Stage{Name: g.Stage, Done: err == nil, Duration: core.Seconds(took)}
	if err != nil {
		g.result.Problem = err.Error()
	}
}

// waitFor waits until g may run. Its error is why g must not.
func (a *attempt) waitFor(l *Loader, g *stage) error {
	if g.Early != nil {
		a.await(SettingsStage)
		if s := a.settings.Load(); l.done(SettingsStage) && s != nil && g.Early(s) {
			return nil
		}
	}
	for _, name := range g.After {
		a.await(name)
		if g.read == nil && !l.done(name) {
			return fmt.Errorf("it depends on %s, which failed", name)
		}
	}
	return nil
}

func (a *attempt) await(name string) {
	if end := a.ended[name]; end != nil {
		<-end
	}
}

// run runs g. A panic is an error of the stage, as it is of an operation.
func (g *stage) run(ctx context.Context, a *attempt) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the start's stage %s panicked: %w", g.Stage, &core.Panic{Value: p, Stack: debug.Stack()})
			if g.read != nil {
				a.state.err, a.state.attempted = err, time.Now()
			}
		}
	}()
	if g.read != nil {
		return g.read(ctx, a)
	}
	return g.Run(ctx, a.settings.Load())
}

// readEnvironment is the first stage. What is missing may be among the parameters, so
// it fails only if the settings cannot be applied.
func (l *Loader) readEnvironment(_ context.Context, a *attempt) error {
	a.env = readEnvironment(l.opts.Getenv)
	early, _ := (&reader{env: a.env, early: true}).settings()
	err := l.opts.Apply(early)
	a.settings.Store(early)
	return err
}

// readParameters is the second stage. After it the settings are complete, or wrong.
func (l *Loader) readParameters(ctx context.Context, a *attempt) error {
	if a.env == nil { // the first stage panicked
		return a.state.err
	}
	st := a.state
	parameters, warnings, err := l.parameters(ctx, a.env)
	r := &reader{env: a.env, parameters: parameters}
	st.settings, st.err = r.settings()
	if err != nil {
		st.err = err // why a setting could not be read says more than that it is missing
	}
	if applied := l.opts.Apply(st.settings); st.err == nil {
		st.err = applied
	}
	st.warnings = append(append(append([]string{}, a.env.warnings...), r.warnings...), warnings...)
	if !st.settings.VerifySSL {
		st.warnings = append(st.warnings, config.EnvVerifySSL+" is false: anyone between the function and the home can pose as the home and read the token; use "+config.EnvCA+" for a certificate of your own")
	}
	st.attempted = time.Now()
	if st.err == nil {
		st.read, st.stale = st.attempted, ""
	}
	a.settings.Store(st.settings)
	return st.err
}
