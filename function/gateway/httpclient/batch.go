package httpclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/hearthgate/hearthgate/function/core"
)

// Limits of a batch.
const (
	maxBatch       = 32
	maxParallel    = 8
	parallelChosen = 4
)

// A BatchInput is the input of [SendBatch].
type BatchInput struct {
	Requests []Request `json:"requests" required:"true" doc:"1 to 32, each as make_request takes it"`
	Parallel int       `json:"parallel,omitempty" doc:"how many are on their way at once, 1 to 8; default: 4"`
}

// Check refuses too many, and says which request is wrong.
func (in BatchInput) Check() error {
	switch {
	case len(in.Requests) == 0:
		return errors.New("field requests is missing")
	case len(in.Requests) > maxBatch:
		return fmt.Errorf("field requests has %d of them: at most %d are sent", len(in.Requests), maxBatch)
	case in.Parallel < 0 || in.Parallel > maxParallel:
		return fmt.Errorf("field parallel is %d: 1 to %d are possible", in.Parallel, maxParallel)
	}
	for i, r := range in.Requests {
		if err := r.Check(); err != nil {
			return fmt.Errorf("field requests[%d]: %w", i, err)
		}
	}
	return nil
}

// A Batch is what came of several requests.
type Batch struct {
	Answered int       `json:"answered" doc:"how many got an answer, whatever its status"`
	Outcomes []Outcome `json:"outcomes" doc:"one for each request, in their order"`
}

// An Outcome is what came of one request: an answer or an error.
type Outcome struct {
	Response *Response  `json:"response,omitempty" doc:"absent when there was none"`
	Cause    core.Cause `json:"cause,omitempty" doc:"why there was none, in one word"`
	Error    string     `json:"error,omitempty" doc:"the same in a sentence"`
}

// batch sends the requests. Together their answers are as long as one may be.
func (c *Client) batch(ctx context.Context, in BatchInput) (Batch, error) {
	b := Batch{Outcomes: make([]Outcome, len(in.Requests))}
	share := cmp.Or(c.current().config.AnswerLimit, MaxBody) / int64(len(in.Requests))
	turn := make(chan struct{}, cmp.Or(in.Parallel, parallelChosen))
	var all sync.WaitGroup
	for i, r := range in.Requests {
		if r.Limit == 0 || r.Limit > share {
			r.Limit = share
		}
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			res, err := c.makeRequest(ctx, r)
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
