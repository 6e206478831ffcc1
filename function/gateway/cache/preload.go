package cache

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A PreloadInput is the input of [Preload].
type PreloadInput struct {
	Most   int          `json:"most,omitempty" doc:"number of keys to load; default: 64"`
	Within core.Seconds `json:"within_seconds,omitempty" doc:"time limit; default: 0.1" unit:"s"`
}

// Check rejects negative numbers.
func (in PreloadInput) Check() error {
	switch {
	case in.Most < 0:
		return errors.New("field most is negative")
	case in.Within < 0:
		return errors.New("field within_seconds is negative")
	}
	return nil
}

// Preloaded is what a [Preload] did.
type Preloaded struct {
	Known    int          `json:"known" doc:"keys that were used"`
	Loaded   int          `json:"loaded" doc:"keys that are in memory now and were not before"`
	There    int          `json:"there" doc:"keys that were in memory already"`
	Gone     int          `json:"gone" doc:"keys that no level has now"`
	Duration core.Seconds `json:"duration_seconds" doc:"how long it took" unit:"s"`
}

func (s *Store) preload(ctx context.Context, in PreloadInput) (Preloaded, error) {
	start := time.Now()
	within := cmp.Or(in.Within.Duration(), 100*time.Millisecond)
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	s.loadUsage(ctx)
	ranking := s.ranking()
	p := Preloaded{Known: len(ranking)}
	for _, u := range ranking[:min(len(ranking), cmp.Or(in.Most, 64))] {
		if ctx.Err() != nil {
			break
		}
		m := s.memoryOf(u.ns)
		if _, there := m.peek(u.id); there {
			p.There++
		} else if e, _, ok := s.lookupLower(ctx, u.ns, u.id, false); ok && m.put(e) {
			p.Loaded++
		} else {
			m.forgetHits(u.id)
			p.Gone++
		}
	}
	p.Duration = core.Seconds(time.Since(start))
	return p, nil
}
