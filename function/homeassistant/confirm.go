package homeassistant

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/config"
	facts "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

// When the home is asked whether a device has done what its reply claims.
const (
	firstReport  = 300 * time.Millisecond  // after the reply; each further pause is a third longer
	confirmSpare = time.Second             // of the deadline that is left when the home is last asked
	jamSettles   = 2500 * time.Millisecond // a jam reported from the first time on may be that of before the command
	badReports   = 2                       // in a row end the waiting
)

// An outcome is the word on the line for how a confirmation ended.
type outcome string

const (
	confirmed   outcome = "confirmed"   // the device has done what the reply claims
	differs     outcome = "differs"     // it has not, or not yet: the reply has its true state
	jammed      outcome = "jammed"      // the reply says so
	unreachable outcome = "unreachable" // Home Assistant does not reach the device
	failed      outcome = "failed"      // Home Assistant did not say
	silent      outcome = "silent"      // the device does not report this state: the reply is the home's
	noTime      outcome = "no_time"     // the deadline is too near to wait: the reply is the home's
)

// confirm returns the reply to a command that is true: Home Assistant answers commands
// before the device has moved. For the kinds of devices that the settings name it asks
// for the state until that is what the reply claims or the time is up. A state that
// differs replaces the reply's context: a Response to a Lock that says UNLOCKED or JAMMED
// is true. The command itself is never sent again.
//
// took is how long the home needed for the command; a question gets twice as long.
func (c *Client) confirm(ctx context.Context, d alexa.Directive, reply json.RawMessage, took time.Duration) (json.RawMessage, error) {
	s := c.Settings()
	if s == nil || len(s.Confirm) == 0 {
		return reply, nil
	}
	kind, claim, ok := claimOf(d, reply)
	if r, err := alexa.ParseReply(reply); !ok || err != nil || r.IsError() {
		return reply, nil
	}
	token, err := shownToken(s, d.Token()) // the command may have renewed it
	if err != nil || !c.confirms(ctx, s, token, kind, d.EndpointID) {
		return reply, nil
	}
	question, err := alexa.ReportStateFor(d, core.NewID())
	if err != nil {
		return reply, nil
	}
	f := &confirmation{
		Client: c, settings: s, token: token, question: question, claim: claim,
		began: time.Now(), patience: max(time.Second, 2*took),
		stuckKey: "stuck " + digest(keyFor(s, token)+"\n"+d.EndpointID),
	}
	f.known = c.stuck(ctx, f.stuckKey)
	how, last := f.wait(ctx)
	f.remember(ctx, how, last)
	logging.Note(ctx, slog.String("confirm", string(how)), slog.Int64("confirmed_ms", time.Since(f.began).Milliseconds()))
	return f.answer(ctx, d, reply, how, last)
}

// confirms reports whether the settings name the kind of a device. Whether a cover is a
// garage door is known from the last discovery; without one it may be either.
func (c *Client) confirms(ctx context.Context, s *initialization.Settings, token Token, kind, endpointID string) bool {
	if kind != config.ConfirmCover {
		return slices.Contains(s.Confirm, kind)
	}
	garage, cover := slices.Contains(s.Confirm, config.ConfirmGarage), slices.Contains(s.Confirm, config.ConfirmCover)
	if garage == cover || c.Names == nil {
		return garage || cover
	}
	known, ok := c.devices(ctx, keyFor(s, token))[endpointID]
	return !ok || known.garage == garage
}

// A confirmation waits until one command is carried out.
type confirmation struct {
	*Client
	settings *initialization.Settings
	token    Token
	question alexa.Directive
	claim    claim
	began    time.Time     // when the home had answered the command
	patience time.Duration // with one question
	stuckKey string

	known   stuck // what earlier commands showed
	bad     int   // reports in a row that say nothing about the state
	first   any   // the first state that was reported
	good    int   // reports of a state, or of none
	changed bool  // two of them differ
}

// wait asks for the state until it is known how the command ended, or the time is up.
func (f *confirmation) wait(ctx context.Context) (how outcome, last report) {
	end := f.began.Add(facts.ReplyTimeout - 2*confirmSpare)
	if d, ok := ctx.Deadline(); ok {
		end = d.Add(-confirmSpare)
	}
	how = noTime
	for pause := firstReport; ; pause += pause / 3 {
		left := time.Until(end)
		if left < firstReport || !sleep(ctx, min(pause, left)) {
			return how, last
		}
		r := f.ask(ctx)
		said, final := f.judge(r)
		if final || f.bad == 0 || f.good == 0 { // else the report before it says more
			how, last = said, r
		}
		if final {
			return how, last
		}
	}
}

// judge returns what a report says about the command, and whether it is the last word.
func (f *confirmation) judge(r report) (how outcome, final bool) {
	if r.err != nil || r.reply.IsError() || r.offline {
		f.bad++
		if r.offline {
			return unreachable, f.bad == badReports
		}
		return failed, f.bad == badReports || isRefusal(r.err) // a refused token is not shown again
	}
	f.bad = 0
	if f.good++; f.good == 1 {
		f.first = r.value
	}
	f.changed = f.changed || !reflect.DeepEqual(r.value, f.first)
	known := !f.changed && f.known.is(r.value, f.claim.value)
	switch {
	case r.reply.Name != "StateReport":
		return silent, true
	case r.value == nil:
		return silent, known
	case f.claim.holds(r.value):
		return confirmed, true
	case r.value == jammedState:
		return jammed, known || f.changed || time.Since(f.began) >= jamSettles
	}
	return differs, known
}

// remember keeps whether the device is stuck, if that is news.
func (f *confirmation) remember(ctx context.Context, how outcome, last report) {
	switch {
	case f.good == 0 || last.reply.Name != "StateReport":
		return
	case f.changed || how == confirmed || !reflect.DeepEqual(f.first, f.known.State):
		if f.known.Times > 0 {
			f.keepStuck(ctx, f.stuckKey, stuck{})
		}
		f.known = stuck{}
	}
	waited := time.Since(f.began) >= jamSettles
	if waited && !f.changed && (how == silent || how == jammed || how == differs) {
		f.keepStuck(ctx, f.stuckKey, f.known.again(f.first, f.claim.value))
	}
}

// answer returns the reply to the command d, to which the home replied reply, after a
// confirmation that ended so.
func (f *confirmation) answer(ctx context.Context, d alexa.Directive, reply json.RawMessage, how outcome, last report) (json.RawMessage, error) {
	switch how {
	case differs, jammed:
		return alexa.WithContextOf(reply, last.body)
	case unreachable:
		noteReply(ctx, alexa.Reply{Namespace: "Alexa", Name: "ErrorResponse", ErrorType: endpointUnreachable})
		return alexa.ErrorResponse(d, core.NewID(), endpointUnreachable, "The device could not be reached.")
	case failed:
		if last.err != nil {
			return nil, core.Errorf(core.KindOf(last.err), core.CauseOf(last.err), "Home Assistant accepted the command, but did not report whether it was carried out: %w", reason(last.err))
		}
		noteReply(ctx, last.reply)
		return correlated(d, last.reply, last.body)
	}
	return reply, nil
}

const (
	endpointUnreachable = "ENDPOINT_UNREACHABLE"
	jammedState         = "JAMMED"
)

// reason returns err without the operation that it names.
func reason(err error) error {
	if e, ok := errors.AsType[*core.Error](err); ok {
		return e.Err
	}
	return err
}

// sleep waits for d; it returns false if ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
