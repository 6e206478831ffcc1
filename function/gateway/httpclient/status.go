package httpclient

import (
	"cmp"
	"context"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Status is what the pool of connections holds and did.
type Status struct {
	Requests  int64      `json:"requests"`
	Failures  int64      `json:"failures" doc:"requests that got no whole answer"`
	Retries   int64      `json:"retries" doc:"requests that were sent a second time"`
	Dialled   int64      `json:"dialled" doc:"new connections"`
	Reused    int64      `json:"reused" doc:"requests on a connection that was there"`
	Resumed   int64      `json:"resumed" doc:"TLS handshakes that took up an older session"`
	Open      int64      `json:"open" doc:"connections, now"`
	Idle      int64      `json:"idle" doc:"of them, those that wait for a request"`
	LastCause core.Cause `json:"last_cause,omitempty" doc:"why the last request that failed did, in one word"`
}

func (c *Client) status(context.Context, core.None) (Status, error) {
	n := &c.counts
	s := Status{
		Requests: n.requests.Load(), Failures: n.failures.Load(), Retries: n.retries.Load(),
		Dialled: n.dialled.Load(), Reused: n.reused.Load(), Resumed: n.resumed.Load(),
	}
	s.Open, s.Idle = c.pool.count()
	_, _, _, s.LastCause = n.recent()
	return s, nil
}

// reset goes back to what the program set. Requests that are on their way end as
// they would have.
func (c *Client) reset(ctx context.Context, _ core.None) (Status, error) {
	until, err := c.status(ctx, core.None{})
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.current()
	c.way.Store(c.newWay(c.base, nil))
	old.close(nil)
	c.counts.clear()
	return until, err
}

// Cleanup closes the connections that will soon have waited too long for a request:
// for 4/5 of the time they may.
func (c *Client) Cleanup(context.Context) core.Reclaimed {
	const buffers = 8 << 10 // of a connection, for reading and writing
	n := c.pool.expire(cmp.Or(c.current().config.Idle.Duration(), idleTimeout) * 4 / 5)
	return core.Reclaimed{Items: n, Bytes: int64(n) * buffers}
}
