package transport

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/mqtt"
)

// Relay asks a Home Assistant that holds a connection to a broker, over the [Line] of the
// process. A question is published once; an idempotent one again, with the same id and
// over a new connection, if no word about it comes or the connection breaks. The broker
// delivers nothing late: it keeps no session, and each message expires with the time that
// is left.
type Relay struct {
	Line     *Line
	Stage    string
	Endpoint string // host of the broker, with a port where it is not 443
}

// Ask publishes q and waits for the reply, unless the home is known not to be there. No
// token is sent.
func (r Relay) Ask(ctx context.Context, q Question) (res httpclient.Response, err error) {
	began := time.Now()
	defer func() { res.Duration = time.Since(began) }()
	id := core.NewID()
	for final := false; ; final = true {
		var s *session
		s, res.Reused, err = r.Line.connect(ctx, r.Stage, r.Endpoint)
		res.Connecting = time.Since(began)
		if err != nil {
			return res, err
		}
		home, err := s.home(ctx)
		if err == nil {
			if err := Unready(home); err != nil {
				return res, err
			}
			var reply relay.Reply
			if reply, err = r.exchange(ctx, s, id, q); err == nil {
				if q.Limit > 0 && len(reply.Body) > q.Limit {
					reply = relay.Reply{Status: relay.TooLong}
				}
				res.Body, err = answer(reply)
				res.Status = http.StatusOK
				return res, err
			}
		}
		again := errors.Is(err, errUnsure) || q.Idempotent && mayHelp(err)
		if final || !again || !enough(ctx) {
			switch unsure := errors.Is(err, errUnsure); {
			case unsure && ctx.Err() != nil:
				err = timedOut(ctx, "Home Assistant is asked over the relay")
			case unsure:
				err = errCut
			}
			return res, err
		}
		s.Close()
	}
}

// enough reports whether there is time for another try.
func enough(ctx context.Context) bool {
	const least = 500 * time.Millisecond
	end, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || time.Until(end) >= least)
}

// mayHelp reports whether a new connection may get an answer where err came of the old
// one.
func mayHelp(err error) bool { return err == errSilent || err == errCut }

var (
	errSilent = core.Errorf(core.Unreachable, core.CauseTimeout, "Home Assistant is connected to the relay and does not answer: it hangs, or has lost its internet connection a moment ago; look into its log")
	errCut    = core.Errorf(core.Unreachable, core.CauseReset, "the connection to the relay was lost: try again")
)

// exchange publishes q as the request with that id and returns the reply.
func (r Relay) exchange(ctx context.Context, s *session, id string, q Question) (relay.Reply, error) {
	now := time.Now()
	end, ok := ctx.Deadline()
	if !ok {
		end = now.Add(relay.RememberFor)
	}
	b, err := payload(relay.Request{Kind: q.Kind, ID: id, Sent: now.UnixMilli(), Within: max(1, end.Sub(now).Milliseconds()), Body: q.Body})
	if err != nil {
		return relay.Reply{}, err
	}
	asked, forget := r.Line.expect(id)
	defer forget()
	if err := s.Publish(mqtt.Message{
		Topic: relay.RequestTopic(r.Stage), Payload: b, Expiry: end.Sub(now),
		ResponseTopic: relay.ReplyTopic(r.Stage, r.Line.process), Correlation: []byte(id),
	}); err != nil {
		return relay.Reply{}, s.lost(ctx)
	}
	return r.await(ctx, s, asked)
}

// await waits for the reply: without a word for the usual time only, and after an
// acknowledgement as long as there is, unless the home disconnects.
func (r Relay) await(ctx context.Context, s *session, asked *request) (relay.Reply, error) {
	began := time.Now()
	silence := time.NewTimer(r.Line.patience())
	defer silence.Stop()
	for accepted := false; ; {
		select {
		case reply := <-asked.reply:
			if !accepted {
				r.Line.took(time.Since(began))
			}
			return reply, nil
		case <-asked.accepted:
			if !accepted {
				r.Line.took(time.Since(began))
			}
			accepted = true
			silence.Stop()
		case <-asked.gone:
			return relay.Reply{}, errLeft
		case <-silence.C:
			return relay.Reply{}, errSilent
		case <-s.Done():
			return relay.Reply{}, s.lost(ctx)
		case <-ctx.Done():
			if accepted {
				return relay.Reply{}, &core.Error{Kind: core.Unreachable, Cause: core.CauseTimeout, Err: working{}}
			}
			return relay.Reply{}, timedOut(ctx, "Home Assistant is asked over the relay")
		}
	}
}

// lost returns why the connection ended: the broker's reason, if it gave one.
func (s *session) lost(ctx context.Context) error {
	if r, ok := errors.AsType[*mqtt.Refusal](s.Err()); ok && r.Code == mqtt.NotAuthorized {
		return refusal(ctx, r)
	}
	return errCut
}

// Check asks the home what it is.
func (r Relay) Check(ctx context.Context) (state relay.State, err error) {
	res, err := r.Ask(ctx, Question{Kind: relay.Check, Idempotent: true})
	if err != nil {
		return state, err
	}
	if json.Unmarshal(res.Body, &state) != nil {
		return state, core.Errorf(core.Internal, core.CauseMalformed, "Home Assistant's answer about itself cannot be read: update the integration hearthgate")
	}
	return state, nil
}

// State returns the state of Home Assistant as its presence has it.
func (r Relay) State(ctx context.Context, _ core.Secret) string {
	p, err := r.Presence(ctx)
	switch {
	case err != nil || p.State == "" || p.State == relay.Offline:
		return ""
	case p.State == relay.Starting:
		return "STARTING"
	}
	return Running
}

// Connect connects to the broker, and waits until the presence of the home is known.
func (r Relay) Connect(ctx context.Context) error {
	_, err := r.Presence(ctx)
	return err
}

// Presence returns what the home has said about itself; the zero value if no home has
// connected yet.
func (r Relay) Presence(ctx context.Context) (relay.Presence, error) {
	for final := false; ; final = true {
		s, _, err := r.Line.connect(ctx, r.Stage, r.Endpoint)
		if err != nil {
			return relay.Presence{}, err
		}
		p, err := s.home(ctx)
		if err == nil {
			return p, nil
		}
		if final {
			return relay.Presence{}, errCut
		}
		s.Close()
	}
}
