package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config/policy"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/grammar"
)

// longest is how long a sentence may be, in bytes.
const longest = 2000

// Say says a sentence to Alexa, or sends a directive by its name, such as
// "TurnOn Kitchen Light" or `SetBrightness Kitchen Light {"brightness": 40}`. The error
// says why nothing could be sent; a turn that ended badly is no error.
func (s *Session) Say(ctx context.Context, sentence string) (Turn, error) {
	s.saying.Lock()
	defer s.saying.Unlock()
	sentence = strings.TrimSpace(sentence)
	if len(sentence) > longest {
		return Turn{}, fmt.Errorf("the sentence has %d bytes, and Alexa hears at most a few dozen words: write at most %d", len(sentence), longest)
	}
	if o, payload, ok, err := s.named(sentence); ok || err != nil {
		if err != nil {
			return Turn{}, err
		}
		return s.send(ctx, sentence, o, "", payload)
	}
	s.mu.Lock()
	open := s.skill.open
	s.mu.Unlock()
	if open {
		return s.ask(ctx, sentence, s.grammar.InSkill(sentence))
	}
	if r, ok := s.grammar.Invoked(sentence); ok {
		return s.ask(ctx, sentence, r)
	}
	return s.understand(ctx, sentence)
}

// understand finds what a sentence asks of which device, and sends it.
func (s *Session) understand(ctx context.Context, sentence string) (Turn, error) {
	readings := s.grammar.Read(sentence)
	if len(readings) == 0 {
		return s.note(Turn{Said: sentence, Alexa: s.grammar.Answer("unheard", "", ""), Why: s.hint()}), nil
	}
	s.mu.Lock()
	devices, last := slices.Clone(s.devices), s.last
	s.mu.Unlock()
	unable := ""
	for _, r := range readings {
		found := named(devices, r.Device)
		if len(found) == 0 && s.grammar.Pronoun(r.Device) && last != "" {
			found = slices.DeleteFunc(slices.Clone(devices), func(d Device) bool { return d.ID != last })
		}
		switch {
		case len(found) > 1:
			return s.note(Turn{Said: sentence, Device: found[0].Name, Alexa: s.grammar.Answer("several", found[0].Name, ""), Why: "these devices share the name: " + ids(found)}), nil
		case len(found) == 0:
			continue
		}
		o, ok := found[0].order(r)
		if !ok {
			unable = found[0].Name
			continue
		}
		return s.send(ctx, sentence, o, r.Action, "")
	}
	if unable != "" {
		return s.note(Turn{Said: sentence, Device: unable, Alexa: s.grammar.Answer("cannot", unable, ""), Why: "Alexa sends nothing: the discovery does not say that " + unable + " supports this"}), nil
	}
	name := readings[0].Device
	return s.note(Turn{Said: sentence, Alexa: s.grammar.Answer("missing", name, ""), Why: didYouMean(name, devices)}), nil
}

// hint says what can be said.
func (s *Session) hint() string {
	for _, d := range s.Devices() {
		if e := s.Example(d); e != "" {
			return "the simulator's grammar is small: try \"" + e + "\", or help"
		}
	}
	return "the home has no device: `hearthgate doctor` says why"
}

// named returns the devices of that name, whatever the case.
func named(devices []Device, name string) []Device {
	var all []Device
	for _, d := range devices {
		if grammar.Normal(d.Name) == name || strings.EqualFold(d.ID, name) || strings.EqualFold(d.Entity(), name) {
			all = append(all, d)
		}
	}
	return all
}

func ids(devices []Device) string {
	var all []string
	for _, d := range devices {
		all = append(all, d.Entity())
	}
	return strings.Join(all, ", ")
}

func didYouMean(name string, devices []Device) string {
	if len(devices) == 0 {
		return "the home has no device: `hearthgate doctor` says why"
	}
	var names []string
	for _, d := range devices {
		names = append(names, d.Name)
	}
	if near := policy.Near(name, names); near != "" {
		return "did you mean " + near + "?"
	}
	return "`devices` lists what there is"
}

// named reads a directive by its name. ok is false for a line that is none.
func (s *Session) named(line string) (o order, payload string, ok bool, err error) {
	word, rest, _ := strings.Cut(line, " ")
	var found []policy.Directive
	for _, d := range policy.Directives() {
		if word == d.Name || word == d.Namespace+"."+d.Name {
			found = append(found, d)
		}
	}
	if len(found) == 0 {
		return order{}, "", false, nil
	}
	name, payload := rest, ""
	if i := strings.Index(rest, "{"); i >= 0 {
		name, payload = rest[:i], rest[i:]
	}
	if payload != "" && !json.Valid([]byte(payload)) {
		return order{}, "", false, errors.New(`the payload is not JSON: write it behind the device, such as {"brightness": 40}`)
	}
	name = strings.Trim(strings.TrimSpace(name), `"'`)
	if !found[0].TakesEndpoint() {
		return order{namespace: found[0].Namespace, name: found[0].Name}, payload, true, nil
	}
	device, err := s.device(name, word)
	if err != nil {
		return order{}, "", false, err
	}
	for _, d := range found {
		if c := device.capability(d.Namespace); c != nil {
			return order{namespace: d.Namespace, name: d.Name, device: device, instance: c.Instance}, payload, true, nil
		}
	}
	return order{namespace: found[0].Namespace, name: found[0].Name, device: device}, payload, true, nil // it is sent all the same: the home refuses it
}

