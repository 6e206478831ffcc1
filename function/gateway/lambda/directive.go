package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	facts "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// A Directive is the input of [HandleAlexa]. It is neither cached nor retried.
type Directive struct{ alexa.Directive }

// NeedsSettings marks that a directive cannot be answered without the settings.
func (Directive) NeedsSettings() {}

// UnmarshalJSON takes the event as Alexa sends it.
func (d *Directive) UnmarshalJSON(b []byte) error {
	e, err := alexa.ParseEvent(append([]byte(nil), b...))
	if err != nil {
		return err
	}
	directive, ok := e.(alexa.Directive)
	if !ok {
		return errors.New("the event has no directive")
	}
	d.Directive = directive
	return nil
}

func (g *Gateway) handleAlexa(ctx context.Context, d Directive) (json.RawMessage, error) {
	if err := checkHeader(d.Header); err != nil {
		return nil, err
	}
	permit, err := g.opts.Access.Directive(ctx, d.Directive)
	if err != nil {
		return nil, err
	}
	if g.opts.Home == nil {
		return nil, unwired("directives")
	}
	return g.opts.Home.Forward(ctx, permit, d.Directive)
}

// checkHeader rejects a header that no reply can be made to, or that Home Assistant
// is known to fail at.
func checkHeader(h alexa.Header) error {
	switch {
	case h.Namespace == "" || h.Name == "":
		return core.Errorf(core.Invalid, core.CauseDirective, "the directive's header has no namespace or no name")
	case h.PayloadVersion != "3":
		return core.Errorf(core.Invalid, core.CauseDirective, "the directive's payload version is %.20q, and only version 3 is supported: choose payload version 3 for the skill in the Alexa developer console", h.PayloadVersion)
	}
	return nil
}

// Parse reads an event strictly. An error is of kind Invalid; the event is nil when
// not even its kind is known, and else holds what could be read.
func Parse(raw []byte) (alexa.Event, error) {
	if len(raw) > facts.MaxPayload {
		return nil, core.Errorf(core.Invalid, core.CauseEvent, "the event is %d bytes long; at most %d are accepted", len(raw), facts.MaxPayload)
	}
	e, err := alexa.ParseEvent(raw)
	if err == nil {
		return e, nil
	}
	cause := core.CauseEvent
	if e != nil {
		cause = causes[e.Kind()]
	} else if _, old := errors.AsType[alexa.VersionError](err); old {
		cause = core.CauseDirective
	}
	return e, &core.Error{Kind: core.Invalid, Cause: cause, Err: err}
}

// causes are the causes of events that are not as they should be, by their kind.
var causes = map[alexa.Kind]core.Cause{
	alexa.KindDirective: core.CauseDirective, alexa.KindSkill: core.CauseRequest,
	alexa.KindOperation: core.CauseInput, alexa.KindScheduled: core.CauseScheduled,
}

// validate says what is wrong with an event that was read, beyond its JSON.
func validate(e alexa.Event) error {
	switch e := e.(type) {
	case alexa.Directive:
		return checkHeader(e.Header)
	case alexa.SkillRequest:
		return checkType(e)
	case alexa.Operation:
		return invalid(OperationInput{e.Name, e.Input}.Check())
	case alexa.Scheduled:
		return invalid(ScheduledInput{e.Task}.Check())
	}
	return fmt.Errorf("%T is no kind of event", e)
}

func invalid(err error) error {
	if err == nil {
		return nil
	}
	return &core.Error{Kind: core.Invalid, Cause: core.CauseInput, Err: err}
}
