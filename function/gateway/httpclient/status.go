package httpclient

import (
	"cmp"
	"context"
	"fmt"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Status is what the pool of connections holds and what it did.
type Status struct {
	Requests  int64      `json:"requests"`
	Failures  int64      `json:"failures" doc:"requests without a whole response"`
	Retries   int64      `json:"retries" doc:"requests that were sent a second time"`
	Dialled   int64      `json:"dialled" doc:"connections made"`
	Reused    int64      `json:"reused" doc:"requests on a reused connection"`
	Resumed   int64      `json:"resumed" doc:"TLS handshakes that resumed a session"`
	Open      int64      `json:"open" doc:"connections that are open now"`
	Idle      int64      `json:"idle" doc:"of them, those without a request"`
	LastCause core.Cause `json:"last_cause,omitempty" doc:"of the latest failure"`
}

func (c *Client) status() Status {
	n := &c.counts
	s := Status{
		Requests: n.requests.Load(), Failures: n.failures.Load(), Retries: n.retries.Load(),
		Dialled: n.dialled.Load(), Reused: n.reused.Load(), Resumed: n.resumed.Load(),
	}
	s.Open, s.Idle = c.conns.count()
	_, _, _, s.LastCause = n.recent()
	return s
}

// Health deducts points for the failures among the latest 32 requests, and for a home
// whose certificate is not checked.
func (c *Client) Health() core.Health {
	s, config := c.status(), c.current().config
	failed, of, last, cause := c.counts.recent()
	h := core.Healthy(map[string]any{
		"requests": s.Requests, "failures": s.Failures, "retries": s.Retries,
		"connections_open": s.Open, "latest_requests": of, "latest_failures": failed,
	})
	if failed > 0 {
		h.Deduct(max(1, 60*failed/of), fmt.Sprintf("%d of the last %d requests failed, most recently with %s", failed, of, cause))
	}
	if last {
		h.Deduct(20, "the last request failed: "+string(cause))
	}
	if config.Insecure && len(config.Pins) == 0 {
		h.Deduct(10, "any certificate is accepted as the home's")
	}
	return h
}

// Cleanup closes the connections that have been idle for 4/5 of the time they may be.
func (c *Client) Cleanup(context.Context) core.Reclaimed {
	const buffers = 8 << 10 // of a connection, for reading and writing
	n := c.conns.closeIdle(cmp.Or(c.current().config.Idle.Duration(), idleTimeout) * 4 / 5)
	return core.Reclaimed{Items: n, Bytes: int64(n) * buffers}
}
