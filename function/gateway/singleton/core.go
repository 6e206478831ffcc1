package singleton

import (
	"context"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Store holds what was made once. The zero value is empty and ready for use by
// several goroutines.
type Store struct {
	flights flights

	mu     sync.Mutex
	things map[string]any // guarded by mu
}

func (s *Store) get(ctx context.Context, in GetInput) (any, error) {
	if v, ok := s.lookup(in.Key); ok {
		return v, nil
	}
	return s.flights.do(ctx, flight{key: in.Key}, func() (any, error) {
		if v, ok := s.lookup(in.Key); ok {
			return v, nil
		}
		v, err := in.Make(ctx)
		if err == nil {
			s.keep(in.Key, v)
		}
		return v, err
	})
}

func (s *Store) lookup(key string) (any, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.things[key]
	return v, ok
}

func (s *Store) keep(key string, v any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.things == nil {
		s.things = map[string]any{}
	}
	s.things[key] = v
}

// keyed is implemented by an input whose result may be shared.
type keyed interface {
	CacheKey() (key string, ttl time.Duration)
}

// Service runs at most one of several calls of the same operation with the same
// key at a time; the others wait and get what it returned.
func (s *Store) Service() core.Service {
	return core.Service{Gateway: core.Singleton, Wrap: func(spec *core.Spec, next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			in, ok := c.Input.(keyed)
			if !ok {
				return next(ctx, c)
			}
			key, _ := in.CacheKey()
			c.Take(core.Singleton)
			out, err := s.flights.do(ctx, flight{spec, key}, func() (any, error) {
				err := next(ctx, c)
				return c.Output, err
			})
			c.Output = out
			return err
		}
	}}
}
