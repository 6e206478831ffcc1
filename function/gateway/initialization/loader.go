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

// Options configure a [Loader].
type Options struct {
	Getenv func(string) string   // default: os.Getenv
	Apply  func(*Settings) error // puts new settings into effect in the rest of the program; default: does nothing
	Cache  Cache                 // counts how often the settings were there when an invocation needed them; default: not counted
	TTL    time.Duration         // after which settings are due to be read again; default: 5 min
	Pause  time.Duration         // between attempts after a failure; default: 2 s

	Reclaim     func(context.Context) map[core.Gateway]core.Reclaimed // what [Cleanup] runs; default: does nothing
	Decryptions *atomic.Int64                                         // incremented for each encrypted parameter that is read, which is one call of KMS; default: not counted

	Transport http.RoundTripper                                        // to the parameter store; default: the SDK's own
	Guard     func(context.Context, func(context.Context) error) error // runs requests to the parameter store, or rejects them; default: runs them
}

// A Cache keeps values for a time.
type Cache interface {
	Load(key string) (any, bool)
	Keep(key string, v any, ttl time.Duration)
}

// cacheKey is the key of the settings in the [Cache].
const cacheKey = "effective"

// A Loader loads the settings and runs the stages of the start. It is safe for
// concurrent use.
type Loader struct {
	opts   Options
	state  atomic.Pointer[state] // nil before the first attempt
	turn   chan struct{}         // a lock that a context can stop waiting for: it holds one token
	began  time.Time
	served atomic.Int64 // calls that needed the settings

	mu     sync.Mutex
	stages []*stage // guarded by mu; in the order in which they were added

	clientOnce sync.Once
	client     *ssm.Client
}

// state is the result of an attempt. It is not modified once it is stored.
type state struct {
	settings  *Settings
	err       error // why the settings are not usable
	warnings  []string
	attempted time.Time
	read      time.Time     // when the settings in effect were read
	stale     string        // why they could not be read again; "" if they could
	took      time.Duration // the first attempt
}

// New returns a Loader that has no settings yet.
func New(o Options) *Loader {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Apply == nil {
		o.Apply = func(*Settings) error { return nil }
	}
	if o.Reclaim == nil {
		o.Reclaim = func(context.Context) map[core.Gateway]core.Reclaimed { return nil }
	}
	if o.Decryptions == nil {
		o.Decryptions = new(atomic.Int64)
	}
	if o.Guard == nil {
		o.Guard = func(ctx context.Context, f func(context.Context) error) error { return f(ctx) }
	}
	o.TTL, o.Pause = cmp.Or(o.TTL, 5*time.Minute), cmp.Or(o.Pause, 2*time.Second)
	l := &Loader{opts: o, turn: make(chan struct{}, 1), began: time.Now()}
	l.turn <- struct{}{}
	l.stages = []*stage{
		{Dependency: Dependency{Stage: SettingsStage}, read: l.readEnvironment, result: Stage{Name: SettingsStage}},
		{Dependency: Dependency{Stage: ParametersStage, After: []string{SettingsStage}}, read: l.readParameters, result: Stage{Name: ParametersStage}},
	}
	return l
}

// Settings returns the settings in effect, or nil while they are missing or wrong.
// They may have expired: see [Loader.Due].
func (l *Loader) Settings() *Settings {
	st := l.state.Load()
	if st == nil || st.err != nil {
		return nil
	}
	return st.settings
}

// Ensure returns nil if there are settings in effect. If there are none it first tries
// to load them, at most once per [Options.Pause]. Its error, of kind Internal, names
// those that are missing or wrong.
func (l *Loader) Ensure(ctx context.Context) error {
	if st := l.state.Load(); l.settled(st) {
		return l.lookUp(st)
	}
	done, err := l.lock(ctx)
	if err != nil {
		return err
	}
	defer done()
	if st := l.state.Load(); l.settled(st) {
		return l.lookUp(st)
	}
	return l.start(ctx).failure()
}

// settled reports whether no attempt is needed, or none is allowed yet.
func (l *Loader) settled(st *state) bool {
	return st != nil && (st.err == nil || time.Since(st.attempted) < l.opts.Pause)
}

// lookUp looks the settings of st up in the cache, and returns the failure of st.
func (l *Loader) lookUp(st *state) error {
	if l.opts.Cache != nil && st.err == nil {
		if cached, ok := l.opts.Cache.Load(cacheKey); !ok || cached != any(st.settings) {
			l.opts.Cache.Keep(cacheKey, st.settings, l.opts.TTL)
		}
	}
	return st.failure()
}

// lock waits until no other attempt runs. The caller must call unlock.
func (l *Loader) lock(ctx context.Context) (unlock func(), err error) {
	select {
	case <-l.turn:
		return func() { l.turn <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, core.Errorf(core.Internal, core.CauseSettings, "the settings are not loaded yet: %w", ctx.Err())
	}
}

func (st *state) failure() error {
	if st.err == nil {
		return nil
	}
	return &core.Error{Kind: core.Internal, Cause: core.CauseSettings, Err: st.err}
}

// store makes st the state and puts its settings into the cache.
func (l *Loader) store(st *state) {
	l.state.Store(st)
	if l.opts.Cache != nil && st.err == nil {
		l.opts.Cache.Keep(cacheKey, st.settings, l.opts.TTL)
	}
}
