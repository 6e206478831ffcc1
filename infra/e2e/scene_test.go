package e2e_test

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
)

// slowTimeout is what the function gets where the answer comes only when the time
// is up: enough for a machine with other things to do.
const slowTimeout = 4 * time.Second

// A scene is what one cell of the matrix is played in: a home, perhaps a parameter
// store, and how the function is started.
type scene struct {
	env     map[string]string
	url     string
	token   string
	then    faultyhome.Behaviour // of the home once the function is up; nil for no change
	before  int                  // so many directives for the same service are sent first
	events  [][]byte             // these are sent first
	pause   time.Duration        // after that
	change  func(directive) directive
	timeout time.Duration
	prefix  []string
	binary  string // default: the built function
	mute    bool   // there is no log to read

	up       func()              // is called when the function is up; nil for nothing
	received func(id string) int // how often the home has read a directive; default: what the first of homes says

	homes   []*faultyhome.Home // the first is the home
	closers []func()
	err     error
}

func (s *scene) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *scene) defers(f func()) {
	if f != nil {
		s.closers = append(s.closers, f)
	}
}

func (s *scene) set(name, value string) { s.env[name] = value }

// home starts the home.
func (s *scene) home(b faultyhome.Behaviour, conf *tls.Config) {
	h, err := faultyhome.New(b, conf)
	if err != nil {
		s.fail(err)
		return
	}
	s.defers(h.Close)
	s.homes = append(s.homes, h)
	s.url = h.URL
}

// healthy starts a home with which all is well.
func (s *scene) healthy() { s.home(faultyhome.Well(demohome.New(s.token)), nil) }

// store makes the function read its token from a parameter store.
func (s *scene) store(b faultyhome.Behaviour) {
	h, err := faultyhome.New(b, nil)
	if err != nil {
		s.fail(err)
		return
	}
	s.defers(h.Close)
	s.set(config.EnvToken, "")
	s.set(config.EnvTokenParameter, "/a/token")
	s.set("AWS_ENDPOINT_URL", h.URL)
	s.set("AWS_ACCESS_KEY_ID", "AKIACANARYCANARY0000")
	s.set("AWS_SECRET_ACCESS_KEY", canaries.make("secretkey"))
}

// A cell is one directive under one fault.
type cell struct {
	fault     fault
	directive directive

	took  time.Duration
	reply string   // its kind
	sent  int      // how often the home has read the directive
	wrong []string // empty when all is as it should be
}

// play plays the cell.
func (c *cell) play(ctx context.Context, binary string) {
	s := &scene{env: map[string]string{}, token: canaries.make("eyJhbGciOiJIUzI1NiJ9.e30."), timeout: 8 * time.Second}
	if c.fault.slow {
		s.timeout = slowTimeout
	}
	s.set(config.EnvToken, s.token)
	s.set(config.EnvStage, "test")
	defer func() {
		for _, f := range s.closers {
			f()
		}
	}()
	c.fault.made(s)
	if _, ok := s.env[config.EnvURL]; !ok {
		s.set(config.EnvURL, s.url)
	}
	if s.err != nil {
		c.wrong = append(c.wrong, s.err.Error())
		return
	}
	c.run(ctx, binary, s)
}

// run starts the function in the scene and judges what it does.
func (c *cell) run(ctx context.Context, binary string, s *scene) {
	o := localrun.Options{Binary: cmp.Or(s.binary, binary), Timeout: s.timeout, Prefix: s.prefix}
	for name, value := range s.env {
		o.Env = append(o.Env, name+"="+value)
	}
	inner, err := localrun.Start(ctx, o)
	if err != nil {
		c.wrong = append(c.wrong, err.Error())
		return
	}
	defer inner.Close()
	f := &function{Function: inner}
	if s.then != nil {
		s.homes[0].Behave(s.then)
	}
	if s.up != nil {
		s.up()
	}
	for range s.before {
		s.events = append(s.events, c.directive.forOther().event())
	}
	for _, event := range s.events {
		if _, err := f.send(ctx, event); err != nil {
			c.wrong = append(c.wrong, err.Error())
		}
	}
	time.Sleep(s.pause)
	if s.change != nil {
		c.directive = s.change(c.directive)
	}
	a, err := f.try(ctx, c.directive)
	if err != nil {
		c.wrong = append(c.wrong, err.Error())
		return
	}
	c.took = a.Duration
	c.reply = a.reply.kind()
	c.wrong = append(c.wrong, c.judge(a, s)...)
	for _, secret := range canaries.list() {
		if strings.Contains(strings.Join(f.Lines(), "\n"), secret) {
			c.wrong = append(c.wrong, "a secret in the log: "+strings.Join(f.Lines(), "\n"))
		}
	}
}

// judge returns what is not as it should be.
func (c *cell) judge(a attempt, s *scene) (wrong []string) {
	f := c.fault.at(c.directive)
	if s.mute {
		a.lines = []string{`{}`}
	}
	for _, w := range a.problems(c.directive) {
		if !s.mute || strings.HasPrefix(w, "the reply") || strings.HasPrefix(w, "the function") {
			wrong = append(wrong, w)
		}
	}
	if want := f.reply(c.directive); want != "" && c.reply != want {
		wrong = append(wrong, fmt.Sprintf("the reply is %s, want %s (%s: %s)", c.reply, want, a.line.Cause, a.line.Error))
	}
	cause := f.cause
	if f.told == "" && c.reply == internal {
		cause = "server_error" // the home itself says that it failed
	}
	if !s.mute && a.line.Cause != cause {
		wrong = append(wrong, fmt.Sprintf("the cause is %q, want %q: %s", a.line.Cause, cause, a.line.Error))
	}
	if len(s.homes) > 0 {
		c.sent = s.homes[0].Received()[c.directive.id]
	}
	if s.received != nil {
		c.sent = s.received(c.directive.id)
	}
	most := 1
	if c.directive.name == "Discover" || c.directive.name == "ReportState" {
		most = 2 // a question may be asked again
	}
	if f.renewed {
		most = 2 // with the newer token: Home Assistant does not read what it refuses
	}
	switch {
	case bool(f.unread) && c.sent > 0:
		wrong = append(wrong, fmt.Sprintf("the home has read the directive %d times, want none", c.sent))
	case c.sent > most:
		wrong = append(wrong, fmt.Sprintf("the home has read the directive %d times", c.sent))
	case !bool(f.unread) && c.sent == 0:
		wrong = append(wrong, "the directive has not reached the home: this cell proves nothing")
	}
	return wrong
}

// reply returns which reply the directive is to get, "" where the home decides.
func (f fault) reply(d directive) string {
	switch {
	case f.told == "":
		return ""
	case d.name == "Discover":
		return "Discover.Response"
	case d.name == "AcceptGrant":
		return "ACCEPT_GRANT_FAILED"
	case d.name == "ReportState" && f.told == away:
		return "StateReport"
	}
	return f.told
}
