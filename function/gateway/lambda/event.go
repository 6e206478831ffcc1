package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// Operations on events of any kind.
var (
	// ValidateEvent says what an event is.
	ValidateEvent = core.Define[EventInput, EventFacts](core.Lambda, "validate_event",
		"Return which kind of event something is; an error of kind invalid says why it is none.")

	// Process answers an event, whatever its kind.
	Process = core.Define[EventInput, Processed](core.Lambda, "process",
		"Answer an event of any kind and return which kind it was and the reply; a directive or a sentence in it is carried out.").
		Failing(core.Kinds()...) // whatever it is that the event asks for
)

// An EventInput is the input of [ValidateEvent] and [Process].
type EventInput struct {
	Event json.RawMessage `json:"event" doc:"a directive, a custom skill's request, an operation or a scheduled event, as it comes to the function" required:"true"`
}

// Check refuses an input without an event.
func (in EventInput) Check() error {
	if len(in.Event) == 0 {
		return errors.New("field event is missing or empty: put there what comes to the function")
	}
	return nil
}

// EventFacts is what [ValidateEvent] found.
type EventFacts struct {
	Kind    string `json:"kind" doc:"directive, skill, operation or scheduled"`
	Subject string `json:"subject" doc:"which one: Alexa.PowerController.TurnOn, IntentRequest AMAZON.HelpIntent, cache.get, doctor"`
}

// Processed is what came of an event.
type Processed struct {
	EventFacts
	Reply json.RawMessage `json:"reply" doc:"what the one who sent it gets; null when it failed"`
}

func (g *gateway) validateEvent(ctx context.Context, in EventInput) (EventFacts, error) {
	if err := g.opts.Validate(ctx, in.Event); err != nil {
		return EventFacts{}, err
	}
	kind, err := KindOf(in.Event)
	if err != nil {
		return EventFacts{}, err
	}
	f := EventFacts{Kind: kind}
	switch kind {
	case KindDirective:
		var e alexa.Event
		if e, err = alexa.Parse(in.Event); err == nil {
			err = check(e.Header)
		}
		f.Subject = e.String()
	case KindSkill:
		var r alexa.SkillRequest
		if r, err = alexa.ParseSkill(in.Event); err == nil && !slices.Contains(skillTypes, r.Type) {
			err = core.Errorf(core.Invalid, core.CauseRequest, "the request's type is %.60q; there are %s", r.Type, strings.Join(skillTypes, ", "))
		}
		f.Subject = r.String()
	case KindOperation:
		var op OperationInput
		err = core.Decode(in.Event, &op)
		f.Subject = op.Operation
	case KindScheduled:
		var task ScheduledInput
		task, err = scheduled(in.Event)
		f.Subject = task.Task
	}
	if err != nil && core.CauseOf(err) == core.Cause(core.Internal.String()) {
		err = &core.Error{Kind: core.Invalid, Cause: core.Cause(kind), Err: err}
	}
	return f, err
}

// process answers an event. With an error it returns the kind all the same, as far
// as it could be told.
func (g *gateway) process(ctx context.Context, in EventInput) (Processed, error) {
	f, err := g.validateEvent(ctx, in)
	p := Processed{EventFacts: f}
	if err != nil {
		return p, err
	}
	switch f.Kind {
	case KindDirective:
		e, _ := alexa.Parse(in.Event) // it was found valid
		p.Reply, err = g.handleAlexa(ctx, Directive{e})
	case KindSkill:
		r, _ := alexa.ParseSkill(in.Event)
		p.Reply, err = g.handleSkill(ctx, Skill{r})
	case KindOperation:
		var op OperationInput
		if err = core.Decode(in.Event, &op); err == nil {
			p.Reply, err = g.handleOperation(ctx, op)
		}
	case KindScheduled:
		task, _ := scheduled(in.Event)
		var done Scheduled
		done, err = g.handleScheduled(ctx, task)
		p.Reply, _ = json.Marshal(done) // text and numbers: cannot fail
	}
	return p, err
}
