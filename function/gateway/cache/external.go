package cache

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A Table is the third level: it outlives the machine, and others may use it too.
type Table interface {
	// Read returns what is kept under a key; nil if there is nothing.
	Read(ctx context.Context, key string) ([]byte, error)

	// Write keeps a value until a time; nil removes what is there.
	Write(ctx context.Context, key string, value []byte, expires time.Time) error
}

// maxItem is what a Table takes: DynamoDB has 400 KB for an item.
const maxItem = 390 << 10

// An external asks the table, each time for no longer than the budget. What is not
// there is not asked for again for a while.
type external struct {
	trouble
	table  Table // nil: there is no table
	budget time.Duration
	guard  func(context.Context, func(context.Context) error) error // nil: none

	mu     sync.Mutex
	counts map[Namespace]*counts // guarded by mu
	absent map[string]time.Time  // guarded by mu; until when a name is taken for absent
}

const (
	absence   = time.Minute // how long what is not there is not asked for again
	maxAbsent = 1024
)

func (x *external) load(ctx context.Context, ns Namespace, name string) (b []byte, ok bool) {
	if x.table == nil || !ns.asksTable() || x.resting() || x.isAbsent(name) {
		return nil, false
	}
	err := x.within(ctx, func(ctx context.Context) (err error) {
		b, err = x.table.Read(ctx, name)
		return err
	})
	if err != nil {
		x.fault(ctx, "read", err)
		return nil, false
	}
	x.worked()
	if b == nil {
		x.setAbsent(name, true)
	}
	return b, b != nil
}

func (x *external) save(ctx context.Context, ns Namespace, name string, b []byte, ends int64) bool {
	if x.table == nil || !ns.asksTable() || x.resting() || len(b) > maxItem {
		return false
	}
	err := x.within(ctx, func(ctx context.Context) error { return x.table.Write(ctx, name, b, time.Unix(0, ends)) })
	if err != nil {
		x.fault(ctx, "written", err)
		return false
	}
	x.worked()
	x.setAbsent(name, b == nil)
	if b != nil {
		x.note(ns, func(c *counts) { c.sets++ })
	}
	return true
}

// fault notes a failure, unless it is the caller who had no time left.
func (x *external) fault(ctx context.Context, done string, err error) {
	if ctx.Err() != nil {
		return
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("it did not answer within %v", x.budget)
	}
	x.failed("the cache's table cannot be " + done + ": " + err.Error() + "; the cache goes on without it")
}

// within runs f for no longer than the budget, and not at all when the guard says so.
func (x *external) within(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, x.budget)
	defer cancel()
	if x.guard == nil {
		return f(ctx)
	}
	return x.guard(ctx, f)
}

func (x *external) note(ns Namespace, add func(*counts)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.counts == nil {
		x.counts = map[Namespace]*counts{}
	}
	c := x.counts[ns]
	if c == nil {
		c = new(counts)
		x.counts[ns] = c
	}
	add(c)
}

func (x *external) isAbsent(name string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return time.Now().Before(x.absent[name])
}

func (x *external) setAbsent(name string, is bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !is {
		delete(x.absent, name)
		return
	}
	if x.absent == nil || len(x.absent) >= maxAbsent {
		x.absent = map[string]time.Time{}
	}
	x.absent[name] = time.Now().Add(absence)
}