// device returns the one device of that name or id. An id that the discovery does not have
// is taken as it is, so that it can be tried.
func (s *Session) device(name, directive string) (Device, error) {
	devices := s.Devices()
	found := named(devices, grammar.Normal(name))
	switch {
	case name == "":
		return Device{}, fmt.Errorf("%s is for one device: write its name behind it, such as %s Kitchen Light", directive, directive)
	case len(found) > 1:
		return Device{}, fmt.Errorf("several devices are named %s: write the id of one, of %s", found[0].Name, ids(found))
	case len(found) == 1:
		return found[0], nil
	case strings.ContainsAny(name, "#.") && !strings.Contains(name, " "):
		return Device{ID: strings.Replace(name, ".", "#", 1), Name: name}, nil
	}
	return Device{}, fmt.Errorf("the home has no device %.80q: %s", name, didYouMean(name, devices))
}

// Replay sends what turn n sent again, with message ids of its own. 0 is the last turn.
func (s *Session) Replay(ctx context.Context, n int) (Turn, error) {
	s.saying.Lock()
	defer s.saying.Unlock()
	turns := s.Turns()
	if n == 0 {
		n = len(turns)
	}
	if n < 1 || n > len(turns) {
		return Turn{}, fmt.Errorf("there is no turn %d: `history` lists them", n)
	}
	t := turns[n-1]
	switch {
	case t.again == nil:
		return Turn{}, fmt.Errorf("turn %d sent nothing, so it cannot be sent again", n)
	case t.again.request != nil:
		return s.ask(ctx, t.Said, *t.again.request)
	}
	return s.send(ctx, t.Said, t.again.order, t.again.action, "")
}

// Discover asks for the devices, and keeps them.
func (s *Session) Discover(ctx context.Context) (Turn, error) {
	s.saying.Lock()
	defer s.saying.Unlock()
	return s.send(ctx, "discover devices", order{namespace: "Alexa.Discovery", name: "Discover"}, "", "")
}

// Devices returns the devices of the last discovery that found any, with their states as
// last read.
func (s *Session) Devices() []Device {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.devices)
}

// Complete returns sentences that begin with what was typed, at most so many.
func (s *Session) Complete(typed string, most int) []string {
	devices := s.Devices()
	var names []string
	for _, d := range devices {
		names = append(names, d.Name)
	}
	can := func(name string, a grammar.Action) bool {
		i := slices.IndexFunc(devices, func(d Device) bool { return d.Name == name })
		return devices[i].can(a)
	}
	return s.grammar.Complete(typed, names, can, most)
}

// can reports whether it makes sense to say this to the device.
func (d Device) can(a grammar.Action) bool {
	needs := map[grammar.Action][]string{
		grammar.IsOn: {"Alexa.PowerController"}, grammar.IsLocked: {"Alexa.LockController"},
		grammar.IsOpen: {"Alexa.ContactSensor", "Alexa.RangeController", "Alexa.ModeController"}, grammar.Temperature: {"Alexa.TemperatureSensor", "Alexa.ThermostatController"},
	}[a]
	if needs != nil {
		return slices.ContainsFunc(needs, d.Has)
	}
	if a.Question() {
		return !d.Has("Alexa.SceneController")
	}
	_, ok := d.order(grammar.Reading{Action: a})
	return ok
}

// note keeps a turn that sent nothing.
func (s *Session) note(t Turn) Turn {
	t.At = time.Now()
	s.mu.Lock()
	t.N = len(s.turns) + 1
	s.turns = append(s.turns, t)
	s.mu.Unlock()
	s.options.Watch()
	return t
}

// Example returns a sentence that fits a device; "" if there is none.
func (s *Session) Example(d Device) string {
	for _, a := range []grammar.Action{grammar.Degrees, grammar.Color, grammar.Percent, grammar.IsLocked, grammar.On, grammar.IsOpen, grammar.Temperature, grammar.Activate} {
		if d.can(a) {
			return s.grammar.Example(a, d.Name)
		}
	}
	return ""
}

// SkillExample returns a sentence for the custom skill.
func (s *Session) SkillExample() string { return s.grammar.SkillExample() }
