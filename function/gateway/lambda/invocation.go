package lambda

import (
	"context"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// GetContext says which invocation this is.
var GetContext = core.Define[core.None, Invocation](core.Lambda, "context",
	"Return which invocation this is, of which function and version, how much memory it has and how much time is left.")

// An Invocation is what is known of an invocation and its function. Outside Lambda
// much of it is empty.
type Invocation struct {
	RequestID     string        `json:"request_id" doc:"what Lambda calls the invocation"`
	CorrelationID string        `json:"correlation_id" doc:"what the log calls it"`
	Function      string        `json:"function"`
	Version       string        `json:"version"`
	Region        string        `json:"region"`
	MemoryLimit   int64         `json:"memory_limit" unit:"MB"`
	MemoryUsed    int64         `json:"memory_used" doc:"resident set of the process" unit:"MB"`
	TimeLeft      *core.Seconds `json:"time_left_seconds" doc:"until the reply must be on its way; null when nobody waits" unit:"s"`
}

func (g *gateway) context(ctx context.Context, _ core.None) (Invocation, error) {
	where := g.opts.Where(ctx)
	where.CorrelationID = core.CorrelationID(ctx)
	if end, ok := ctx.Deadline(); ok {
		left := core.Seconds(max(0, time.Until(end)))
		where.TimeLeft = &left
	}
	return where, nil
}
