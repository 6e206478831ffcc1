package initialization

import (
	"cmp"
	"context"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/hearthgate/hearthgate/function/core"
)

// Options configure a [Starter].
type Options struct {
	Getenv func(string) string   // default: os.Getenv
	Apply  func(*Settings) error // tells the rest of the program of new settings; default: nobody
	Shelf  Shelf                 // where the settings are kept, so that look-ups count; default: a field
	TTL    time.Duration         // how long settings hold before they are read again; default: 5 min
	Pause  time.Duration         // default: 2 s between tries after a failure

	Reclaim func(context.Context) map[core.Gateway]core.Reclaimed // what [Cleanup] runs; default: nothing

	Transport http.RoundTripper                                        // to the parameter store; default: the SDK's own
	Guard     func(context.Context, func(context.Context) error) error // runs what asks the store, or refuses to; default: runs it
}

// A Shelf keeps values for a time.
type Shelf interface {
	Load(key string) (any, bool)
	Keep(key string, v any, ttl time.Duration)
}

// shelved is the key that the settings are kept under.
const shelved = "effective"

// A Starter makes the function ready, and keeps its settings. It is safe for
// concurrent use.
type Starter struct {
	opts   Options
	state  atomic.Pointer[state] // nil before the first try
	turn   chan struct{}         // holds one token: whose turn it is to try
	began  time.Time
	served atomic.Int64 // calls that needed the settings

	decrypted atomic.Int64 // parameters

	mu     sync.Mutex
	stages []*stage // guarded by mu; in the order in which they were added

	clientOnce sync.Once
	client     *ssm.Client
}

// state is what a try came to.
type state struct {
	settings *Settings
	err      error
	warnings []string
	tried    time.Time
	read     time.Time // when the settings were read that are in effect
	stale    string    // why they could not be read again; empty when they could
	took     time.Duration
}

// New returns a Starter that has not tried yet.
func New(o Options) *Starter {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Apply == nil {
		o.Apply = func(*Settings) error { return nil }
	}
	if o.Reclaim == nil {
		o.Reclaim = func(context.Context) map[core.Gateway]core.Reclaimed { return nil }
	}
	if o.Guard == nil {
		o.Guard = func(ctx context.Context, f func(context.Context) error) error { return f(ctx) }
	}
	o.TTL, o.Pause = cmp.Or(o.TTL, 5*time.Minute), cmp.Or(o.Pause, 2*time.Second)
	s := &Starter{opts: o, turn: make(chan struct{}, 1), began: time.Now()}
	s.turn <- struct{}{}
	s.stages = []*stage{
		{Dependency: Dependency{Stage: SettingsStage}, read: s.readEnvironment, result: Stage{Name: SettingsStage}},
		{Dependency: Dependency{Stage: ParametersStage, After: []string{SettingsStage}}, read: s.readParameters, result: Stage{Name: ParametersStage}},
	}
	return s
}

// Settings returns the settings, or nil while they are missing or wrong. Settings
// whose time is over are returned all the same: [Starter.Due] says that they
// should be read again.
func (s *Starter) Settings() *Settings {
	st := s.state.Load()
	if st == nil || st.err != nil {
		return nil
	}
	if s.opts.Shelf == nil {
		return st.settings
	}
	if kept, ok := s.opts.Shelf.Load(shelved); ok && kept == any(st.settings) {
		return st.settings
	}
	s.opts.Shelf.Keep(shelved, st.settings, s.opts.TTL)
	return st.settings
}

// Ensure returns nil when the settings are there, after trying to get them if
// they are not, at most once each [Options.Pause]. Its error, of kind Internal,
// says which are missing or wrong.
func (s *Starter) Ensure(ctx context.Context) error {
	if st := s.state.Load(); s.settled(st) {
		return st.failure()
	}
	done, err := s.wait(ctx)
	if err != nil {
		return err
	}
	defer done()
	if st := s.state.Load(); s.settled(st) {
		return st.failure()
	}
	return s.start(ctx).failure()
}

// settled reports whether there is nothing to try, or nothing yet again.
func (s *Starter) settled(st *state) bool {
	return st != nil && (st.err == nil || time.Since(st.tried) < s.opts.Pause)
}

// wait waits for the turn to try. The caller calls done in the end.
func (s *Starter) wait(ctx context.Context) (done func(), err error) {
	select {
	case <-s.turn:
		return func() { s.turn <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, core.Errorf(core.Internal, core.CauseSettings, "the settings are not known yet: %w", ctx.Err())
	}
}

func (st *state) failure() error {
	if st.err == nil {
		return nil
	}
	return &core.Error{Kind: core.Internal, Cause: core.CauseSettings, Err: st.err}
}

// keep makes st the state, and tells the shelf.
func (s *Starter) keep(st *state) {
	s.state.Store(st)
	if s.opts.Shelf != nil && st.err == nil {
		s.opts.Shelf.Keep(shelved, st.settings, s.opts.TTL)
	}
}
