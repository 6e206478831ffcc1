package app

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
	"github.com/hearthgate/hearthgate/function/gateway/security"
	"github.com/hearthgate/hearthgate/function/homeassistant"
	"github.com/hearthgate/hearthgate/function/homeassistant/checks"
	"github.com/hearthgate/hearthgate/function/legacy"
)

// deployed reports whether the process is a function of AWS, rather than one on a
// person's own machine.
func deployed(getenv func(string) string) bool {
	name := getenv("AWS_LAMBDA_FUNCTION_NAME")
	return name != "" && name != config.LocalFunction
}

// Execute runs an operation by its name, of today or of the older system. A deployed
// function, which anyone who may invoke it could change, runs one that changes something
// only while its owner allows it.
func (h host) Execute(ctx context.Context, name string, input []byte) (json.RawMessage, error) {
	today, _, err := legacy.Resolve(name, input)
	if err != nil {
		return nil, err
	}
	if s := h.dispatcher.Spec(today); s != nil && s.Changes() && s.GoOnly() == "" && !h.mayChange(time.Now()) {
		return nil, core.Errorf(core.Forbidden, core.CauseNotAllowed, "%s changes something, and a deployed function runs such operations only while its owner allows them: run `hearthgate op --allow --stage %s`, which allows them for an hour", s, h.stage())
	}
	return legacy.Execute(ctx, h.dispatcher, name, input)
}

// mayChange reports whether operations that change something may be run now. A time
// further ahead than the command writes is not one that it wrote.
func (h host) mayChange(now time.Time) bool {
	const skew = 5 * time.Minute // between two clocks
	if !deployed(h.getenv) {
		return true
	}
	s := h.loader.Settings()
	return s != nil && now.Before(s.OperationsUntil) && s.OperationsUntil.Sub(now) <= config.MaxOperations+skew
}

// A home is what the Lambda gateway asks. What its diagnosis says has no secret, although
// the home may have said one.
type home struct {
	*homeassistant.Homes
	redactor *security.Redactor
}

// Diagnose checks the way to a home step by step.
func (h home) Diagnose(ctx context.Context, p access.Permit, name string) (wire.Diagnosis, error) {
	client, err := h.Choose(name)
	if err != nil {
		return wire.Diagnosis{}, err
	}
	d, err := checks.Doctor{Client: client}.Diagnose(ctx, p)
	for i := range d.Steps {
		s := &d.Steps[i]
		for _, text := range []*string{&s.Tried, &s.Found, &s.Problem, &s.Fix} {
			*text, _ = h.redactor.Redact(*text)
		}
		for j := range s.Advice {
			s.Advice[j], _ = h.redactor.Redact(s.Advice[j])
		}
	}
	return d, err
}

// Names returns the names of the homes that are not paused; the first one's is "" where it
// is alone.
func (h home) Names() (names []string) {
	s := h.Settings()
	if s == nil {
		return []string{""}
	}
	for _, own := range s.Each() {
		name := own.Home
		if name == "" && len(s.Homes) > 0 {
			name = config.FirstHome
		}
		if own.Pause() == nil {
			names = append(names, name)
		}
	}
	return names
}

// tokenOf returns the token of the linked account that an event carries, or the event
// that an operation is run with; "" without.
func tokenOf(event alexa.Event) core.Secret {
	for range lambda.MaxNesting + 1 {
		switch e := event.(type) {
		case interface{ Token() string }:
			return core.Secret(e.Token())
		case alexa.Operation:
			event = eventIn(e.Input)
		default:
			return ""
		}
	}
	return ""
}

// eventIn returns the event that is an operation's input, or is in it as its event; nil
// without one.
func eventIn(input []byte) alexa.Event {
	e, _ := alexa.ParseEvent(input) // what could be read is enough
	if e == nil {
		var in struct {
			Event json.RawMessage `json:"event"`
		}
		_ = json.Unmarshal(input, &in) // nothing is found in what cannot be read
		e, _ = alexa.ParseEvent(in.Event)
	}
	return e
}
