package cache

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A renewal knows how to make a value again: by running the operation that it is a
// result of, as the service ran it. The zero value does not.
type renewal struct {
	spec  *core.Spec
	input any
	next  core.Handler
}

func (r renewal) can() bool { return r.next != nil }

func (r renewal) run(ctx context.Context) (v any, err error) {
	c := &core.Call{Spec: r.spec, Input: r.input, Start: time.Now()}
	err = r.next(ctx, c)
	return c.Output, err
}

// A Refresher makes the value under a key again.
type Refresher func(ctx context.Context, key string) (json.RawMessage, error)

type refresher struct {
	ns      Namespace
	pattern string
	make    Refresher
}

// RefreshWith has f make the entries of a namespace again whose key matches a
// pattern, before they end. Results of [Keyed] inputs need nobody: their operation
// is run again.
func (s *Store) RefreshWith(ns Namespace, pattern string, f Refresher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refreshers = append(s.refreshers, refresher{ns, pattern, f})
}

const (
	hot       = 2           // hits since it was stored, which make an entry worth making again
	nearEnd   = 5           // it is near its end in the last fifth of its time
	maxAtOnce = 8           // entries made again after one reply
	saveEvery = time.Minute // how often uses are written down at most
)

// Due reports whether there is something to do after the reply: hot entries close
// to their end, or uses to write down. It is quick.
func (s *Store) Due() bool { return s.useIsDue() || len(s.due(1)) > 0 }

// Refreshed is what a [Store.Refresh] did.
type Refreshed struct {
	Entries  int // made again
	Failures int // that could not be made again, and end when their time comes
}

// Refresh makes hot entries again that are close to their end, so that nobody who
// asks for one has to wait, and writes down how often keys were used. It is meant
// for the time after the reply, and stops when ctx does.
func (s *Store) Refresh(ctx context.Context) (done Refreshed) {
	for _, d := range s.due(maxAtOnce) {
		if ctx.Err() != nil {
			return done
		}
		v, err := again(ctx, d.make)
		if err != nil {
			done.Failures++
			continue
		}
		done.Entries++
		d.value, d.credit, d.hits = v, d.hits/2, 0
		s.keep(ctx, d.ns, d.entry)
	}
	if s.useIsDue() {
		s.saveUse(ctx)
	}
	return done
}

// A dueEntry is one to make again.
type dueEntry struct {
	entry
	ns   Namespace
	make func(context.Context) (any, error)
}

// due returns at most so many entries to make again, the next to end first.
func (s *Store) due(most int) (found []dueEntry) {
	s.mu.Lock()
	refreshers := s.refreshers
	s.mu.Unlock()
	allowed := false
	for _, ns := range Namespaces() {
		m := s.space(ns)
		mine := slices.ContainsFunc(refreshers, func(r refresher) bool { return r.ns == ns })
		for _, e := range m.ending(mine) {
			if f := makerOf(refreshers, ns, e); f != nil {
				found = append(found, dueEntry{e, ns, f})
			}
		}
	}
	if allowed = s.opts.RefreshAhead == nil; len(found) > 0 && !allowed {
		allowed = s.opts.RefreshAhead()
	}
	if !allowed {
		return nil
	}
	slices.SortFunc(found, func(a, b dueEntry) int { return cmp.Compare(a.ends, b.ends) })
	return found[:min(len(found), most)]
}

// ending returns the hot entries close to their end, those that know how to be made
// again, or all.
func (m *memory) ending(all bool) (found []entry) {
	now := time.Now().UnixNano()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.renewed == 0 && !all {
		return nil
	}
	for _, e := range m.entries {
		left := e.ends - now
		if e.hits >= hot && left > 0 && left < (e.ends-e.stored)/nearEnd && (all || e.again.can()) {
			found = append(found, *e)
		}
	}
	return found
}

func makerOf(refreshers []refresher, ns Namespace, e entry) func(context.Context) (any, error) {
	if e.again.can() {
		return e.again.run
	}
	for _, r := range refreshers {
		if r.ns == ns && e.spec == nil && match(r.pattern, e.key) {
			return func(ctx context.Context) (any, error) { return r.make(ctx, e.key) }
		}
	}
	return nil
}

// again returns what f makes; a panic is an error like any other.
func again(ctx context.Context, f func(context.Context) (any, error)) (v any, err error) {
	defer func() {
		if p := recover(); p != nil {
			v, err = nil, fmt.Errorf("panic: %v", p)
		}
	}()
	return f(ctx)
}

// useIsDue reports whether uses are to be written down.
func (s *Store) useIsDue() bool {
	s.space(Response)
	if s.disk.dir == "" && s.ext.table == nil {
		return false
	}
	hits := s.allHits()
	s.mu.Lock()
	defer s.mu.Unlock()
	return hits != s.use.hits && time.Since(s.use.saved) >= saveEvery
}
