package transport

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/function/core"
)

// see takes over a presence that the broker has sent, and returns the home's state. An
// empty one means that there is none any more; one that cannot be read changes nothing.
func (s *session) see(payload []byte) (state string) {
	var p relay.Presence
	if len(payload) > 0 && json.Unmarshal(payload, &p) != nil {
		return ""
	}
	s.presence.Store(&p)
	s.first.Do(func() { close(s.known) })
	return p.State
}

// errUnsure is the error of a connection that proved dead before anything was sent.
var errUnsure = errors.New("the connection to the relay is dead")

// home returns what the home says about itself: the zero value if it was never connected.
// It returns errUnsure if the connection is dead.
func (s *session) home(ctx context.Context) (relay.Presence, error) {
	const (
		retained = 300 * time.Millisecond // after the subscription
		ping     = relay.AnswerWithin
		recently = 100 * time.Millisecond
	)
	if s.presence.Load() == nil {
		s.wait(ctx, retained-time.Since(s.since))
	}
	if p := s.presence.Load(); p != nil && p.State == relay.Online {
		return *p, nil
	}
	// A process that was frozen may have received, and not yet read, that it has changed.
	if s.silence() > recently {
		ctx, cancel := context.WithTimeout(ctx, ping)
		defer cancel()
		if s.Ping(ctx) != nil {
			return relay.Presence{}, errUnsure
		}
		s.answered()
	}
	if p := s.presence.Load(); p != nil {
		return *p, nil
	}
	return relay.Presence{}, nil
}

// wait waits until the presence is known, at most so long.
func (s *session) wait(ctx context.Context, most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-s.known:
	case <-timer.C:
	case <-ctx.Done():
	case <-s.Done():
	}
}

// Unready returns why a home with that presence is not asked; nil if it is. A state that a
// later version of the integration has is no reason.
func Unready(p relay.Presence) error {
	switch p.State {
	case "":
		return away(p, core.CauseHomeOffline, "no Home Assistant has connected to the relay yet: add the integration hearthgate there, and pair it with `hearthgate pair`")
	case relay.Offline:
		return away(p, core.CauseHomeOffline, "Home Assistant is not connected to the relay: check whether it runs, whether the home's internet connection works, and what its integration hearthgate says")
	case relay.Starting:
		return away(p, core.CauseStarting, "Home Assistant is still starting: wait a minute")
	}
	return nil
}

// unasked is the error of a question that was not sent, because the home is not there.
type unasked struct {
	relay.Presence
	text string
}

func (u unasked) Error() string { return u.text }

func away(p relay.Presence, cause core.Cause, text string) error {
	return &core.Error{Kind: core.Unreachable, Cause: cause, Err: unasked{p, text}}
}

// Away returns the presence because of which a question was answered at once, without being
// sent; ok is false for any other error.
func Away(err error) (p relay.Presence, ok bool) {
	u, ok := errors.AsType[unasked](err)
	return u.Presence, ok
}

// errLeft is the error of a home that disconnected after the question was sent.
var errLeft = core.Errorf(core.Unreachable, core.CauseHomeOffline, "Home Assistant has disconnected from the relay before it answered: check whether it runs, and whether the home's internet connection works")
