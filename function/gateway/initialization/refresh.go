package initialization

import (
	"context"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A RefreshInput is the input of [Refresh].
type RefreshInput struct {
	OlderThan core.Seconds `json:"older_than_seconds,omitempty" doc:"do nothing if the settings were read less than this ago; default: read them whatever their age" unit:"s"`
}

// refresh reads the settings again and runs the stages that depend on what changed.
// If the new settings are wrong it returns their error, and the old ones stay.
func (l *Loader) refresh(ctx context.Context, in RefreshInput) (Status, error) {
	unlock, err := l.lock(ctx)
	if err != nil {
		return Status{}, err
	}
	defer unlock()
	before := l.state.Load()
	if before == nil || before.err != nil {
		err := l.start(ctx).failure()
		return l.status(), err
	}
	if time.Since(before.attempted) < in.OlderThan.Duration() {
		return l.status(), nil
	}
	reads := func(g *stage) bool { return g.read != nil }
	results := l.resetStages(reads)
	st := *before
	l.runStages(ctx, &st, reads)
	if st.err != nil {
		_ = l.opts.Apply(before.settings) // which succeeded before
		old := *before
		old.attempted, old.stale = time.Now(), st.err.Error()
		l.restoreStages(results)
		l.store(&old)
		return Status{}, st.failure()
	}
	l.store(&st)
	l.resetStages(func(g *stage) bool { return g.Again != nil && g.Again(before.settings, st.settings) })
	l.start(ctx)
	return l.status(), nil
}

// Due reports whether the settings have expired and a parameter may have changed, so
// that they should be read again, after a reply.
func (l *Loader) Due() bool {
	st := l.state.Load()
	return st != nil && time.Since(st.attempted) >= l.opts.TTL && len(readEnvironment(l.opts.Getenv).parameterNames()) > 0
}
