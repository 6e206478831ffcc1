package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/gateway/utility"
)

// alexaWaits is how long Alexa waits for a reply.
const alexaWaits = 8 * time.Second

// reserve is what is kept of the time for making the reply, writing the line and
// the way back: 1/16 of it, half a second of Alexa's eight.
func reserve(d time.Duration) time.Duration { return d / 16 }

// Invoke answers one event. It is what the Lambda runtime calls. A failure is
// told in the reply, so that the runtime sees none; no reply comes late.
func (a *App) Invoke(ctx context.Context, event []byte) (reply []byte, err error) {
	start := a.start(time.Now())
	end := start.Add(alexaWaits)
	if d, ok := ctx.Deadline(); ok && d.Before(end) {
		end = d
	}
	ctx, cancel := context.WithDeadline(ctx, end.Add(-reserve(time.Until(end))))
	defer cancel()
	ctx, _ = core.NewRun(ctx, core.NewID())

	e, problem := alexa.Parse(event)
	defer func() {
		if p := recover(); p != nil {
			reply, err = a.lastResort(ctx, e, &core.Panic{Value: p, Stack: debug.Stack()})
		}
	}()
	if errors.Is(problem, alexa.ErrNoDirective) {
		return a.other(ctx, event)
	}
	return a.directive(ctx, e, problem)
}

// start returns when the waiting for the event that came at now began. The first
// event of a process may have waited for its start.
func (a *App) start(now time.Time) time.Time {
	const atOnce = 100 * time.Millisecond
	if a.events.Add(1) == 1 && now.Sub(a.ready) < atOnce {
		return a.began
	}
	return now
}

// directive answers a directive. What it fails with goes into the reply and on
// the line, not to the caller.
func (a *App) directive(ctx context.Context, e alexa.Event, problem error) ([]byte, error) {
	ctx = a.begin(ctx, e.String())
	ctx = metrics.WithSheet(ctx)
	logging.Note(ctx, slog.String("namespace", e.Header.Namespace), slog.String("name", e.Header.Name),
		slog.String("endpoint", e.EndpointID), slog.String("message_id", e.Header.MessageID))

	in := lambda.Directive{Event: e}
	var reply json.RawMessage
	err := problem
	if err == nil {
		reply, err = core.Do(ctx, a.dispatcher, lambda.HandleAlexa, in)
	} else {
		err = &core.Error{Kind: core.Invalid, Cause: "directive", Err: problem}
	}
	if err != nil {
		var failed error
		if reply, failed = core.Do(ctx, a.dispatcher, lambda.CreateAlexaResponse, lambda.Failure{Directive: in, Err: err}); failed != nil {
			return a.lastResort(ctx, e, errors.Join(err, failed))
		}
	}
	a.measure(ctx, err)
	a.end(ctx, err)
	return reply, nil
}

// lastResort answers a directive when even the way to answer a failure failed.
func (a *App) lastResort(ctx context.Context, e alexa.Event, err error) ([]byte, error) {
	a.end(ctx, &core.Error{Kind: core.Internal, Cause: "panic", Err: err})
	return alexa.ErrorResponse(e, core.NewID(), "INTERNAL_ERROR", "Something went wrong on the way to the home.")
}

// other answers an event that is no directive: an operation by name, and else
// with what is wrong with it. Only someone who may invoke the function gets here.
func (a *App) other(ctx context.Context, event []byte) ([]byte, error) {
	name, data, err := "event", json.RawMessage(nil), error(nil)
	facts, err := core.Do(ctx, a.dispatcher, lambda.ValidateEvent, lambda.EventInput{Event: event})
	if err == nil {
		name = facts.Subject
	}
	ctx = a.begin(ctx, name)
	if err == nil {
		data, err = a.operation(ctx, event)
	}
	a.end(ctx, err)
	response, failed := core.Do(ctx, a.dispatcher, utility.CreateResponse, utility.ResponseInput{Data: data, Err: err})
	if failed != nil {
		return nil, failed
	}
	return json.Marshal(response)
}

func (a *App) operation(ctx context.Context, event []byte) (json.RawMessage, error) {
	var in struct {
		Operation string          `json:"operation"`
		Input     json.RawMessage `json:"input"`
	}
	if err := core.Decode(event, &in); err != nil {
		return nil, err
	}
	return core.Execute(ctx, a.dispatcher, in.Operation, in.Input)
}

func (a *App) begin(ctx context.Context, subject string) context.Context {
	rec, err := core.Do(ctx, a.dispatcher, logging.Begin, logging.BeginInput{Subject: subject})
	if err != nil {
		rec = &logging.Record{Subject: subject}
	}
	return logging.With(ctx, rec)
}

// end writes the line of the invocation. Nothing is left to tell of its failure.
func (a *App) end(ctx context.Context, err error) {
	attrs := []slog.Attr{slog.String("memory_usage", a.memoryUsage())}
	if rate, any := a.cache.Rate(); any {
		attrs = append(attrs, slog.Float64("cache_hit_rate", rate))
	}
	_, _ = core.Do(ctx, a.dispatcher, logging.End, logging.EndInput{Err: err, Attrs: attrs})
}
