package httpclient

import (
	"math/bits"
	"sync"
	"sync/atomic"

	"github.com/hearthgate/hearthgate/function/core"
)

// counts are what happened since the process started or the last reset.
type counts struct {
	requests, failures, retries, dialled, reused, resumed atomic.Int64

	mu     sync.Mutex
	latest uint32     // guarded by mu; a bit for each of the latest requests, the last one lowest; 1 for a failure
	known  int        // guarded by mu; how many bits of latest stand for a request
	cause  core.Cause // guarded by mu; of the latest failure
}

// record counts a request that ended.
func (c *counts) record(err error) {
	c.requests.Add(1)
	failed := uint32(0)
	if err != nil {
		c.failures.Add(1)
		failed = 1
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.latest = c.latest<<1 | failed
	c.known = min(c.known+1, 32)
	if err != nil {
		c.cause = core.CauseOf(err)
	}
}

// recent returns how many of the latest requests failed, whether the last one did, and
// the cause of the latest failure.
func (c *counts) recent() (failed, of int, last bool, cause core.Cause) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bits.OnesCount32(c.latest), c.known, c.latest&1 == 1, c.cause
}

func (c *counts) reset() {
	for _, n := range []*atomic.Int64{&c.requests, &c.failures, &c.retries, &c.dialled, &c.reused, &c.resumed} {
		n.Store(0)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.latest, c.known, c.cause = 0, 0, ""
}
