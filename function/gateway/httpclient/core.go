package httpclient

import (
	"context"
	"math/bits"
	"net"
	"sync"
	"sync/atomic"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Client sends requests over one pool of connections. It is safe for concurrent
// use; the zero value has the zero [Config].
type Client struct {
	Dial func(ctx context.Context, network, address string) (net.Conn, error) // default: TCP

	mu   sync.Mutex
	base Config // guarded by mu; the one that the program set
	way  atomic.Pointer[way]

	pool   pool
	counts counts
}

// current returns the way in effect.
func (c *Client) current() *way {
	if w := c.way.Load(); w != nil {
		return w
	}
	c.way.CompareAndSwap(nil, c.newWay(Config{}, nil))
	return c.way.Load()
}

// counts are what happened since the process started or the last reset.
type counts struct {
	requests, failures, retries, dialled, reused, resumed atomic.Int64

	mu     sync.Mutex
	latest uint32     // guarded by mu; a bit each of the latest requests, the last one lowest: 1 for one that failed
	known  int        // guarded by mu; how many of its bits are about a request
	cause  core.Cause // guarded by mu; of the latest failure
}

const latest = 32

// note counts a request that ended.
func (c *counts) note(err error) {
	c.requests.Add(1)
	failed := uint32(0)
	if err != nil {
		c.failures.Add(1)
		failed = 1
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.latest = c.latest<<1 | failed
	c.known = min(c.known+1, latest)
	if err != nil {
		c.cause = core.CauseOf(err)
	}
}

// recent returns how many of the latest requests failed, whether the last one did,
// and why the last that did.
func (c *counts) recent() (failed, of int, last bool, cause core.Cause) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bits.OnesCount32(c.latest), c.known, c.latest&1 == 1, c.cause
}

func (c *counts) clear() {
	for _, n := range []*atomic.Int64{&c.requests, &c.failures, &c.retries, &c.dialled, &c.reused, &c.resumed} {
		n.Store(0)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.latest, c.known, c.cause = 0, 0, ""
}
