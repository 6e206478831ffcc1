package httpclient

import (
	"context"
	"fmt"

	"github.com/hearthgate/hearthgate/function/core"
)

// Health says how the way out is doing, by its latest requests and its
// configuration.
func (c *Client) Health() core.Health {
	s, _ := c.status(context.Background(), core.None{})
	failed, of, last, cause := c.counts.recent()
	w := c.current()
	h := core.Healthy(map[string]any{
		"requests": s.Requests, "failures": s.Failures, "retries": s.Retries,
		"connections_open": s.Open, "latest_requests": of, "latest_failures": failed,
	})
	if failed > 0 {
		h.Deduct(max(1, 60*failed/of), fmt.Sprintf("%d of the latest %d requests failed, the last of them with %s", failed, of, cause))
	}
	if last {
		h.Deduct(20, "the latest request failed: "+string(cause))
	}
	if w.config.Insecure && len(w.config.Pins) == 0 {
		h.Deduct(10, "any certificate is believed to be the home's")
	}
	return h
}

// A HealthInput is the input of [CheckHealth].
type HealthInput struct {
	URL string `json:"url,omitempty" doc:"an address to send a GET to; default: none is sent"`
}

// Check refuses an address that is none.
func (in HealthInput) Check() error {
	if in.URL == "" {
		return nil
	}
	return checkURL("url", in.URL)
}

// A Checkup is what [CheckHealth] returns.
type Checkup struct {
	core.Health
	Visit *Visit     `json:"visit,omitempty" doc:"what came of the request; absent without one"`
	Cause core.Cause `json:"cause,omitempty" doc:"why there was no answer, in one word"`
	Error string     `json:"error,omitempty" doc:"the same in a sentence"`
}

func (c *Client) checkHealth(ctx context.Context, in HealthInput) (Checkup, error) {
	var up Checkup
	if in.URL != "" {
		v, err := c.visit(ctx, in.URL)
		if up.Visit = &v; err != nil {
			up.Visit, up.Cause, up.Error = nil, core.CauseOf(err), err.Error()
		}
	}
	up.Health = c.Health()
	return up, nil
}
