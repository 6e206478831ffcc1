package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// HandleScheduled does what a schedule asks for.
var HandleScheduled = core.Define[ScheduledInput, Scheduled](core.Lambda, "handle_scheduled",
	"Do what a schedule asks for, unless the cost guard forbids it, and return what came of it; what the doctor finds wrong is an error.").
	Failing(core.Unreachable)

// A ScheduledInput is the input of [HandleScheduled].
type ScheduledInput struct {
	Task string `json:"task,omitempty" doc:"doctor (go the way to the home) or keep_warm (keep settings and connection ready; the default)"`
}

// Check refuses a task that there is not.
func (in ScheduledInput) Check() error {
	if in.Task != "" && in.Task != config.TaskDoctor && in.Task != config.TaskKeepWarm {
		return fmt.Errorf("field task is %.40q; %s or %s is wanted", in.Task, config.TaskDoctor, config.TaskKeepWarm)
	}
	return nil
}

// Scheduled is what came of a task.
type Scheduled struct {
	Task      string     `json:"task"`
	Skipped   string     `json:"skipped,omitempty" doc:"why nothing was done"`
	Diagnosis *Diagnosis `json:"diagnosis,omitempty" doc:"what the doctor found"`
	WarmUp    *WarmedUp  `json:"warm_up,omitempty"`
}

// scheduled reads what EventBridge sends: the task is in the event's detail.
func scheduled(event []byte) (ScheduledInput, error) {
	var e struct {
		Detail ScheduledInput `json:"detail"`
	}
	if err := json.Unmarshal(event, &e); err != nil {
		return ScheduledInput{}, fmt.Errorf("the scheduled event is not as EventBridge defines it: %w", err)
	}
	if e.Detail.Task == "" {
		e.Detail.Task = config.TaskKeepWarm
	}
	return e.Detail, e.Detail.Check()
}

func (g *gateway) handleScheduled(ctx context.Context, in ScheduledInput) (Scheduled, error) {
	if in.Task == "" {
		in.Task = config.TaskKeepWarm
	}
	done := Scheduled{Task: in.Task}
	if !g.opts.Probes() {
		done.Skipped = "the month's free allowance is nearly used up, and what nobody waits for is left out"
		return done, nil
	}
	if in.Task == config.TaskKeepWarm {
		w, err := g.warmUp(ctx, core.None{})
		done.WarmUp = &w
		return done, err
	}
	d, err := g.diagnose(ctx, core.None{})
	if err != nil {
		return done, err
	}
	done.Diagnosis = &d
	return done, d.failure()
}

// failure returns as an error the step that failed, or the first one that will if
// nobody looks after it: one that has a cause though it succeeded.
func (d Diagnosis) failure() error {
	for _, s := range d.Steps {
		if s.OK && s.Cause != "" && d.OK {
			return core.Errorf(core.Unreachable, core.Cause(s.Cause), "the way to the home is free, but not for long: %s", strings.Join(s.Advice, "; "))
		}
	}
	if d.OK || len(d.Steps) == 0 {
		return nil
	}
	last := d.Steps[len(d.Steps)-1]
	return core.Errorf(core.Unreachable, core.Cause(last.Cause), "the way to the home ends at step %s: %s; %s", last.Name, last.Problem, last.Mend)
}
