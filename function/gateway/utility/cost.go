package utility

import (
	"context"
	"errors"
)

// A CostInput is the input of [Cost].
type CostInput struct {
	Share *float64 `json:"share,omitempty" doc:"ask what would be if that much of an allowance were used; default: what is used" unit:"0 to 1"`
}

// Check refuses a share that is negative.
func (in CostInput) Check() error {
	if in.Share != nil && *in.Share < 0 {
		return errors.New("field share is negative; 0.9 is wanted for nine tenths")
	}
	return nil
}

// A CostView is what [Cost] returns.
type CostView struct {
	Level  Level      `json:"level" doc:"normal, warning (from 75 %), protection (from 90 %) or emergency (from 95 %)"`
	Share  float64    `json:"share" doc:"which part of the most used allowance the month will take" unit:"0 to 1"`
	Most   string     `json:"most,omitempty" doc:"which allowance that is; absent while no usage is known"`
	Known  bool       `json:"known" doc:"whether there are figures of the usage"`
	Usage  []Usage    `json:"usage" doc:"each allowance of the month"`
	Works  []WorkView `json:"works" doc:"what is left out when it would cost money; directives never are"`
	Always string     `json:"always" doc:"what runs at every level"`
}

// A WorkView is what is told of one optional work.
type WorkView struct {
	Name    string  `json:"name" doc:"debug_lines, probes or refresh_ahead"`
	About   string  `json:"about" doc:"what it is, and what happens without it"`
	Runs    bool    `json:"runs" doc:"whether it runs at this level"`
	Stops   Level   `json:"stops" doc:"the level from which on it is left out"`
	StopsAt float64 `json:"stops_at" doc:"the share at which that level begins" unit:"0 to 1"`
	Skipped int64   `json:"skipped" doc:"how often it was left out since the process started"`
}

func (g *Guard) cost(_ context.Context, in CostInput) (CostView, error) {
	s := g.look()
	v := CostView{
		Level: s.level, Share: s.most.Share(), Most: s.most.Name, Known: len(s.usages) > 0,
		Usage: append([]Usage{}, s.usages...), Always: "directives, discovery and custom skill requests",
	}
	if in.Share != nil {
		v.Level, v.Share, v.Most = levelOf(*in.Share), *in.Share, ""
	}
	for w, work := range works {
		v.Works = append(v.Works, WorkView{
			Name: work.name, About: work.about, Runs: v.Level < work.stops,
			Stops: work.stops, StopsAt: levels[work.stops].from, Skipped: g.skipped[w].Load(),
		})
	}
	return v, nil
}
