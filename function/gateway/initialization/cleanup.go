package initialization

import (
	"context"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Part is something that can let go of what it does not need.
type Part struct {
	Name    string
	Cleanup func() core.Freed
}

// A CleanupInput is the input of [Cleanup].
type CleanupInput struct{}

// Cleaned is what a clean-up freed.
type Cleaned struct {
	Parts    []Cleaning   `json:"parts"`
	Total    core.Freed   `json:"total"`
	Duration core.Seconds `json:"duration_seconds" unit:"s"`
}

// A Cleaning is what one part freed.
type Cleaning struct {
	Part string `json:"part"`
	core.Freed
}

func (s *Starter) cleanup(context.Context, CleanupInput) (Cleaned, error) {
	begin, c := time.Now(), Cleaned{Parts: []Cleaning{}}
	for _, part := range s.opts.Parts {
		freed := part.Cleanup()
		c.Parts = append(c.Parts, Cleaning{part.Name, freed})
		c.Total = c.Total.Plus(freed)
	}
	c.Duration = core.Seconds(time.Since(begin))
	return c, nil
}
