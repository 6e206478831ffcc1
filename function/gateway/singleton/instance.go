package singleton

import (
	"cmp"
	"context"
	"io"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

const (
	maxInstances = 64
	maxIdle      = 10 * time.Minute // how long an instance stays without use
)

// An instance is guarded by the mu of its [Store].
type instance struct {
	key     string
	value   any
	created time.Time
	used    time.Time // last
	uses    int64
}

func (s *Store) get(ctx context.Context, in GetInput) (any, error) {
	if v, ok := s.lookup(in.Key); ok {
		return v, nil
	}
	return s.calls.do(ctx, callID{key: in.Key, creates: true}, func() (any, error) {
		if v, ok := s.lookup(in.Key); ok {
			return v, nil
		}
		if s.full() {
			return nil, core.Errorf(core.RateLimited, core.CauseTooManyInstances, "all %d instances are in use: release some with singleton.reset", maxInstances)
		}
		v, err := in.Make(ctx)
		if err == nil {
			s.add(in.Key, v)
		}
		return v, err
	})
}

func (s *Store) lookup(key string) (any, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.instances[key]
	if !ok {
		return nil, false
	}
	i.used = time.Now()
	i.uses++
	return i.value, true
}

func (s *Store) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.instances) >= maxInstances
}

func (s *Store) add(key string, v any) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.instances == nil {
		s.instances = map[string]*instance{}
	}
	s.instances[key] = &instance{key: key, value: v, created: now, used: now, uses: 1}
	s.created++
}

func (s *Store) releaseIdle(after time.Duration) Released {
	return s.release(func(i *instance) bool { return time.Since(i.used) >= after })
}

// release removes the instances for which match returns true, and closes them.
func (s *Store) release(match func(*instance) bool) Released {
	var released []*instance
	s.mu.Lock()
	for key, i := range s.instances {
		if match(i) {
			released = append(released, i)
			delete(s.instances, key)
		}
	}
	r := Released{Keys: []string{}, Left: len(s.instances)}
	s.mu.Unlock()
	slices.SortFunc(released, func(a, b *instance) int { return cmp.Compare(a.key, b.key) })
	for _, i := range released {
		r.Keys = append(r.Keys, i.key)
		closer, ok := i.value.(io.Closer)
		if !ok {
			continue
		}
		r.Closed++
		if err := closer.Close(); err != nil {
			r.Problems = append(r.Problems, i.key+": "+err.Error())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed += int64(r.Closed)
	s.failed += int64(len(r.Problems))
	return r
}
