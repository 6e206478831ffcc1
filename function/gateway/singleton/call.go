package singleton

import (
	"context"
	"sync"

	"github.com/hearthgate/hearthgate/function/core"
)

// A callID identifies a call: those with the same one are joined.
type callID struct {
	spec    *core.Spec // nil for an operation of this gateway
	creates bool       // of an instance
	key     string
}

// A group is single flight: of concurrent calls with the same ID one runs, and the
// others wait for its result. golang.org/x/sync/singleflight does not fit: its
// waiters ignore their contexts, and a panic ends the process.
type group struct {
	mu      sync.Mutex
	running map[callID]*call // guarded by mu
	ran     int64            // guarded by mu; calls that ran
	joined  int64            // guarded by mu; calls that waited for another
}

// A call is one run that others may wait for. Output and err are set before done is
// closed.
type call struct {
	done   chan struct{}
	output any
	err    error
}

func (g *group) do(ctx context.Context, id callID, run func() (any, error)) (any, error) {
	g.mu.Lock()
	if c, ok := g.running[id]; ok {
		g.joined++
		g.mu.Unlock()
		select {
		case <-c.done:
			return c.output, c.err
		case <-ctx.Done():
			return nil, core.Errorf(core.Unreachable, core.CauseTimeout, "timed out while waiting for an identical call: %w", ctx.Err())
		}
	}
	if g.running == nil {
		g.running = map[callID]*call{}
	}
	c := &call{done: make(chan struct{}), err: core.Errorf(core.Internal, core.CausePanic, "the identical call that this one waited for panicked")}
	g.running[id] = c
	g.ran++
	g.mu.Unlock()

	defer func() {
		g.mu.Lock()
		delete(g.running, id)
		g.mu.Unlock()
		close(c.done)
	}()
	c.output, c.err = run()
	return c.output, c.err
}

// counts returns how many calls are running, have run, and have waited for another.
func (g *group) counts() (running int, ran, joined int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.running), g.ran, g.joined
}
