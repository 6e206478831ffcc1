package metrics

import (
	"context"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Start is what the start of the process took.
type Start struct {
	Took   core.Seconds `json:"took_seconds" doc:"from the start of the process until it was ready for events"`
	Stages []Stage      `json:"stages" doc:"in the order in which they ended; some run side by side"`
}

// A Stage is one part of a start.
type Stage struct {
	Name    string       `json:"name"`
	Took    core.Seconds `json:"took_seconds"`
	Problem string       `json:"problem,omitempty" doc:"what went wrong with it"`
}

// A ColdStart is the start of a process and what came of it.
type ColdStart struct {
	Cold        bool         `json:"cold" doc:"whether the process has answered nothing yet: who asks waited for its start"`
	Began       time.Time    `json:"began" doc:"when the process started"`
	Age         core.Seconds `json:"age_seconds" doc:"how long ago that was"`
	Invocations int64        `json:"invocations" doc:"answered since, each of them warm but the first"`
	Start
}

func (r *Registry) coldStart(context.Context, core.None) (ColdStart, error) {
	_, began := r.sinceBegan()
	n := r.invocations.Load()
	c := ColdStart{Cold: n == 0, Began: began, Age: core.Seconds(time.Since(began)), Invocations: n}
	if r.opts.Start != nil {
		c.Start = r.opts.Start()
	}
	if c.Stages == nil {
		c.Stages = []Stage{}
	}
	return c, nil
}
