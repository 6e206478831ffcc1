// Package simulator is a conversation with Alexa without Alexa: it keeps one function and
// one home, makes directives of sentences, and shows everything that happens between a
// sentence and a lamp.
package simulator

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/homestate"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/grammar"
)

// Options choose the function and the home. Root, Binary or Deployed is required.
type Options struct {
	Root    string         // of the clone, to build the function from
	Binary  string         // the built function; default: it is built
	Home    homestate.Home // a Home Assistant; default: a demo home
	Devices int            // of the demo home; default: its ten
	Env     []string       // "NAME=value": further settings of the function

	Deployed *invoke.Target // a deployed function, to be used instead; default: none
	SkillID  string         // of its custom skill; default: none

	Locale  string                                       // of the person who speaks; default: en-US
	Token   string                                       // of the linked account; default: none
	Confirm func(ctx context.Context, what string) error // is asked before a deployed function gets what changes something; nil refuses
	Watch   func()                                       // is called when something has changed, from any goroutine; default: nothing
	Steps   func(step string)                            // is called with what happens at the start; default: nothing
}

// localSkill is the id of the custom skill that a function on this machine admits.
const localSkill = "amzn1.ask.skill.simulator"

// A Session is one conversation. Its methods may be called from several goroutines; one
// sentence is said at a time.
type Session struct {
	Where string // for a person: which function and which home

	options Options
	grammar *grammar.Grammar
	home    homestate.Home // zero: it is known by the function's replies alone
	demo    *demohome.Server
	route   *route // nil for a deployed function
	dir     string // removed in the end
	target  *invoke.Target

	began time.Time // when it was opened

	saying sync.Mutex // held while a sentence is said

	mu       sync.Mutex
	function *localrun.Function // guarded by mu; nil for a deployed one
	settings []string           // guarded by mu; "NAME=value", set in the session
	devices  []Device           // guarded by mu
	turns    []Turn             // guarded by mu
	last     string             // guarded by mu; the id of the device that "it" is
	skill    conversation       // guarded by mu
	known    map[string]string  // guarded by mu; the last state of each device of a deployed function, by its id
}

