package app

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/hearthgate/hearthgate/config"
	facts "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/gateway/utility"
	"github.com/hearthgate/hearthgate/function/homeassistant"
)

// Invoke answers one event. A failure is in the reply, so that the runtime sees none;
// no reply comes late.
func (a *App) Invoke(ctx context.Context, raw []byte) (reply []byte, err error) {
	defer func(began time.Time) { a.metrics.Invoked(time.Since(began)) }(time.Now())
	arrived := a.arrival(time.Now())
	event, problem := lambda.Parse(raw)
	ctx, cancel := withDeadline(ctx, arrived.Add(replyTimeout(event)))
	defer cancel()
	ctx, _ = core.NewRun(ctx, core.NewID())
	defer func() {
		if p := recover(); p != nil {
			reply, err = a.lastResort(a.begin(ctx, event), event, &core.Panic{Value: p, Stack: debug.Stack()})
		}
	}()
	defer a.redactor.Hold(tokenOf(event))()
	ctx = a.begin(ctx, event)
	answer, err := a.answer(ctx, event, problem)
	return a.finish(ctx, event, answer, err)
}

// replyTimeout returns how long Alexa waits for the reply to an event.
func replyTimeout(event alexa.Event) time.Duration {
	if isWebRTC(event) {
		return facts.WebRTCTimeout
	}
	return facts.ReplyTimeout
}

func isWebRTC(event alexa.Event) bool {
	d, ok := event.(alexa.Directive)
	return ok && d.IsWebRTC()
}

// withDeadline returns a context that ends when the reply must be made: when Alexa stops
// waiting, at end, or at the invocation's own deadline, less a reserve for making the
// reply, writing the line and the way back.
func withDeadline(ctx context.Context, end time.Time) (context.Context, context.CancelFunc) {
	const reserve = 16 // a sixteenth: half a second of Alexa's eight
	if d, ok := ctx.Deadline(); ok && d.Before(end) {
		end = d
	}
	return context.WithDeadline(ctx, end.Add(-time.Until(end)/reserve))
}

// arrival returns when the waiting for the event that came at now began: the first
// event of a process may have waited for its start.
func (a *App) arrival(now time.Time) time.Time {
	const atOnce = 100 * time.Millisecond
	if a.events.Add(1) == 1 && now.Sub(time.Unix(0, a.ready.Load())) < atOnce {
		return a.began
	}
	return now
}

// begin opens the record of the invocation.
func (a *App) begin(ctx context.Context, event alexa.Event) context.Context {
	subject := "event"
	var attrs []slog.Attr
	switch e := event.(type) {
	case alexa.Directive:
		subject, attrs = e.String(), []slog.Attr{
			slog.String("namespace", e.Header.Namespace), slog.String("name", e.Header.Name),
			slog.String("endpoint", e.EndpointID), slog.String("message_id", e.Header.MessageID),
		}
		ctx = homeassistant.WithRefusal(metrics.WithRecorder(ctx))
	case alexa.SkillRequest:
		subject, attrs = e.String(), []slog.Attr{slog.String("locale", e.Locale), slog.String("request_id", e.ID)}
		if e.Problem != "" {
			attrs = append(attrs, slog.String("alexa_problem", e.Problem))
		}
		ctx = metrics.WithRecorder(ctx)
	case alexa.Scheduled:
		subject = e.String()
		if e.Task == config.TaskDoctor {
			ctx = metrics.WithRecorder(ctx)
		}
	case nil:
	default:
		subject = e.String()
	}
	rec, err := core.Do(ctx, a.dispatcher, logging.Begin, logging.BeginInput{Subject: subject})
	if err != nil {
		rec = &logging.Record{Subject: subject}
	}
	ctx = logging.With(ctx, rec)
	logging.Note(ctx, attrs...)
	return ctx
}

// answer has the operation of the event's kind answer it.
func (a *App) answer(ctx context.Context, event alexa.Event, problem error) (json.RawMessage, error) {
	if problem != nil {
		return nil, problem
	}
	switch e := event.(type) {
	case alexa.Directive:
		return core.Do(ctx, a.dispatcher, lambda.HandleAlexa, lambda.Directive{Directive: e})
	case alexa.SkillRequest:
		return core.Do(ctx, a.dispatcher, lambda.HandleSkill, lambda.Skill{SkillRequest: e})
	case alexa.Operation:
		return core.Do(ctx, a.dispatcher, lambda.HandleOperation, lambda.OperationInput{Operation: e.Name, Input: e.Input})
	case alexa.Scheduled:
		done, err := core.Do(ctx, a.dispatcher, lambda.HandleScheduled, lambda.ScheduledInput{Task: e.Task})
		b, _ := json.Marshal(done) // text and numbers: cannot fail
		return b, err
	}
	return nil, core.Errorf(core.Internal, core.CauseEvent, "%T is no kind of event", event)
}

