package lambda

import (
	"context"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// WarmUp makes ready what the next directive needs.
var WarmUp = core.Define[core.None, WarmedUp](core.Lambda, "warm_up",
	"Make the settings and the connection to Home Assistant ready for the next directive, and return how long that took and whether the home answered.")

// WarmedUp is what came of a warm-up.
type WarmedUp struct {
	Cold    bool    `json:"cold" doc:"whether the process had answered nothing before"`
	Reached bool    `json:"reached" doc:"whether Home Assistant answered"`
	Took    float64 `json:"took" unit:"ms"`
}

func (g *gateway) warmUp(ctx context.Context, _ core.None) (WarmedUp, error) {
	if g.opts.WarmUp == nil {
		return WarmedUp{}, unwired("warm-up")
	}
	w := WarmedUp{Cold: g.opts.Book.Empty()}
	began := time.Now()
	var err error
	w.Reached, err = g.opts.WarmUp(ctx)
	w.Took = float64(time.Since(began).Microseconds()) / 1000
	return w, err
}
