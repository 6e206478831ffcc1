package httpclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations that a person runs by name.
var (
	SendBatch = core.Define[BatchInput, Batch](core.HTTPClient, "batch",
		"Send several HTTP requests, a limited number at a time, and return the response or the error of each, in their order.")
	CheckHealth = core.Define[HealthInput, HealthCheck](core.HTTPClient, "health_check",
		"Return the health of the gateway and, with an address, the result of a request to it.").Reading()
	GetStatus = core.Define[core.None, Status](core.HTTPClient, "status",
		"Return what the pool of connections holds, and what it did since the process started or the last reset.").Reading()
	Configure = core.Define[Config, Configuration](core.HTTPClient, "configure",
		"Change how this process sends requests by name and return their configuration in effect; fields that are left out stay as they are. Requests to the home are sent as before.")
	GetConfiguration = core.Define[core.None, Configuration](core.HTTPClient, "configuration",
		"Return the configuration in effect of requests by name, and of the others, with [secret] for each secret.").Reading()
	ValidateConfig = core.Define[ValidateInput, Validation](core.HTTPClient, "validate_config",
		"Check a change of the configuration without making it: return its problems, its warnings, and the configuration that would result.").Reading()
	SetTimeout = core.Define[Timeouts, Timeouts](core.HTTPClient, "set_timeout",
		"Change the timeouts of requests sent by name from now on, and return those in effect.")
	Reset = core.Define[core.None, Status](core.HTTPClient, "reset",
		"Close the idle connections of requests by name, remove their configuration and reset the counts; return the counts until now.")
)

func (c *Client) bindOperator(d *core.Dispatcher) {
	program, person := sender{c, false}, sender{c, true}
	core.Handle(d, SendBatch, program.batch)
	core.HandleByName(d, SendBatch, person.batch)
	core.Handle(d, CheckHealth, program.checkHealth)
	core.HandleByName(d, CheckHealth, person.checkHealth)
	core.Handle(d, GetStatus, func(context.Context, core.None) (Status, error) { return c.status(), nil })
	core.Handle(d, Configure, program.change)
	core.HandleByName(d, Configure, person.change)
	core.Handle(d, GetConfiguration, program.configuration)
	core.HandleByName(d, GetConfiguration, person.configuration)
	core.Handle(d, ValidateConfig, program.validate)
	core.HandleByName(d, ValidateConfig, person.validate)
	core.Handle(d, SetTimeout, program.setTimeout)
	core.HandleByName(d, SetTimeout, person.setTimeout)
	core.Handle(d, Reset, program.reset)
	core.HandleByName(d, Reset, person.reset)
}

const (
	maxBatch        = 32
	maxParallel     = 8
	defaultParallel = 4
)

// A BatchInput is the input of [SendBatch].
type BatchInput struct {
	Requests []Request `json:"requests" required:"true" doc:"1 to 32, each as make_request takes it"`
	Parallel int       `json:"parallel,omitempty" doc:"how many are sent at a time, 1 to 8; default: 4"`
}

// Check returns an error if there are too many requests, or for the first that is
// wrong.
func (in BatchInput) Check() error {
	switch {
	case len(in.Requests) == 0:
		return errors.New("field requests is missing")
	case len(in.Requests) > maxBatch:
		return fmt.Errorf("field requests has %d of them: the maximum is %d", len(in.Requests), maxBatch)
	case in.Parallel < 0 || in.Parallel > maxParallel:
		return fmt.Errorf("field parallel is %d: expected 1 to %d", in.Parallel, maxParallel)
	}
	for i, r := range in.Requests {
		if err := r.Check(); err != nil {
			return fmt.Errorf("field requests[%d]: %w", i, err)
		}
	}
	return nil
}

// A Batch is the result of [SendBatch].
type Batch struct {
	Answered int       `json:"answered" doc:"how many got a response, whatever its status"`
	Outcomes []Outcome `json:"outcomes" doc:"one for each request, in their order"`
}

// An Outcome is the response to one request, or its error.
type Outcome struct {
	Response *Response  `json:"response,omitempty" doc:"absent if the request failed"`
	Cause    core.Cause `json:"cause,omitempty" doc:"of the failure, in one word"`
	Error    string     `json:"error,omitempty" doc:"of the failure, in a sentence"`
}

// batch sends the requests. Their responses together may be as long as one.
func (s sender) batch(ctx context.Context, in BatchInput) (Batch, error) {
	b := Batch{Outcomes: make([]Outcome, len(in.Requests))}
	share := cmp.Or(s.current().config.AnswerLimit, MaxBody) / int64(len(in.Requests))
	slots := make(chan struct{}, cmp.Or(in.Parallel, defaultParallel))
	var all sync.WaitGroup
	for i, r := range in.Requests {
		if r.Limit == 0 || r.Limit > share {
			r.Limit = share
		}
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			res, err := s.makeRequest(ctx, r)
			if err != nil {
				b.Outcomes[i] = Outcome{Cause: core.CauseOf(err), Error: err.Error()}
				return
			}
			b.Outcomes[i].Response = &res
		})
	}
	all.Wait()
	for _, o := range b.Outcomes {
		if o.Response != nil {
			b.Answered++
		}
	}
	return b, nil
}

// A HealthInput is the input of [CheckHealth].
type HealthInput struct {
	URL string `json:"url,omitempty" doc:"an address to send a GET to; default: no request is sent"`
}

// Check returns an error if the URL is not an address.
func (in HealthInput) Check() error {
	if in.URL == "" {
		return nil
	}
	return checkURL("url", in.URL)
}

// A HealthCheck is the result of [CheckHealth].
type HealthCheck struct {
	core.Health
	Timing *Timing    `json:"visit,omitempty" doc:"of the request; absent without one, or if it failed"`
	Cause  core.Cause `json:"cause,omitempty" doc:"of the request's failure, in one word"`
	Error  string     `json:"error,omitempty" doc:"of the request's failure, in a sentence"`
}

func (s sender) checkHealth(ctx context.Context, in HealthInput) (HealthCheck, error) {
	var check HealthCheck
	if in.URL != "" {
		if t, err := s.probe(ctx, in.URL); err != nil {
			check.Cause, check.Error = core.CauseOf(err), err.Error()
		} else {
			check.Timing = &t
		}
	}
	check.Health = s.Health()
	return check, nil
}

// reset restores the program's configuration, or none for requests by name. Requests
// that were sent go on.
func (s sender) reset(context.Context, core.None) (Status, error) {
	until := s.status()
	s.mu.Lock()
	defer s.mu.Unlock()
	initial := s.initial
	if s.byName {
		initial = Config{}
	}
	old := s.current()
	next := s.newClientConfig(initial, nil)
	s.slot().Store(next)
	old.closeIdle(next)
	s.counts.reset()
	return until, nil
}
