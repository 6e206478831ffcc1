package initialization

import (
	"context"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// A Status is how far the start has come.
type Status struct {
	Ready    bool         `json:"ready"`
	Warm     bool         `json:"warm" doc:"whether anything that needs the settings was asked for since the process started"`
	Problem  string       `json:"problem,omitempty" doc:"what is missing or wrong; absent when nothing is"`
	Warnings []string     `json:"warnings,omitempty" doc:"what works and should not stay so"`
	Stages   []Stage      `json:"stages" doc:"in the order in which they run"`
	Since    time.Time    `json:"since" doc:"when the process started"`
	Duration core.Seconds `json:"duration_seconds" doc:"of the first run of all stages; 0 before it" unit:"s"`
	Age      core.Seconds `json:"age_seconds" doc:"since the settings in effect were read; 0 while there are none" unit:"s"`
	Stale    string       `json:"stale,omitempty" doc:"why the settings could not be read again; absent when they could"`
}

// run runs the stages that are not done, unless it has just been tried.
func (s *Starter) run(ctx context.Context, _ core.None) (Status, error) {
	done, err := s.wait(ctx)
	if err != nil {
		return Status{}, err
	}
	defer done()
	if st := s.state.Load(); st == nil || time.Since(st.tried) >= s.opts.Pause {
		s.start(ctx) // the status tells
	}
	return s.now(), nil
}

func (s *Starter) status(context.Context, core.None) (Status, error) { return s.now(), nil }

func (s *Starter) now() Status {
	status := Status{Since: s.began, Warm: s.served.Load() > 0, Stages: s.results()}
	st := s.state.Load()
	if st == nil {
		status.Problem = "nothing was tried yet: run initialization.run"
		return status
	}
	status.Ready, status.Warnings, status.Duration, status.Stale = st.err == nil, st.warnings, core.Seconds(st.took), st.stale
	if st.err != nil {
		status.Problem = st.err.Error()
	}
	if !st.read.IsZero() {
		status.Age = core.Seconds(time.Since(st.read))
	}
	return status
}

// results returns what came of the stages, in their order.
func (s *Starter) results() []Stage {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Stage{}
	for _, name := range s.sorted().Stages {
		list = append(list, s.find(name).result)
	}
	return list
}

// readEnvironment is the first stage. What is missing may yet be among the
// parameters, so it fails only when what there is cannot be applied.
func (s *Starter) readEnvironment(_ context.Context, t *try) error {
	t.env = readEnvironment(s.opts.Getenv)
	r := &reader{env: t.env}
	early, _ := r.settings()
	err := s.opts.Apply(early)
	t.now.Store(early)
	return err
}

// readParameters is the second stage, after which the settings are whole, or not.
func (s *Starter) readParameters(ctx context.Context, t *try) error {
	if t.env == nil { // the first stage panicked
		return t.state.err
	}
	st := t.state
	parameters, warnings, err := s.parameters(ctx, t.env)
	r := &reader{env: t.env, parameters: parameters}
	st.settings, st.err = r.settings()
	if err != nil {
		st.err = err // why a setting is missing says more than that it is
	}
	if applied := s.opts.Apply(st.settings); st.err == nil {
		st.err = applied
	}
	st.warnings = append(append([]string{}, t.env.warnings...), warnings...)
	if !st.settings.VerifySSL {
		st.warnings = append(st.warnings, config.EnvVerifySSL+" is false: anyone on the way can pose as the home and read the token; use "+config.EnvCA+" for a certificate of your own")
	}
	st.tried = time.Now()
	if st.err == nil {
		st.read, st.stale = st.tried, ""
	}
	t.now.Store(st.settings)
	return st.err
}
