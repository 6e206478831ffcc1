package cache

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Keyed is implemented by the input of an operation whose results may be cached and
// shared by concurrent calls. Only idempotent operations without side effects may
// have such an input: a directive must not.
type Keyed interface {
	// CacheKey returns the key of the input, and for how long a result is valid.
	//
	// Inputs with the same key must have the same result; keys of different
	// operations are apart. The key is visible to operators, in cache.keys, so it
	// must not be a secret nor contain one: use a digest of the secret. The key ""
	// means that this input is not cached and not shared.
	//
	// The TTL is limited by the maximum of the namespace; 0 stands for one that
	// grows with use, see [Limits.TTL].
	CacheKey() (key string, ttl time.Duration)
}

// Placer is implemented by a [Keyed] input that chooses where its result is cached.
// Others have theirs in namespace response, in memory only.
type Placer interface {
	Keyed

	// CachePlace returns a namespace of [Namespaces], or "" for response, and
	// whether the result is persistent: then it is also stored on the levels below
	// memory, as JSON, so the output type must survive a round trip through JSON.
	// The rules of [Options.Seal] apply: in particular, a result in settings or
	// identity leaves memory encrypted or not at all.
	CachePlace() (ns core.Namespace, persistent bool)
}

// Revocable is implemented by a result, or by an error, that can become wrong before it
// expires: when Revoked returns true, the operation runs again.
type Revocable interface{ Revoked() bool }

type revocableError interface {
	error
	Revocable
}

// revoked reports whether a cached result or error has become wrong.
func revoked(v any) bool {
	r, ok := v.(Revocable)
	if err, isError := v.(error); isError {
		r, ok = errors.AsType[revocableError](err)
	}
	return ok && r.Revoked()
}

// Service returns caching for operations whose input is [Keyed]: a call is answered
// from the cache if it has a valid result, otherwise it runs and its result is
// stored. Of errors, only those of kind Unauthorized and Expired, and [Revocable] ones of
// kind Forbidden, are cached, in namespace negative for its default TTL, so that a
// rejected token is not sent again at once. A call with the key "" passes through and is not counted.
func (s *Store) Service() core.Service {
	return func(next core.Handler) core.Handler {
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
			ns, persistent := placeOf(c.Input)
			k := id{c.Spec, key}
			if v, err, ok := s.cachedResult(ctx, ns, k, persistent); ok {
				c.Output, c.Hit = v, true
				return err
			}
			err := next(ctx, c)
			_, revocable := errors.AsType[revocableError](err)
			switch kind := core.KindOf(err); {
			case err == nil:
				s.put(ctx, ns, entry{id: k, value: c.Output, ttl: ttl, persistent: persistent, rerun: rerun{c.Again(), next}})
			case kind == core.Unauthorized, kind == core.Expired, kind == core.Forbidden && revocable:
				s.put(ctx, Negative, entry{id: k, value: err, ttl: s.memoryOf(Negative).limits.Default})
			}
			return err
		}
	}
}

func placeOf(input any) (ns Namespace, persistent bool) {
	if p, ok := input.(Placer); ok {
		place, lasts := p.CachePlace()
		ns, persistent = Namespace(place), lasts
	}
	return cmp.Or(ns, Response), persistent
}

// cachedResult returns the cached result of an operation, which may be an error.
func (s *Store) cachedResult(ctx context.Context, ns Namespace, k id, persistent bool) (v any, err error, ok bool) {
	if e, found := s.memoryOf(Negative).lookupRare(k); found && !revoked(e.value) {
		if err, ok := e.value.(error); ok {
			return nil, err, true
		}
	}
	if persistent {
		e, _, ok := s.lookup(ctx, ns, k)
		return e.value, nil, ok && !revoked(e.value)
	}
	e, ok := s.memoryOf(ns).lookup(k)
	return e.value, nil, ok && !revoked(e.value)
}
