package cache

import (
	"context"
	"errors"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Keyed is implemented by an input whose result may be reused. CacheKey returns
// the key that stands for the input, which operators can see and so must be no
// secret, and for how long the result holds; 0 stands for longer the more it is
// used. With the key "" the result of this input is not reused.
type Keyed interface {
	CacheKey() (key string, ttl time.Duration)
}

// Placed is implemented by a [Keyed] input that says in which namespace its result
// is kept, and whether it lasts: then it goes, as JSON, to the levels below memory
// too, and everything in it must come back from there. The others are kept in
// namespace response, in memory.
type Placed interface {
	CachePlace() (ns core.Namespace, lasts bool)
}

// Revocable is implemented by a result, or an error, that can become wrong before its
// time is over: when Revoked returns true, the operation runs again.
type Revocable interface{ Revoked() bool }

type revocableError interface {
	error
	Revocable
}

func revoked(v any) bool {
	r, ok := v.(Revocable)
	if err, isError := v.(error); isError {
		r, ok = errors.AsType[revocableError](err)
	}
	return ok && r.Revoked()
}

// Service answers a call from s if it can, and remembers the result if not. Of
// errors only those are remembered that say that a token was refused, in namespace
// negative, so that it is not shown again at once, and those of kind Forbidden that
// are [Revocable].
func (s *Store) Service() core.Service {
	return func(spec *core.Spec, next core.Handler) core.Handler {
		s.serves(spec)
		return func(ctx context.Context, c *core.Call) error {
			in, ok := c.Input.(Keyed)
			if !ok {
				return next(ctx, c)
			}
			key, ttl := in.CacheKey()
			if key == "" {
				return next(ctx, c)
			}
			c.MarkUsed(core.Cache)
			ns, lasts := Response, false
			if p, ok := c.Input.(Placed); ok {
				var place core.Namespace
				place, lasts = p.CachePlace()
				ns = Namespace(place)
			}
			k := id{spec, key}
			if v, err, ok := s.remembered(ctx, ns, k, lasts); ok {
				c.Output, c.Hit = v, true
				return err
			}
			err := next(ctx, c)
			_, revocable := errors.AsType[revocableError](err)
			switch kind := core.KindOf(err); {
			case err == nil:
				s.keep(ctx, ns, entry{id: k, value: c.Output, ttl: ttl, lasts: lasts, again: renewal{spec: spec, input: c.Input, next: next}})
			case kind == core.Unauthorized, kind == core.Expired, kind == core.Forbidden && revocable:
				s.keep(ctx, Negative, entry{id: k, value: err, ttl: s.space(Negative).limits.Default})
			}
			return err
		}
	}
}

// remembered returns the result of an operation, which may be an error, if there is one.
func (s *Store) remembered(ctx context.Context, ns Namespace, k id, lasts bool) (v any, err error, ok bool) {
	if e, ok := s.space(Negative).lookup(k); ok && !revoked(e.value) {
		err, _ := e.value.(error)
		return nil, err, true
	}
	if lasts {
		e, _, ok := s.find(ctx, ns, k)
		return e.value, nil, ok && !revoked(e.value)
	}
	e, ok := s.space(ns).lookup(k)
	return e.value, nil, ok && !revoked(e.value)
}

func (s *Store) serves(spec *core.Spec) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.specs == nil {
		s.specs = map[string]*core.Spec{}
	}
	s.specs[spec.String()] = spec
}
