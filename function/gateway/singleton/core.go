package singleton

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Limits of a [Store].
const (
	maxThings = 64
	maxKey    = 128
)

// idle is how long a thing may go without being asked for.
const idle = 10 * time.Minute

// A Store holds what was made once. The zero value is empty and ready for use by
// several goroutines.
type Store struct {
	Resident func() int64 // how much memory the process takes, in bytes; default: what the runtime has of the system
	Limit    int64        // how much it may take, in bytes; default: 128 MB

	flights   flights
	abandoned atomic.Int64 // functions that go on after their time

	mu     sync.Mutex
	things map[string]*thing // guarded by mu
	made   int64             // guarded by mu
	closed int64             // guarded by mu
	failed int64             // guarded by mu; a Close that returned an error
}

// A thing is what a key stands for.
type thing struct {
	key   string
	value any
	made  time.Time
	used  time.Time
	uses  int64
}

func checkKey(key string) error {
	switch {
	case key == "":
		return errors.New("field key is missing")
	case len(key) > maxKey:
		return fmt.Errorf("field key is %d bytes long: at most %d are taken", len(key), maxKey)
	}
	return nil
}

func (s *Store) get(ctx context.Context, in GetInput) (any, error) {
	if v, ok := s.lookup(in.Key); ok {
		return v, nil
	}
	return s.flights.do(ctx, flight{key: in.Key, keeps: true}, func() (any, error) {
		if v, ok := s.lookup(in.Key); ok {
			return v, nil
		}
		if s.full() {
			return nil, core.Errorf(core.RateLimited, core.CauseTooManyInstances, "there are %d things already: singleton.reset lets one go", maxThings)
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
	t, ok := s.things[key]
	if !ok {
		return nil, false
	}
	t.used = time.Now()
	t.uses++
	return t.value, true
}

func (s *Store) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.things) >= maxThings
}

func (s *Store) keep(key string, v any) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.things == nil {
		s.things = map[string]*thing{}
	}
	s.things[key] = &thing{key: key, value: v, made: now, used: now, uses: 1}
	s.made++
}

// A ResetInput is the input of [Reset].
type ResetInput struct {
	Key string `json:"key,omitempty" doc:"of the thing; default: all of them"`
}

// Check refuses a key that nothing can have.
func (in ResetInput) Check() error {
	if in.Key == "" {
		return nil
	}
	return checkKey(in.Key)
}

// A CleanupInput is the input of [CleanUp].
type CleanupInput struct {
	Idle core.Seconds `json:"idle_seconds,omitempty" doc:"how long nobody asked for it; default: 600"`
}

// Closed says which things were let go.
type Closed struct {
	Keys     []string `json:"keys" doc:"of the things that were let go"`
	Closed   int      `json:"closed" doc:"of them, those that had something to close"`
	Problems []string `json:"problems,omitempty" doc:"a sentence for each that could not be closed properly"`
	Left     int      `json:"left" doc:"things that stay"`
}

func (s *Store) reset(_ context.Context, in ResetInput) (Closed, error) {
	c := s.let(func(t *thing) bool { return in.Key == "" || t.key == in.Key })
	if in.Key != "" && len(c.Keys) == 0 {
		return c, core.Errorf(core.NotFound, core.CauseUnknownKey, "there is no thing %q: it is made when it is first asked for", in.Key)
	}
	return c, nil
}

func (s *Store) cleanup(_ context.Context, in CleanupInput) (Closed, error) {
	return s.expire(cmp.Or(in.Idle.Duration(), idle)), nil
}

func (s *Store) expire(after time.Duration) Closed {
	return s.let(func(t *thing) bool { return time.Since(t.used) >= after })
}

// let lets go of the things that may go, and closes them.
func (s *Store) let(may func(*thing) bool) Closed {
	var gone []*thing
	s.mu.Lock()
	for key, t := range s.things {
		if may(t) {
			gone = append(gone, t)
			delete(s.things, key)
		}
	}
	c := Closed{Keys: []string{}, Left: len(s.things)}
	s.mu.Unlock()
	slices.SortFunc(gone, func(a, b *thing) int { return cmp.Compare(a.key, b.key) })
	for _, t := range gone {
		c.Keys = append(c.Keys, t.key)
		closer, ok := t.value.(io.Closer)
		if !ok {
			continue
		}
		c.Closed++
		if err := closer.Close(); err != nil {
			c.Problems = append(c.Problems, t.key+": "+err.Error())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed += int64(c.Closed)
	s.failed += int64(len(c.Problems))
	return c
}

// Cleanup lets go of the things that nobody asked for in ten minutes.
func (s *Store) Cleanup(context.Context) core.Reclaimed {
	return core.Reclaimed{Items: len(s.expire(idle).Keys)}
}

// keyed is implemented by an input whose result may be shared.
type keyed interface {
	CacheKey() (key string, ttl time.Duration)
}

// Service runs at most one of several calls of the same operation with the same
// key at a time; the others wait and get what it returned.
func (s *Store) Service() core.Service {
	return func(spec *core.Spec, next core.Handler) core.Handler {
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
			out, err := s.flights.do(ctx, flight{spec: spec, key: key}, func() (any, error) {
				err := next(ctx, c)
				return c.Output, err
			})
			c.Output = out
			return err
		}
	}
}
