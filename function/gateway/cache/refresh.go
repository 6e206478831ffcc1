package cache

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A rerun runs the operation again whose result an entry holds, as the service ran
// it. The zero value cannot.
type rerun struct {
	call *core.Call
	next core.Handler
}

func (r rerun) possible() bool { return r.next != nil }

// run returns the new result; a panic is returned as an error.
func (r rerun) run(ctx context.Context) (v any, err error) {
	defer func() {
		if p := recover(); p != nil {
			v, err = nil, fmt.Errorf("panic: %v", p)
		}
	}()
	c := r.call.Again()
	err = r.next(ctx, c)
	return c.Output, err
}

const (
	hotHits         = 2 // since an entry was stored; fewer do not justify a refresh
	refreshFraction = 5 // an entry is refreshed in the last fifth of its time to live
	maxRefreshes    = 8 // after one reply
)

// Due reports whether [Store.Refresh] has work to do. It is quick.
func (s *Store) Due() bool { return s.usageIsDue() || len(s.due(1)) > 0 }

// Refreshed is what a [Store.Refresh] did.
type Refreshed struct {
	Entries  int // refreshed
	Failures int // that could not be refreshed, and stay until they expire
}

// Refresh runs the operations again whose cached results are hot and close to their
// expiry, so that no caller has to wait for them, and saves how often keys were used.
// It is meant for the time after the reply, and stops when ctx ends.
func (s *Store) Refresh(ctx context.Context) (done Refreshed) {
	for _, d := range s.due(maxRefreshes) {
		if ctx.Err() != nil {
			return done
		}
		v, err := d.rerun.run(ctx)
		if err != nil {
			done.Failures++
			continue
		}
		done.Entries++
		d.value, d.pastHits, d.hits = v, d.hits/2, 0
		s.put(ctx, d.ns, d.entry)
	}
	if s.usageIsDue() {
		s.saveUsage(ctx)
	}
	return done
}

type dueEntry struct {
	entry
	ns Namespace
}

// due returns at most so many entries to refresh, the next to expire first.
func (s *Store) due(most int) (found []*dueEntry) {
	for _, ns := range Namespaces() {
		for _, e := range s.memoryOf(ns).due() {
			found = append(found, &dueEntry{e, ns})
		}
	}
	if len(found) == 0 || s.opts.RefreshAhead != nil && !s.opts.RefreshAhead() {
		return nil
	}
	slices.SortFunc(found, func(a, b *dueEntry) int { return cmp.Compare(a.expires, b.expires) })
	return found[:min(len(found), most)]
}

// due returns the entries that can be refreshed, are hot and close to their expiry.
func (m *memory) due() (found []entry) {
	now := time.Now().UnixNano()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refreshable == 0 {
		return nil
	}
	for _, e := range m.entries {
		left := e.expires - now
		if e.rerun.possible() && e.hits >= hotHits && left > 0 && left < (e.expires-e.stored)/refreshFraction {
			found = append(found, *e)
		}
	}
	return found
}
