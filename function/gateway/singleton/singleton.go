// Package singleton is the singleton gateway: one instance a key, one call at a
// time. It serves the others by single flight: of several identical calls one
// runs, and the others wait for its result.
package singleton

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Store holds instances, one for each key, and joins identical calls. It owns its
// instances: those with a Close method are closed when they are released, after ten
// minutes without use or on reset, so callers request an instance each time and do
// not keep it. The zero value is empty and ready for use. A Store is safe for
// concurrent use.
type Store struct {
	Resident func() int64 // returns the memory of the process in bytes; default: what the Go runtime holds
	Limit    int64        // memory limit of the process in bytes; default: 128 MB

	calls     group
	abandoned atomic.Int64 // functions still running after their timeout

	mu        sync.Mutex
	instances map[string]*instance // guarded by mu
	created   int64                // guarded by mu
	closed    int64                // guarded by mu
	failed    int64                // guarded by mu; calls of Close that returned an error
}

// Gateway returns [core.Singleton].
func (*Store) Gateway() core.Gateway { return core.Singleton }

// Cleanup releases the instances that have been idle for ten minutes, and returns
// how many. The returned Bytes are 0: the size of an instance is unknown.
func (s *Store) Cleanup(context.Context) core.Reclaimed {
	return core.Reclaimed{Items: len(s.releaseIdle(maxIdle).Keys)}
}

// keyed is implemented by an input whose result may be shared. The cache gateway
// has the whole contract.
type keyed interface {
	CacheKey() (key string, ttl time.Duration)
}

// Service returns single flight for operations whose input has a CacheKey method:
// of concurrent calls with the same operation and key one runs, in its own context,
// and all of them return its output or error. A caller whose context ends while it
// waits gets an error of kind Unreachable. Calls with the key "" are not joined.
func (s *Store) Service() core.Service {
	return func(next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			in, ok := c.Input.(keyed)
			if !ok {
				return next(ctx, c)
			}
			key, _ := in.CacheKey()
			if key == "" {
				return next(ctx, c)
			}
			c.MarkUsed(core.Singleton)
			out, err := s.calls.do(ctx, callID{spec: c.Spec, key: key}, func() (any, error) {
				err := next(ctx, c)
				return c.Output, err
			})
			c.Output = out
			return err
		}
	}
}
