package lambda

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/core"
)

// A ScheduledInput is the input of [HandleScheduled].
type ScheduledInput struct {
	Task string `json:"task,omitempty" doc:"doctor (go the way to the home) or keep_warm (keep settings and connection ready; the default)"`
}

// Check rejects an unknown task.
func (in ScheduledInput) Check() error {
	if in.Task != "" && in.Task != config.TaskDoctor && in.Task != config.TaskKeepWarm {
		return fmt.Errorf("field task is %.40q; expected %s or %s", in.Task, config.TaskDoctor, config.TaskKeepWarm)
	}
	return nil
}

// Scheduled is the result of a task.
type Scheduled struct {
	Task      string          `json:"task"`
	Skipped   string          `json:"skipped,omitempty" doc:"why nothing was done"`
	Diagnosis *wire.Diagnosis `json:"diagnosis,omitempty" doc:"what the doctor found"`
	WarmUp    *WarmedUp       `json:"warm_up,omitempty"`
}

func (g *Gateway) handleScheduled(ctx context.Context, in ScheduledInput) (Scheduled, error) {
	if in.Task == "" {
		in.Task = config.TaskKeepWarm
	}
	done := Scheduled{Task: in.Task}
	if !g.opts.Probes() {
		done.Skipped = "the month's free allowance is nearly used up, so work that no one waits for is skipped"
		return done, nil
	}
	if in.Task == config.TaskKeepWarm {
		w, err := g.warmUp(ctx, core.None{})
		done.WarmUp = &w
		return done, err
	}
	err := g.diagnoseAll(ctx, &done)
	return done, err
}

// diagnoseAll goes the way to each home. done has the first diagnosis that found something,
// or else that of the first home; the error says what all of them found.
func (g *Gateway) diagnoseAll(ctx context.Context, done *Scheduled) error {
	if g.opts.Home == nil {
		return unwired("diagnosis")
	}
	names := g.opts.Home.Names()
	if len(names) == 0 {
		done.Skipped = "the owner has paused the home"
	}
	var found []error
	for _, name := range names {
		d, err := g.diagnose(ctx, DiagnoseInput{name})
		if err == nil {
			err = failureOf(d)
		}
		if err != nil && name != "" {
			err = core.Errorf(core.KindOf(err), core.CauseOf(err), "home %s: %w", name, err)
		}
		if done.Diagnosis == nil || err != nil && len(found) == 0 {
			done.Diagnosis = &d
		}
		if err != nil {
			found = append(found, err)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return errors.Join(found...)
}

// failureOf returns as an error the step of d that failed, or the first one that will
// unless someone acts: one that has a cause though it succeeded.
func failureOf(d wire.Diagnosis) error {
	for _, s := range d.Steps {
		if s.OK && s.Cause != "" && d.OK {
			return core.Errorf(core.Unreachable, core.Cause(s.Cause), "the home can be reached, but not for long: %s", strings.Join(s.Advice, "; "))
		}
	}
	if d.OK || len(d.Steps) == 0 {
		return nil
	}
	last := d.Steps[len(d.Steps)-1]
	return core.Errorf(core.Unreachable, core.Cause(last.Cause), "the check %s failed on the way to the home: %s; %s", last.Name, last.Problem, last.Fix)
}
