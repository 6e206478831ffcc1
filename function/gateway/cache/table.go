package cache

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A Table is the external level: it outlives the machine, and several processes may
// use it.
type Table interface {
	// Read returns the value of a key, or nil if there is none.
	Read(ctx context.Context, key string) ([]byte, error)

	// Write stores the value of a key until a time; nil removes it.
	Write(ctx context.Context, key string, value []byte, expires time.Time) error
}

// A tableLevel is the external level. Each call has a timeout. A key that is missing
// is not read again for a minute.
type tableLevel struct {
	levelStatus
	table   Table // nil: there is no table
	timeout time.Duration
	guard   func(context.Context, func(context.Context) error) error // nil: calls run unguarded

	mu      sync.Mutex
	counts  countsByNamespace    // guarded by mu
	missing map[string]time.Time // guarded by mu; until when a name is known to be missing
}

const (
	maxItem    = 390 << 10 // DynamoDB allows 400 KB an item
	maxMissing = 1024      // names known to be missing
)

// load returns the item of a name, and whether there is one.
func (t *tableLevel) load(ctx context.Context, ns Namespace, name string) (b []byte, ok bool) {
	if !t.usable(ns) || t.isMissing(name) {
		return nil, false
	}
	err := t.call(ctx, func(ctx context.Context) (err error) {
		b, err = t.table.Read(ctx, name)
		return err
	})
	if err != nil {
		t.failCall(ctx, "read", err)
		return nil, false
	}
	t.succeed()
	if b == nil {
		t.setMissing(name, true)
	}
	return b, b != nil
}

// save writes the item of a name, or removes it if b is nil, and reports whether it
// did.
func (t *tableLevel) save(ctx context.Context, ns Namespace, name string, b []byte, expires int64) bool {
	if !t.usable(ns) || len(b) > maxItem {
		return false
	}
	err := t.call(ctx, func(ctx context.Context) error { return t.table.Write(ctx, name, b, time.Unix(0, expires)) })
	if err != nil {
		t.failCall(ctx, "written", err)
		return false
	}
	t.succeed()
	t.setMissing(name, b == nil)
	if b != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.counts.of(ns).sets++
	}
	return true
}

func (t *tableLevel) usable(ns Namespace) bool {
	return t.table != nil && ns.usesTable() && !t.coolingDown()
}

// call runs f with a timeout, unless the guard rejects it.
func (t *tableLevel) call(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	if t.guard == nil {
		return f(ctx)
	}
	return t.guard(ctx, f)
}

// failCall records a failed call, unless the caller's own context has ended.
func (t *tableLevel) failCall(ctx context.Context, done string, err error) {
	if ctx.Err() != nil {
		return
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("it did not answer within %v", t.timeout)
	}
	t.fail("the cache table cannot be " + done + ": " + err.Error() + "; the cache continues without it")
}

func (t *tableLevel) isMissing(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Now().Before(t.missing[name])
}

func (t *tableLevel) setMissing(name string, missing bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !missing {
		delete(t.missing, name)
		return
	}
	if t.missing == nil || len(t.missing) >= maxMissing {
		t.missing = map[string]time.Time{}
	}
	t.missing[name] = time.Now().Add(time.Minute)
}

// countLookup counts a lookup of a namespace.
func (t *tableLevel) countLookup(ns Namespace, hit bool) {
	if t.table == nil || !ns.usesTable() {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.of(ns).lookup(hit)
}

// stats returns what the level did for a namespace.
func (t *tableLevel) stats(ns Namespace) counts {
	if t.table == nil {
		return counts{}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return *t.counts.of(ns)
}
