package initialization

import (
	"context"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Cleaned is what a clean-up released.
type Cleaned struct {
	Parts    []Cleaning     `json:"parts"`
	Total    core.Reclaimed `json:"total"`
	Duration core.Seconds   `json:"duration_seconds" unit:"s"`
}

// A Cleaning is what one gateway released.
type Cleaning struct {
	Part string `json:"part" doc:"the gateway's name"`
	core.Reclaimed
}

func (s *Starter) cleanup(ctx context.Context, _ core.None) (Cleaned, error) {
	begin, c := time.Now(), Cleaned{Parts: []Cleaning{}}
	released := s.opts.Reclaim(ctx)
	for g := range core.Gateway(core.NumGateways) {
		if r, ok := released[g]; ok {
			c.Parts = append(c.Parts, Cleaning{g.String(), r})
			c.Total = c.Total.Plus(r)
		}
	}
	c.Duration = core.Seconds(time.Since(begin))
	return c, nil
}

// Cleanup releases nothing: settings and stages are needed as long as the process.
func (s *Starter) Cleanup(context.Context) core.Reclaimed { return core.Reclaimed{} }
