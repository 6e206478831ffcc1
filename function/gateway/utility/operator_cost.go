package utility

import (
	"context"
	"errors"
)

// A CostInput is the input of [Cost].
type CostInput struct {
	Share *float64 `json:"share,omitempty" doc:"the used share of an allowance to assume; default: the actual one" unit:"0 to 1"`
}

// Check rejects a negative share.
func (in CostInput) Check() error {
	if in.Share != nil && *in.Share < 0 {
		return errors.New("field share is negative; expected 0.9 for nine tenths, for example")
	}
	return nil
}

// A CostResult is the output of [Cost].
type CostResult struct {
	Level   Level        `json:"level" doc:"normal, warning (from 75 %), protection (from 90 %) or emergency (from 95 %)"`
	Share   float64      `json:"share" doc:"of the most used allowance, projected for the month" unit:"0 to 1"`
	Highest string       `json:"most,omitempty" doc:"name of the most used allowance; absent while no usage is known"`
	Known   bool         `json:"known" doc:"whether any usage is known"`
	Usage   []Usage      `json:"usage" doc:"each allowance of the month"`
	Tasks   []TaskStatus `json:"works" doc:"the optional tasks, which are skipped when they would cost money"`
	Always  string       `json:"always" doc:"what runs at every level"`
}

// A TaskStatus describes one optional task.
type TaskStatus struct {
	Name    string  `json:"name" doc:"debug_lines, probes or refresh_ahead"`
	About   string  `json:"about" doc:"what it does, and the effect of skipping it"`
	Runs    bool    `json:"runs" doc:"whether it runs at this level"`
	Stops   Level   `json:"stops" doc:"the level from which it is skipped"`
	StopsAt float64 `json:"stops_at" doc:"the share at which that level starts" unit:"0 to 1"`
	Skipped int64   `json:"skipped" doc:"times it was skipped since the process started"`
}

func (g *CostGuard) cost(_ context.Context, in CostInput) (CostResult, error) {
	s := g.snapshot()
	r := CostResult{
		Level: s.level, Share: s.highest.Share(), Highest: s.highest.Name, Known: len(s.usages) > 0,
		Usage: append([]Usage{}, s.usages...), Always: "directives, discovery and custom skill requests",
	}
	if in.Share != nil {
		r.Level, r.Share, r.Highest = levelOf(*in.Share), *in.Share, ""
	}
	for t, task := range tasks {
		r.Tasks = append(r.Tasks, TaskStatus{
			Name: task.name, About: task.about, Runs: r.Level < task.stops,
			Stops: task.stops, StopsAt: levels[task.stops].from, Skipped: g.skipped[t].Load(),
		})
	}
	return r, nil
}
