package initialization

import (
	"cmp"
	"context"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// Options configure a [Starter].
type Options struct {
	Getenv  func(string) string           // default: os.Getenv
	Apply   func(*Settings) error         // tells the rest of the program of new settings; default: nobody
	Connect func(context.Context, string) // makes the connection to the home at that address ahead; default: nothing
	Pause   time.Duration                 // default: 2 s between tries after a failure
}

// A Starter makes the function ready, and keeps its settings. It is safe for
// concurrent use.
type Starter struct {
	opts  Options
	state atomic.Pointer[state] // nil before the first try
	turn  chan struct{}         // holds one token: whose turn it is to try
	began time.Time

	clientOnce sync.Once
	client     *ssm.Client
}

// state is what a try came to.
type state struct {
	settings *Settings
	err      error
	warnings []string
	tried    time.Time
	stages   []Stage
}

// A Status is what [Run] returns.
type Status struct {
	Ready    bool      `json:"ready"`
	Problem  string    `json:"problem,omitempty" doc:"what is missing or wrong; absent when nothing is"`
	Warnings []string  `json:"warnings,omitempty" doc:"what works and should not stay so"`
	Stages   []Stage   `json:"stages"`
	Since    time.Time `json:"since" doc:"when the process started"`
}

// A Stage is one part of the start.
type Stage struct {
	Name     string       `json:"name" doc:"settings, parameters or connections"`
	Duration core.Seconds `json:"duration_seconds" unit:"s"`
	Problem  string       `json:"problem,omitempty"`
}

// New returns a Starter that has not tried yet.
func New(o Options) *Starter {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Apply == nil {
		o.Apply = func(*Settings) error { return nil }
	}
	if o.Connect == nil {
		o.Connect = func(context.Context, string) {}
	}
	o.Pause = cmp.Or(o.Pause, 2*time.Second)
	s := &Starter{opts: o, turn: make(chan struct{}, 1), began: time.Now()}
	s.turn <- struct{}{}
	return s
}

// Settings returns the settings, or nil while they are missing or wrong.
func (s *Starter) Settings() *Settings {
	if st := s.state.Load(); st != nil && st.err == nil {
		return st.settings
	}
	return nil
}

// Ensure returns nil when the settings are there, after trying to get them if
// they are not, at most once each [Options.Pause]. Its error, of kind Internal,
// says which are missing or wrong.
func (s *Starter) Ensure(ctx context.Context) error {
	if st := s.state.Load(); st != nil && (st.err == nil || time.Since(st.tried) < s.opts.Pause) {
		return st.failure()
	}
	select {
	case <-s.turn:
		defer func() { s.turn <- struct{}{} }()
	case <-ctx.Done():
		return core.Errorf(core.Internal, "settings", "the settings are not known yet: %w", ctx.Err())
	}
	if st := s.state.Load(); st != nil && (st.err == nil || time.Since(st.tried) < s.opts.Pause) {
		return st.failure()
	}
	st := s.try(ctx)
	s.state.Store(st)
	return st.failure()
}

func (st *state) failure() error {
	if st.err == nil {
		return nil
	}
	return &core.Error{Kind: core.Internal, Cause: "settings", Err: st.err}
}

func (s *Starter) run(ctx context.Context, _ RunInput) (Status, error) {
	_ = s.Ensure(ctx) // the status tells
	status := Status{Since: s.began}
	if st := s.state.Load(); st != nil {
		status.Ready, status.Stages, status.Warnings = st.err == nil, st.stages, st.warnings
		if st.err != nil {
			status.Problem = st.err.Error()
		}
	}
	return status, nil
}

// refresh reads the settings again. What is wrong with the new ones is an error, and
// the old ones stay.
func (s *Starter) refresh(ctx context.Context, _ RefreshInput) (Status, error) {
	select {
	case <-s.turn:
		defer func() { s.turn <- struct{}{} }()
	case <-ctx.Done():
		return Status{}, core.Errorf(core.Internal, "settings", "the settings could not be read again: %w", ctx.Err())
	}
	old, st := s.state.Load(), s.try(ctx)
	if st.err != nil && old != nil && old.err == nil {
		_ = s.opts.Apply(old.settings) // which it took before
		return Status{}, st.failure()
	}
	s.state.Store(st)
	return Status{Ready: st.err == nil, Warnings: st.warnings, Stages: st.stages, Since: s.began}, st.failure()
}

// try reads the settings. The connection is made while the parameters are read,
// if the environment has the address.
func (s *Starter) try(ctx context.Context) *state {
	st := &state{}
	r := &reader{getenv: s.opts.Getenv}

	start := time.Now()
	early, _ := r.settings() // what is missing may yet be among the parameters
	problem := s.opts.Apply(early)
	st.stage("settings", start, problem)

	var connecting sync.WaitGroup
	connect := func(url string) {
		start := time.Now()
		s.opts.Connect(ctx, url)
		st.stage("connections", start, nil)
	}
	early.connectable(func() { connecting.Go(func() { connect(early.URL) }) })
	start = time.Now()
	parameters, warnings, err := s.parameters(ctx)
	took := time.Since(start)
	connecting.Wait()
	st.stages = append(st.stages, Stage{"parameters", core.Seconds(took), text(err)})

	st.warnings = warnings
	if !early.VerifySSL {
		st.warnings = append(st.warnings, config.EnvVerifySSL+" is false: anyone on the way can pose as the home and read the token; use "+config.EnvCA+" for a certificate of your own")
	}
	r = &reader{getenv: s.opts.Getenv, parameters: parameters}
	st.settings, st.err = r.settings()
	if err != nil {
		st.err = err // why a setting is missing says more than that it is
	}
	if applied := s.opts.Apply(st.settings); st.err == nil {
		st.err = applied
	}
	if early.URL == "" && st.err == nil {
		connect(st.settings.URL)
	}
	st.tried = time.Now()
	return st
}

// connectable runs f if the address is known to be one.
func (s *Settings) connectable(f func()) {
	r := &reader{}
	if r.checkURL(s.URL); len(r.problems) == 0 {
		f()
	}
}

func (st *state) stage(name string, start time.Time, err error) {
	st.stages = append(st.stages, Stage{name, core.Seconds(time.Since(start)), text(err)})
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