// Open builds and starts the function, reaches the home, and discovers its devices. A home
// that shows no device, or that does not answer, is no error: the first turn says so.
func Open(ctx context.Context, o Options) (*Session, error) {
	o.Locale = cmp.Or(o.Locale, "en-US")
	o.Token = cmp.Or(o.Token, invoke.NoToken)
	if o.Watch == nil {
		o.Watch = func() {}
	}
	if o.Steps == nil {
		o.Steps = func(string) {}
	}
	g, err := grammar.For(o.Locale)
	if err != nil {
		return nil, err
	}
	s := &Session{options: o, grammar: g, began: time.Now(), known: map[string]string{}}
	if o.Deployed != nil {
		s.target, s.Where = o.Deployed, o.Deployed.Where
	} else if err := s.start(ctx); err != nil {
		s.Close()
		return nil, err
	}
	o.Steps("discovering devices")
	if _, err := s.Discover(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// start starts the home, the route to it, and the function.
func (s *Session) start(ctx context.Context) (err error) {
	if s.dir, err = os.MkdirTemp("", "hearthgate-"); err != nil {
		return err
	}
	if s.options.Binary == "" {
		s.options.Steps("building the function")
		s.options.Binary = filepath.Join(s.dir, "bootstrap")
		if err := project.Function(ctx, s.options.Root, s.options.Binary); err != nil {
			return err
		}
	}
	s.home = s.options.Home
	s.home.URL = strings.TrimRight(s.home.URL, "/")
	s.Where = "the function on this machine, with " + s.home.URL
	if s.home.URL == "" {
		if err := s.furnish(); err != nil {
			return err
		}
		s.Where = "the function on this machine, with a demo home"
	}
	if s.route, err = newRoute(s.home); err != nil {
		return err
	}
	s.options.Steps("starting the function")
	s.target = invoke.Func(s.Where, s.invokeLocal)
	return s.restart(ctx)
}

// furnish starts a demo home.
func (s *Session) furnish() error {
	s.home.Token = rand.Text()
	h := demohome.New(s.home.Token)
	h.AddJammingLock()
	h.AddLamps(s.options.Devices)
	s.demo = &demohome.Server{Handler: h}
	if err := s.demo.Start(); err != nil {
		return err
	}
	s.home.URL = s.demo.URL()
	return nil
}

// restart starts the function with the settings in effect, in place of the one before.
func (s *Session) restart(ctx context.Context) error {
	s.mu.Lock()
	env := append([]string{
		config.EnvStage + "=" + simulated,
		config.EnvLogLevel + "=debug", // so that every line has the way through the gateways
		config.EnvSkillIDs + "=" + localSkill,
	}, s.options.Env...)
	env = append(env, s.settings...)
	s.mu.Unlock()
	// The route stands for the home, and the secrets are in the environment, which the list
	// of processes does not show.
	env = append(env, config.EnvURL+"="+s.route.url(), config.EnvToken+"="+s.home.Token)
	f, err := localrun.Start(ctx, localrun.Options{Binary: s.options.Binary, Env: env})
	if err != nil {
		return err
	}
	s.mu.Lock()
	before := s.function
	s.function = f
	s.mu.Unlock()
	if before != nil {
		return before.Close()
	}
	return nil
}

// invokeLocal sends an event to the function on this machine.
func (s *Session) invokeLocal(ctx context.Context, event []byte) (invoke.Answer, error) {
	s.mu.Lock()
	f := s.function
	s.mu.Unlock()
	written := len(f.Lines())
	v, err := f.Invoke(ctx, event)
	return invoke.Answer{Payload: v.Payload, Error: v.FunctionError, Lines: f.Lines()[written:]}, err
}

// Set gives the function on this machine a setting, "NAME=value", and starts it again with
// it. A value that the function rejects changes nothing.
func (s *Session) Set(ctx context.Context, setting string) error {
	name, _, ok := strings.Cut(setting, "=")
	switch {
	case s.route == nil:
		return errors.New("the settings of a deployed function are those of its stage: change them with `hearthgate config`")
	case !ok || !slices.Contains(settable, name):
		return fmt.Errorf("%.40q is not a setting of the simulator: write one of %s, such as %s=[...]", name, strings.Join(settable, ", "), config.EnvPolicy)
	}
	s.saying.Lock()
	defer s.saying.Unlock()
	s.mu.Lock()
	before := slices.Clone(s.settings)
	s.settings = append(slices.DeleteFunc(s.settings, func(old string) bool { return strings.HasPrefix(old, name+"=") }), setting)
	s.mu.Unlock()
	err := s.restart(ctx)
	if err == nil {
		err = s.accepted(ctx)
	}
	if err == nil {
		return nil
	}
	s.mu.Lock()
	s.settings = before
	s.mu.Unlock()
	return errors.Join(err, s.restart(ctx))
}

// settable are the settings that a session may change.
var settable = []string{config.EnvPolicy, config.EnvConversation, config.EnvConfirm, config.EnvAllowedUsers, config.EnvTimeout, config.EnvAgent}

// accepted returns what the function has against its settings.
func (s *Session) accepted(ctx context.Context) error {
	r, err := s.target.Operate(ctx, "lambda.status", nil)
	if err != nil {
		return err
	}
	var status struct {
		Problem string `json:"problem"`
	}
	if json.Unmarshal(r.Data, &status) == nil && status.Problem != "" {
		return errors.New("the function rejects the setting: " + status.Problem)
	}
	return nil
}

// Close stops everything that the session has started.
func (s *Session) Close() {
	s.mu.Lock()
	f := s.function
	s.mu.Unlock()
	if f != nil {
		f.Close()
	}
	if s.route != nil {
		s.route.close()
	}
	if s.demo != nil {
		s.demo.Stop()
	}
	if s.target != nil {
		s.target.Close()
	}
	if s.dir != "" {
		os.RemoveAll(s.dir)
	}
}

// Deployed reports whether the function is a deployed one.
func (s *Session) Deployed() bool { return s.route == nil }

// Locale returns the locale of the person who speaks.
func (s *Session) Locale() string { return s.grammar.Locale() }

// Turns returns every turn so far, the oldest first.
func (s *Session) Turns() []Turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.turns)
}

// Last returns the last turn; ok is false before the first.
func (s *Session) Last() (t Turn, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.turns) == 0 {
		return Turn{}, false
	}
	return s.turns[len(s.turns)-1], true
}

// secrets returns what no turn may contain.
func (s *Session) secrets() []string {
	all := []string{s.home.Token}
	for _, v := range s.home.Headers {
		all = append(all, v)
	}
	if s.options.Token != invoke.NoToken {
		all = append(all, s.options.Token)
	}
	return all
}

// ms returns a duration in milliseconds.
func ms(d time.Duration) float64 { return float64(d.Round(time.Microsecond)) / 1e6 }
