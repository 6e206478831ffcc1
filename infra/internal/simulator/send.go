package simulator

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/homestate"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/grammar"
	"github.com/hearthgate/hearthgate/infra/internal/ui/redact"
)

// again is how a turn is sent again.
type again struct {
	order   order
	action  grammar.Action
	request *grammar.Request // of the custom skill; nil: the order
}

// send sends a directive and keeps the turn. The action is what the sentence asked for,
// "" for a directive by its name, whose payload is given.
func (s *Session) send(ctx context.Context, said string, o order, action grammar.Action, payload string) (Turn, error) {
	if payload != "" {
		o.payload = payload
	}
	t := Turn{Said: said, Event: o.namespace + "." + o.name, Device: o.device.Name, Entity: o.device.Entity(), again: &again{order: o, action: action}}
	if s.Deployed() && o.changes() {
		if err := s.confirm(ctx, t.Event+" "+t.Entity); err != nil {
			return Turn{}, err
		}
	}
	reply, err := s.exchange(ctx, &t, o.event(s.options.Token), o.changes())
	if err != nil {
		return Turn{}, err
	}
	r := readReply(reply)
	t.Reply = r.String()
	if t.Alexa = r.spoken(s.grammar, o, action); t.Why == "" {
		t.Why = t.explained()
	}
	if o.name == "Discover" {
		s.furnished(ctx, discovered(reply))
		t.Alexa = s.grammar.Answer("found", "", fmt.Sprint(len(discovered(reply))))
	}
	s.learned(o.device.ID, &t, r)
	return s.note(t), nil
}

// confirm asks before something is changed at a deployed function.
func (s *Session) confirm(ctx context.Context, what string) error {
	if s.options.Confirm == nil {
		return fmt.Errorf("%s was not sent: it may change something at %s, and no one can confirm it here; run it again with --yes", what, s.Where)
	}
	return s.options.Confirm(ctx, fmt.Sprintf("Send %s to %s?", what, s.Where))
}

// exchange sends an event and fills in what can be seen of it from outside. It returns the
// reply.
func (s *Session) exchange(ctx context.Context, t *Turn, event []byte, changes bool) ([]byte, error) {
	before := s.states(ctx)
	if s.route != nil {
		s.route.spent()
	}
	a, err := s.target.Invoke(ctx, event)
	if err != nil {
		return nil, err
	}
	t.Times.Total = ms(a.Took)
	secrets := s.secrets()
	t.Request, t.Response = redact.JSON(event, secrets...), redact.JSON(a.Payload, secrets...)
	if line, ok := invocation(a.Lines); ok {
		t.Log = redact.JSON([]byte(line), secrets...)
		t.read()
	}
	if s.route != nil {
		t.Times.split(ms(s.route.spent()))
	}
	if t.crashed = a.Error != ""; t.crashed {
		t.Outcome, t.Why = wire.Failed.String(), "the function failed instead of answering: "+a.Error
	}
	after := s.settled(ctx, *t, before, changes)
	t.observe(before, after)
	s.keep(after)
	return a.Payload, nil
}

// states reads the home's states; nil where they are not known.
func (s *Session) states(ctx context.Context) homestate.State {
	if s.home.URL == "" {
		return nil
	}
	now, err := s.home.States(ctx)
	if err != nil {
		return nil // the home is away: the turn itself shows it
	}
	return now
}

// settled reads the states after a turn. Home Assistant does not wait for a device before
// it answers, so one that was to change gets a moment.
func (s *Session) settled(ctx context.Context, t Turn, before homestate.State, changes bool) homestate.State {
	const moment, every = 600 * time.Millisecond, 50 * time.Millisecond
	for end := time.Now().Add(moment); ; {
		now := s.states(ctx)
		if now == nil || before == nil || s.demo != nil || !changes || !t.Good() || len(now.Changed(before)) > 0 || time.Now().After(end) {
			return now
		}
		select {
		case <-time.After(every):
		case <-ctx.Done():
			return now
		}
	}
}

