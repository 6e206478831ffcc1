package initialization

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/function/core"
)

// The two stages that every start has. The application adds its own with [AddStage].
const (
	SettingsStage   = "settings"   // reads the environment
	ParametersStage = "parameters" // reads the parameter store; after it the settings are complete
)

// A Dependency is a stage of the start and the stages that it depends on: the input of
// [AddStage].
type Dependency struct {
	Stage string                                   `json:"stage" doc:"its name" required:"true"`
	After []string                                 `json:"after,omitempty" doc:"stages that must have succeeded before; default: none"`
	Run   func(context.Context, *Settings) error   `json:"run" doc:"what it does, given the settings known so far" required:"true"`
	Early func(*Settings) bool                     `json:"early,omitempty" doc:"whether the environment's settings suffice, so that it need not wait for After; default: they do not"`
	Again func(before, now *Settings) (again bool) `json:"again,omitempty" doc:"whether it must run again after the settings have changed; default: it need not"`
}

// Check returns an error for a stage without a name or function.
func (d Dependency) Check() error {
	switch {
	case d.Stage == "":
		return errors.New("field stage is missing")
	case d.Run == nil:
		return errors.New("field run is missing")
	}
	return nil
}

// A Stage is the result of one stage of the start.
type Stage struct {
	Name     string       `json:"name"`
	Done     bool         `json:"done" doc:"it succeeded, and is skipped from now on"`
	Duration core.Seconds `json:"duration_seconds" doc:"of its last run, without waiting for other stages" unit:"s"`
	Problem  string       `json:"problem,omitempty" doc:"why it failed; absent before its first run"`
}

// An Order is the order of the stages.
type Order struct {
	Stages []string `json:"stages" doc:"in the order in which they run; those that do not depend on each other run at the same time"`
	Stuck  []string `json:"stuck,omitempty" doc:"those that never run, each with the reason"`
}

type stage struct {
	Dependency
	read   func(context.Context, *attempt) error // in place of Run, for the two that every start has
	result Stage                                 // guarded by Loader.mu
}

func (l *Loader) addStage(_ context.Context, d Dependency) (Order, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.find(d.Stage) != nil {
		return Order{}, core.Errorf(core.Invalid, core.CauseStage, "there is a stage %q already", d.Stage)
	}
	l.stages = append(l.stages, &stage{Dependency: d, result: Stage{Name: d.Stage}})
	return l.sorted(), nil
}

// find returns the stage of that name, or nil. The caller holds mu.
func (l *Loader) find(name string) *stage {
	if i := slices.IndexFunc(l.stages, func(g *stage) bool { return g.Stage == name }); i >= 0 {
		return l.stages[i]
	}
	return nil
}

// sorted returns the order of the stages. The caller holds mu.
func (l *Loader) sorted() (o Order) {
	left := slices.Clone(l.stages)
	for {
		i := slices.IndexFunc(left, func(g *stage) bool {
			return !slices.ContainsFunc(g.After, func(name string) bool { return !slices.Contains(o.Stages, name) })
		})
		if i < 0 {
			break
		}
		o.Stages = append(o.Stages, left[i].Stage)
		left = slices.Delete(left, i, i+1)
	}
	for _, g := range left {
		o.Stuck = append(o.Stuck, g.Stage+": "+l.stuck(g, o.Stages))
	}
	return o
}

// stuck returns why g never runs, given the stages that run. The caller holds mu.
func (l *Loader) stuck(g *stage, run []string) string {
	for path := []string{g.Stage}; ; {
		i := slices.IndexFunc(g.After, func(name string) bool { return !slices.Contains(run, name) })
		name := g.After[i]
		if at := slices.Index(path, name); at >= 0 {
			return "it waits for the cycle " + strings.Join(append(path[at:], name), " > ")
		}
		after := l.find(name)
		if after == nil {
			return fmt.Sprintf("%s depends on a stage %q, which does not exist", g.Stage, name)
		}
		path, g = append(path, name), after
	}
}

// done reports whether the stage of that name has succeeded.
func (l *Loader) done(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	g := l.find(name)
	return g != nil && g.result.Done
}

// resetStages makes the stages that match run once more, and returns their results so
// far.
func (l *Loader) resetStages(match func(*stage) bool) map[*stage]Stage {
	l.mu.Lock()
	defer l.mu.Unlock()
	results := map[*stage]Stage{}
	for _, g := range l.stages {
		if match(g) {
			results[g] = g.result
			g.result.Done = false
		}
	}
	return results
}

// restoreStages undoes resetStages.
func (l *Loader) restoreStages(results map[*stage]Stage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for g, result := range results {
		g.result = result
	}
}
