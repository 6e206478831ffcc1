package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/gateway/utility"
	"github.com/hearthgate/hearthgate/function/older"
)

// alexaWaits is how long Alexa waits for a reply.
const alexaWaits = 8 * time.Second

// reserve is what is kept of the time for making the reply, writing the line and
// the way back: 1/16 of it, half a second of Alexa's eight.
func reserve(d time.Duration) time.Duration { return d / 16 }

// Invoke answers one event. A failure is told in the reply, so that the runtime sees
// none; no reply comes late.
func (a *App) Invoke(ctx context.Context, event []byte) (reply []byte, err error) {
	defer func(began time.Time) { a.metrics.Invoked(time.Since(began)) }(time.Now())
	ctx, cancel := a.bounded(ctx)
	defer cancel()
	ctx, _ = core.NewRun(ctx, core.NewID())
	defer func() {
		if p := recover(); p != nil {
			reply, err = a.lastResort(metrics.WithSheet(a.begin(ctx, "event")), event, &core.Panic{Value: p, Stack: debug.Stack()})
		}
	}()
	if e, ok, problem := directiveOf(event); ok {
		return a.directive(ctx, e, problem)
	}
	return a.other(ctx, event)
}

// directiveOf returns the directive that an event is, and reports whether it is one,
// however wrong it may be.
func directiveOf(event []byte) (e alexa.Event, ok bool, problem error) {
	if kind, err := lambda.KindOf(event); err != nil || kind != lambda.KindDirective {
		return e, false, err
	}
	e, problem = alexa.Parse(event)
	return e, !errors.Is(problem, alexa.ErrNoDirective), problem
}

// bounded returns a context that ends when the reply must be made.
func (a *App) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	end := a.start(time.Now()).Add(alexaWaits)
	if d, ok := ctx.Deadline(); ok && d.Before(end) {
		end = d
	}
	return context.WithDeadline(ctx, end.Add(-reserve(time.Until(end))))
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

// directive answers a directive.
func (a *App) directive(ctx context.Context, e alexa.Event, problem error) ([]byte, error) {
	ctx = metrics.WithSheet(a.begin(ctx, e.String()))
	logging.Note(ctx, slog.String("namespace", e.Header.Namespace), slog.String("name", e.Header.Name),
		slog.String("endpoint", e.EndpointID), slog.String("message_id", e.Header.MessageID))
	if problem != nil {
		return a.answer(ctx, lambda.KindDirective, e.Raw(), nil, core.Errorf(core.Invalid, core.CauseDirective, "%w", problem))
	}
	reply, err := core.Do(ctx, a.dispatcher, lambda.HandleAlexa, lambda.Directive{Event: e})
	return a.answer(ctx, lambda.KindDirective, e.Raw(), reply, err)
}

// skill answers a request of a custom skill.
func (a *App) skill(ctx context.Context, event []byte) ([]byte, error) {
	r, problem := alexa.ParseSkill(event)
	ctx = metrics.WithSheet(a.begin(ctx, r.String()))
	logging.Note(ctx, slog.String("locale", r.Locale), slog.String("request_id", r.ID))
	if problem != nil {
		return a.answer(ctx, lambda.KindSkill, event, nil, core.Errorf(core.Invalid, core.CauseRequest, "%w", problem))
	}
	reply, err := core.Do(ctx, a.dispatcher, lambda.HandleSkill, lambda.Skill{SkillRequest: r})
	return a.answer(ctx, lambda.KindSkill, event, reply, err)
}

// answer ends what Alexa waits for. What it failed with goes into the reply and on
// the line, not to the caller.
func (a *App) answer(ctx context.Context, kind string, event, reply []byte, err error) ([]byte, error) {
	if err != nil {
		told, failed := core.Do(ctx, a.dispatcher, lambda.CreateAlexaResponse, lambda.ReplyInput{Event: event, Err: err})
		if failed != nil {
			return a.lastResort(ctx, event, errors.Join(err, failed))
		}
		reply = told
	}
	a.measure(ctx, err)
	a.end(ctx, kind, err)
	return reply, nil
}

// other answers an event that is no directive. But for a skill's requests, only
// someone who may invoke the function gets here.
func (a *App) other(ctx context.Context, event []byte) ([]byte, error) {
	facts, err := core.Do(ctx, a.dispatcher, lambda.ValidateEvent, lambda.EventInput{Event: event})
	if facts.Kind == lambda.KindSkill {
		return a.skill(ctx, event)
	}
	ctx = a.begin(ctx, cmp.Or(facts.Subject, "event"))
	var done lambda.Processed
	if err == nil {
		done, err = core.Do(ctx, a.dispatcher, lambda.Process, lambda.EventInput{Event: event})
	}
	if facts.Kind == lambda.KindScheduled && facts.Subject == config.TaskDoctor && a.guard.Allows(utility.Probes) {
		ctx = metrics.WithSheet(ctx)
		a.found(ctx, err)
	}
	a.end(ctx, facts.Kind, err)
	response, failed := core.Do(ctx, a.dispatcher, utility.CreateResponse, utility.ResponseInput{Data: done.Reply, Err: err})
	if failed != nil {
		return nil, failed
	}
	return json.Marshal(response)
}

// execute runs an operation by its name, of today or of the older system.
func (a *App) execute(ctx context.Context, name string, input []byte) (json.RawMessage, error) {
	return older.Execute(ctx, a.dispatcher, name, input)
}

// lastResort answers an event when even the way to answer a failure failed.
func (a *App) lastResort(ctx context.Context, event []byte, err error) ([]byte, error) {
	const text = "Something went wrong on the way to the home."
	err = &core.Error{Kind: core.Internal, Cause: core.CausePanic, Err: err}
	if e, ok, _ := directiveOf(event); ok {
		a.measure(ctx, err)
		a.end(ctx, lambda.KindDirective, err)
		switch {
		case e.IsDiscover():
			return alexa.EmptyDiscovery(e, core.NewID())
		case e.IsAcceptGrant():
			return alexa.GrantFailed(e, core.NewID(), text)
		}
		return alexa.ErrorResponse(e, core.NewID(), "INTERNAL_ERROR", text)
	}
	if kind, _ := lambda.KindOf(event); kind == lambda.KindSkill {
		r, _ := alexa.ParseSkill(event)
		a.measure(ctx, err)
		a.end(ctx, lambda.KindSkill, err)
		return alexa.SkillReply{Speech: alexa.PhrasesFor(r.Locale).Failed}.Encode()
	}
	a.end(ctx, lambda.KindOperation, err)
	return json.Marshal(utility.Response{
		Message: text, Error: &utility.Failure{Kind: core.Internal.String(), Type: "panic", Message: text},
		Timestamp: time.Now().UTC(), CorrelationID: core.CorrelationID(ctx),
	})
}

func (a *App) begin(ctx context.Context, subject string) context.Context {
	rec, err := core.Do(ctx, a.dispatcher, logging.Begin, logging.BeginInput{Subject: subject})
	if err != nil {
		rec = &logging.Record{Subject: subject}
	}
	return logging.With(ctx, rec)
}

// end writes the line of the invocation. Nothing is left to tell of its failure.
func (a *App) end(ctx context.Context, kind string, err error) {
	a.note(ctx, kind, err)
	in := logging.EndInput{Err: err}
	if _, failed := core.Do(ctx, a.dispatcher, logging.End, in); core.CauseOf(failed) == core.CausePanic {
		_, _ = a.log.End(ctx, in)
	}
}