// observe fills in what has changed in the home, and keeps the states of the devices.
func (t *Turn) observe(before, after homestate.State) {
	if t.Entity != "" && before != nil {
		t.Before = before[t.Entity].String()
	}
	if after == nil {
		return
	}
	if t.Entity != "" {
		t.After = after[t.Entity].String()
	}
	if before == nil {
		return
	}
	for _, id := range after.Changed(before) {
		if id != t.Entity {
			t.Changed = append(t.Changed, Change{after.Name(id), before[id].String(), after[id].String()})
		}
	}
}

// invocation returns the line of the log that is about the event.
func invocation(lines []string) (string, bool) {
	for _, l := range slices.Backward(lines) {
		if strings.Contains(l, `"_aws"`) {
			return l, true
		}
	}
	return "", false
}

// read fills in what the line of the log says.
func (t *Turn) read() {
	t.line, _ = wire.ParseLogLine(t.Log)
	t.Outcome, t.Cause, t.Cold, t.Tries = t.line.Outcome.String(), t.line.Cause, t.line.ColdStart, t.line.Attempts
	var fields map[string]json.RawMessage // of a map, unlike of a struct, keys keep their letter case
	if json.Unmarshal(t.Log, &fields) != nil {
		return
	}
	get := func(key string, into any) { _ = json.Unmarshal(fields[key], into) } // of another type: left empty
	var breaker, duration float64
	get(config.BreakerOpen.Name, &breaker)
	get(config.Duration.Name, &duration)
	get(config.HomeDuration.Name, &t.Times.Home)
	get("confirmed_ms", &t.Times.Confirm)
	t.Breaker = breaker == 1
	t.Times.Ours = max(0, duration-t.Times.Home-t.Times.Confirm)
	t.Times.Network = max(0, t.Times.Total-duration)
	t.Way = wire.ParseTrail(t.Log)
}

// split divides the time outside a function on this machine: what the home took was
// measured on the way to it, and the rest is the network. The time between us and the
// function is that of a loopback connection and belongs to neither.
func (t *Times) split(home float64) {
	outside := t.Home
	t.Home = min(home, cmp.Or(outside, home))
	t.Network = max(0, outside-t.Home)
}

// explained returns in a sentence what happened, if it is not as it should be.
func (t *Turn) explained() string {
	switch {
	case t.Outcome == "" || t.Good():
		return ""
	case t.line.Error != "":
		return invoke.Sentence(t.line.Error)
	case t.line.HomeMessage != "" || t.line.ReplyType != "":
		return strings.TrimSuffix("Home Assistant answered "+t.line.ReplyType+": "+t.line.HomeMessage, ": ")
	}
	return t.line.Cause
}

// furnished keeps the devices of a discovery. One that found none keeps those before: the
// home is away, and Alexa keeps them too.
func (s *Session) furnished(ctx context.Context, devices []Device) {
	if len(devices) == 0 {
		return
	}
	rooms := map[string]string{}
	if s.home.URL != "" {
		rooms = s.home.Rooms(ctx)
	}
	s.mu.Lock()
	for i := range devices {
		devices[i].Room, devices[i].State = rooms[devices[i].Entity()], s.known[devices[i].ID]
	}
	s.devices = devices
	s.mu.Unlock()
	s.keep(s.states(ctx))
}

// Refresh reads the states of the devices again, which change by themselves too.
func (s *Session) Refresh(ctx context.Context) { s.keep(s.states(ctx)) }

// learned keeps what a turn has shown: the device that "it" is and, of a deployed function,
// the state of which the reply is all that is known.
func (s *Session) learned(id string, t *Turn, r reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id == "" {
		return
	}
	s.last = id
	if s.home.URL != "" || len(r.Context.Properties) == 0 {
		return
	}
	t.Before, t.After = s.known[id], r.shown()
	s.known[id] = t.After
	for i := range s.devices {
		if s.devices[i].ID == id {
			s.devices[i].State = t.After
		}
	}
}

// keep keeps the states of the devices as the home says them; nil changes nothing.
func (s *Session) keep(now homestate.State) {
	if now == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.devices {
		s.devices[i].is(now[s.devices[i].Entity()])
	}
}
