package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/homestate"
	"github.com/hearthgate/hearthgate/infra/internal/ui/redact"
)

// A Step is one directive and its result.
type Step struct {
	Title    string          `json:"title"`
	OK       bool            `json:"ok"`
	Problem  string          `json:"problem,omitempty"` // what is wrong
	In       string          `json:"in"`                // the directive as a line
	Out      string          `json:"out"`               // the reply as a line
	Took     float64         `json:"took_ms"`           // from sending the event to the reply
	Before   string          `json:"home_before"`       // the state of what the directive is about
	After    string          `json:"home_after"`
	Note     string          `json:"note,omitempty"` // explains what looks odd
	Request  json.RawMessage `json:"request"`        // without secrets
	Response json.RawMessage `json:"response"`
	Log      json.RawMessage `json:"log"` // the function's line
}

// A scene is a directive and its expected result.
type scene struct {
	title    string
	note     string
	send     directive
	about    string                                       // the entity to show; default: the home as a whole
	down     breakable                                    // stopped during the directive; default: none
	function *localrun.Function                           // default: the one that the play is about
	want     func(r reply, before homestate.State) string // returns what is wrong with the reply, "" if nothing
	home     func(after homestate.State) string           // returns what is wrong with the home; default: it is not checked
	changes  []string                                     // the entities that may change, or anything; default: none
	follow   func(reply, homestate.State) []scene         // returns scenes to play at the end; default: none
}

// anything stands for every entity: a home in use changes by itself.
const anything = "*"

// play sends the directive and checks the result.
func (s scene) play(ctx context.Context, o Options, h homestate.Home, f *localrun.Function) (step Step, more []scene, err error) {
	before, err := h.States(ctx)
	if err != nil {
		return step, nil, err
	}
	if s.down != nil {
		s.down.Stop()
	}
	raw, messageID, correlation := s.send.event()
	v, lines, err := s.run(ctx, f, raw)
	if s.down != nil {
		err = errors.Join(err, s.down.Start())
	}
	if err != nil {
		return step, nil, err
	}
	r, unreadable := read(v.Payload)
	wrong := first(failed(v), unreadable, r.mirrors(s.send, messageID, correlation), s.want(r, before))
	if s.home == nil || wrong != "" {
		s.home = func(homestate.State) string { return "" }
	}
	after, err := h.Settled(ctx, s.home)
	if err != nil {
		return step, nil, err
	}
	line, unlogged := logged(lines)
	secrets := o.secrets()
	step = Step{
		Title: s.title, Note: s.note, In: s.send.String(), Out: r.String(), Took: ms(v.Duration),
		Before: s.tell(before, nil), After: s.tell(after, before),
		Request: redact.JSON(raw, secrets...), Response: redact.JSON(v.Payload, secrets...), Log: redact.JSON(line, secrets...),
	}
	step.Problem = first(
		wrong,
		s.home(after),
		s.unexpected(after.Changed(before)),
		unlogged,
		revealed(lines, v.Payload, o.Token),
	)
	step.OK = step.Problem == ""
	if s.follow != nil && step.OK {
		more = s.follow(r, after)
	}
	return step, more, nil
}

// run sends the event, and also returns what the function wrote meanwhile.
func (s scene) run(ctx context.Context, f *localrun.Function, raw []byte) (localrun.Invocation, []string, error) {
	if s.function != nil {
		f = s.function
	}
	written := len(f.Lines())
	v, err := f.Invoke(ctx, raw)
	return v, f.Lines()[written:], err
}

// tell describes the state of what the scene is about.
func (s scene) tell(now, before homestate.State) string {
	if s.about != "" {
		return now.Name(s.about) + ": " + now[s.about].String()
	}
	text := fmt.Sprintf("%d entities", len(now))
	if before == nil {
		return text
	}
	if ids := now.Changed(before); len(ids) > 0 {
		return text + ", changed: " + strings.Join(ids, ", ")
	}
	return text + ", nothing changed"
}

// unexpected returns what changed although it should not have.
func (s scene) unexpected(changed []string) string {
	for _, id := range changed {
		if !slices.Contains(s.changes, id) && !slices.Contains(s.changes, anything) {
			return problem("the state of %s changed, which the directive should not change", id)
		}
	}
	return ""
}

func failed(v localrun.Invocation) string {
	if v.FunctionError != "" {
		return "the function failed instead of answering: " + v.FunctionError
	}
	return ""
}

// revealed returns where a token is visible.
func revealed(lines []string, payload []byte, token string) string {
	switch {
	case token == "":
	case strings.Contains(strings.Join(lines, "\n"), token):
		return "the token for the home is in the function's log"
	case strings.Contains(string(payload), token):
		return "the token for the home is in the reply"
	}
	if strings.Contains(strings.Join(lines, "\n"), linkedToken) {
		return "the token of the linked account is in the function's log"
	}
	return ""
}

// first returns the first problem that is not "".
func first(problems ...string) string {
	for _, p := range problems {
		if p != "" {
			return p
		}
	}
	return ""
}
