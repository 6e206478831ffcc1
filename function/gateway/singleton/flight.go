package singleton

import (
	"context"
	"sync"

	"github.com/hearthgate/hearthgate/function/core"
)

// flight names calls that are alike.
type flight struct {
	spec  *core.Spec // nil for a key of its own
	keeps bool       // what it returns is kept
	key   string
}

// flights lets one of several calls that are alike run; the others wait for it.
// Not golang.org/x/sync/singleflight: a caller whose context ends must not wait
// on, and one panic must not take the process with it.
type flights struct {
	mu      sync.Mutex
	running map[flight]*landing // guarded by mu
	led     int64               // guarded by mu; calls that ran
	joined  int64               // guarded by mu; calls that waited for another one
}

type landing struct {
	done chan struct{}
	out  any
	err  error
}

func (f *flights) do(ctx context.Context, name flight, run func() (any, error)) (any, error) {
	f.mu.Lock()
	if l, ok := f.running[name]; ok {
		f.joined++
		f.mu.Unlock()
		select {
		case <-l.done:
			return l.out, l.err
		case <-ctx.Done():
			return nil, core.Errorf(core.Unreachable, core.CauseTimeout, "waiting for the same call to end: %w", ctx.Err())
		}
	}
	if f.running == nil {
		f.running = map[flight]*landing{}
	}
	l := &landing{done: make(chan struct{}), err: core.Errorf(core.Internal, core.CausePanic, "the call that was waited for panicked")}
	f.running[name] = l
	f.led++
	f.mu.Unlock()

	defer func() {
		f.mu.Lock()
		delete(f.running, name)
		f.mu.Unlock()
		close(l.done)
	}()
	l.out, l.err = run()
	return l.out, l.err
}

// count returns how many calls run now, ran, and waited for another one.
func (f *flights) count() (running int, led, joined int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.running), f.led, f.joined
}
