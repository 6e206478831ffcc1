package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// Invoke answers one event and writes its line. A failure is in the reply, so that the
// runtime sees none; no reply comes late.
func (a *App) Invoke(ctx context.Context, raw []byte) ([]byte, error) {
	reply, end, err := a.reply(ctx, raw)
	end()
	return reply, err
}

// reply answers one event, as [App.Invoke] does, but for the metrics and the line: those
// are end's, which must be called once, and may be when the reply is out.
func (a *App) reply(ctx context.Context, raw []byte) (_ []byte, end func(), _ error) {
	now := time.Now()
	event, problem := lambda.Parse(raw)
	limited, cancel := withDeadline(ctx, a.arrival(now).Add(replyTimeout(event)))
	within, run := core.NewRun(limited, core.NewID())
	release := a.redactor.Hold(tokenOf(event))
	recorded := a.begin(within, event)
	reply, failed, err := a.answerOrFail(recorded, event, problem)
	run.Stop()
	a.metrics.Invoked(time.Since(now))
	return reply, func() {
		defer cancel()
		defer release()
		defer func() {
			if p := recover(); p != nil {
				a.warn(fmt.Sprintf("the line of an invocation could not be written: %v", p))
			}
		}()
		a.end(recorded, event, failed)
	}, err
}

// answerOrFail makes the reply to an event, of which problem says why it is none. It
// returns what the line says failed, too, which is in the reply.
func (a *App) answerOrFail(ctx context.Context, event alexa.Event, problem error) (reply []byte, failed, err error) {
	defer func() {
		if p := recover(); p != nil {
			failed = unexpected(&core.Panic{Value: p, Stack: debug.Stack()})
			reply, err = lastResort(ctx, event)
		}
	}()
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
// reply and the way back.
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

// finish makes the reply of an answer or of what failed. An error response of the home's is
// both.
func (a *App) finish(ctx context.Context, event alexa.Event, answer json.RawMessage, failed error) (reply []byte, _, err error) {
	switch event.(type) {
	case alexa.Directive, alexa.SkillRequest:
		if failed != nil {
			reply, err := core.Do(ctx, a.dispatcher, lambda.CreateAlexaResponse, lambda.ReplyInput{Read: event, Err: failed})
			if err != nil {
				failed = unexpected(errors.Join(failed, err))
				reply, err = lastResort(ctx, event)
			}
			return reply, failed, err
		}
		if refusal, ok := homeassistant.RefusalOf(ctx); ok {
			failed = refusal.Err() // the answer goes to Alexa as it came
		}
		return answer, failed, nil
	}
	said := failed
	if failed != nil {
		text, _ := a.redactor.Redact(failed.Error())
		answer, said = nil, &core.Error{Kind: core.KindOf(failed), Cause: core.CauseOf(failed), Err: errors.New(text)}
	}
	response, err := core.Do(ctx, a.dispatcher, utility.CreateResponse, utility.ResponseInput{Data: answer, Err: said})
	if err != nil {
		return nil, failed, err
	}
	reply, err = json.Marshal(response)
	return reply, failed, err
}

// unexpected returns the error of an event that only lastResort can answer.
func unexpected(err error) error {
	return &core.Error{Kind: core.Internal, Cause: core.CausePanic, Err: err}
}

// lastResort answers an event when even the way to answer a failure failed.
func lastResort(ctx context.Context, event alexa.Event) ([]byte, error) {
	const text = "Something went wrong on the way to the home."
	switch e := event.(type) {
	case alexa.Directive:
		switch {
		case e.IsDiscover():
			return alexa.EmptyDiscovery(e, core.NewID())
		case e.IsAcceptGrant():
			return alexa.GrantFailed(e, core.NewID(), text)
		}
		return alexa.ErrorResponse(e, core.NewID(), "INTERNAL_ERROR", text)
	case alexa.SkillRequest:
		if e.Type == alexa.SessionEnded || e.IsNotice() {
			return alexa.Silence(), nil
		}
		return alexa.SkillReply{Speech: alexa.PhrasesFor(e.Locale).Failed}.Encode()
	}
	return json.Marshal(wire.Response{
		Message: text, Error: &wire.Failure{Kind: core.Internal.String(), Type: string(core.CausePanic), Message: text},
		Timestamp: time.Now().UTC(), CorrelationID: core.CorrelationID(ctx),
	})
}

// end records the metrics of the invocation, counts it and writes its line. If the
// services around that panic, it is done without them.
func (a *App) end(ctx context.Context, event alexa.Event, err error) {
	switch e := event.(type) {
	case alexa.Directive, alexa.SkillRequest:
		a.measure(ctx, event, err)
	case alexa.Scheduled:
		if e.Task == config.TaskDoctor && a.costs.Allows(utility.Probes) {
			a.record(ctx, metrics.Value{Name: config.DoctorFound.Name, Value: oneIf(err != nil)})
		}
	}
	outcome, said := lambda.Outcome{Err: err, Unhurried: isWebRTC(event)}, ""
	if event != nil {
		outcome.Kind = event.Kind()
	}
	if k := outcome.Kind; (k == alexa.KindDirective || k == alexa.KindSkill) && outcomeOf(ctx, err) != wire.Failed {
		outcome.Err = nil // the status counts what the alarms count
	}
	if run := core.RunOf(ctx); run != nil {
		outcome.Took, outcome.Utilization = run.Took(), run.Utilization()
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