// finish makes the reply of an answer or of what failed, and writes the line.
func (a *App) finish(ctx context.Context, event alexa.Event, answer json.RawMessage, err error) ([]byte, error) {
	switch e := event.(type) {
	case alexa.Directive, alexa.SkillRequest:
		if err != nil {
			reply, failed := core.Do(ctx, a.dispatcher, lambda.CreateAlexaResponse, lambda.ReplyInput{Read: event, Err: err})
			if failed != nil {
				return a.lastResort(ctx, event, errors.Join(err, failed))
			}
			answer = reply
		} else if refusal, ok := homeassistant.RefusalOf(ctx); ok {
			err = refusal.Err() // the answer goes to Alexa as it came
		}
		a.measure(ctx, event, err)
		a.end(ctx, event, err)
		return answer, nil
	case alexa.Scheduled:
		if e.Task == config.TaskDoctor && a.costs.Allows(utility.Probes) {
			a.record(ctx, metrics.Value{Name: config.DoctorFound.Name, Value: oneIf(err != nil)})
		}
	}
	a.end(ctx, event, err)
	if err != nil {
		said, _ := a.redactor.Redact(err.Error())
		answer, err = nil, &core.Error{Kind: core.KindOf(err), Cause: core.CauseOf(err), Err: errors.New(said)}
	}
	response, failed := core.Do(ctx, a.dispatcher, utility.CreateResponse, utility.ResponseInput{Data: answer, Err: err})
	if failed != nil {
		return nil, failed
	}
	return json.Marshal(response)
}

// lastResort answers an event when even the way to answer a failure failed.
func (a *App) lastResort(ctx context.Context, event alexa.Event, err error) ([]byte, error) {
	const text = "Something went wrong on the way to the home."
	err = &core.Error{Kind: core.Internal, Cause: core.CausePanic, Err: err}
	switch e := event.(type) {
	case alexa.Directive:
		a.measure(ctx, event, err)
		a.end(ctx, event, err)
		switch {
		case e.IsDiscover():
			return alexa.EmptyDiscovery(e, core.NewID())
		case e.IsAcceptGrant():
			return alexa.GrantFailed(e, core.NewID(), text)
		}
		return alexa.ErrorResponse(e, core.NewID(), "INTERNAL_ERROR", text)
	case alexa.SkillRequest:
		a.measure(ctx, event, err)
		a.end(ctx, event, err)
		if e.Type == alexa.SessionEnded || e.IsNotice() {
			return alexa.Silence(), nil
		}
		return alexa.SkillReply{Speech: alexa.PhrasesFor(e.Locale).Failed}.Encode()
	}
	a.end(ctx, event, err)
	return json.Marshal(wire.Response{
		Message: text, Error: &wire.Failure{Kind: core.Internal.String(), Type: string(core.CausePanic), Message: text},
		Timestamp: time.Now().UTC(), CorrelationID: core.CorrelationID(ctx),
	})
}

// end writes the line of the invocation and counts it. If the services around that
// panic, the line is written without them.
func (a *App) end(ctx context.Context, event alexa.Event, err error) {
	outcome, said := lambda.Outcome{Err: err, Unhurried: isWebRTC(event)}, ""
	if event != nil {
		outcome.Kind = event.Kind()
	}
	if k := outcome.Kind; (k == alexa.KindDirective || k == alexa.KindSkill) && outcomeOf(ctx, err) != wire.Failed {
		outcome.Err = nil // the status counts what the alarms count
	}
	if run := core.RunOf(ctx); run != nil {
		outcome.Took, outcome.Utilization = time.Since(run.Start), run.Utilization()
	}
	if err != nil {
		said, _ = a.redactor.Redact(err.Error())
	}
	a.stats.Note(outcome, said)
	in := logging.EndInput{Err: err}
	if _, failed := core.Do(ctx, a.dispatcher, logging.End, in); core.CauseOf(failed) == core.CausePanic {
		_, _ = a.log.End(ctx, in)
	}
}
