package initialization

import (
	"context"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A RefreshInput is the input of [Refresh].
type RefreshInput struct {
	OlderThan core.Seconds `json:"older_than_seconds,omitempty" doc:"leave the settings be if they were read less than this ago; default: read them whatever their age" unit:"s"`
}

// refresh reads the settings again, and runs the stages that depend on what has
// changed. What is wrong with the new ones is an error, and the old ones stay.
func (s *Starter) refresh(ctx context.Context, in RefreshInput) (Status, error) {
	done, err := s.wait(ctx)
	if err != nil {
		return Status{}, err
	}
	defer done()
	before := s.state.Load()
	if before == nil || before.err != nil {
		err := s.start(ctx).failure()
		return s.now(), err
	}
	if time.Since(before.tried) < in.OlderThan.Duration() {
		return s.now(), nil
	}
	results := s.again(func(g *stage) bool { return g.read != nil })
	st := *before
	s.try(ctx, &st, func(g *stage) bool { return g.read != nil })
	if st.err != nil {
		_ = s.opts.Apply(before.settings) // which it took before
		old := *before
		old.tried, old.stale = time.Now(), st.err.Error()
		s.restore(results)
		s.keep(&old)
		return Status{}, st.failure()
	}
	s.keep(&st)
	s.again(func(g *stage) bool { return g.Again != nil && g.Again(before.settings, st.settings) })
	s.start(ctx)
	return s.now(), nil
}

// again has the stages of which it is true run once more, and returns what came of
// them so far.
func (s *Starter) again(which func(*stage) bool) map[*stage]Stage {
	s.mu.Lock()
	defer s.mu.Unlock()
	results := map[*stage]Stage{}
	for _, g := range s.stages {
		if which(g) {
			results[g] = g.result
			g.result.Done = false
		}
	}
	return results
}

func (s *Starter) restore(results map[*stage]Stage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for g, result := range results {
		g.result = result
	}
}

// Due reports whether the settings have come to the end of their time and a
// parameter may have changed: whether they should be read again, after a reply.
func (s *Starter) Due() bool {
	st := s.state.Load()
	return st != nil && time.Since(st.tried) >= s.opts.TTL && len(readEnvironment(s.opts.Getenv).wanted()) > 0
}
