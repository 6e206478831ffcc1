package transport

import (
	"context"
	"errors"
	"fmt"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/security"
	"github.com/hearthgate/hearthgate/function/mqtt"
)

// answer returns the body of a reply, or what its status means.
func answer(r relay.Reply) ([]byte, error) {
	said := shown(r.Problem)
	switch r.Status {
	case relay.Done:
		return r.Body, nil
	case relay.NotUnderstood:
		return nil, core.Errorf(core.Internal, core.CauseRefusedRequest, "the integration in Home Assistant rejected the request (400)%s: look into Home Assistant's log, and update the integration", said)
	case relay.NotAllowed:
		return nil, core.Errorf(core.Forbidden, core.CauseNotAllowed, "the options of the integration in Home Assistant exclude it (403)%s: change them there if that is not meant", said)
	case relay.NotKnown:
		return nil, core.Errorf(core.Unreachable, core.CauseNotConfigured, "Home Assistant has nothing set up that answers this (404)%s: set it up, and update the integration hearthgate", said)
	case relay.TooLate:
		return nil, core.Errorf(core.Unreachable, core.CauseTimeout, "the request reached Home Assistant after its time and was not carried out (410)%s: check the home's internet connection", said)
	case relay.TooLong:
		return nil, core.Errorf(core.Internal, core.CauseOversized, "the answer is longer than the relay carries (413)%s: offer Alexa fewer devices, in the options of the integration hearthgate", said)
	case relay.Failed:
		return nil, core.Errorf(core.Internal, core.CauseServerError, "Home Assistant failed while it handled the request (500)%s: look into its log", said)
	case relay.NotReady:
		return nil, core.Errorf(core.Unreachable, core.CauseStarting, "Home Assistant is starting or shutting down (503)%s: wait a minute", said)
	}
	return nil, core.Errorf(core.Unreachable, core.CauseUnexpectedStatus, "the integration in Home Assistant answered %d, which this version does not know%s: update hearthgate", r.Status, said)
}

// shown returns what a home says is wrong, for a sentence.
func shown(problem string) string {
	if problem == "" {
		return ""
	}
	text, _ := security.Redact(problem)
	return fmt.Sprintf(", saying %.200q", text)
}

// refusal returns why the broker cannot be used.
func refusal(ctx context.Context, err error) error {
	if own, ok := errors.AsType[*core.Error](err); ok {
		return own
	}
	if ctx.Err() != nil {
		return timedOut(ctx, "the relay is connected to")
	}
	const mend = "`hearthgate deploy` grants the function its rights; check that the clock is right, and that nothing in the account denies iot:Connect"
	if h, ok := errors.AsType[*mqtt.HandshakeError](err); ok {
		if h.Status == 403 {
			return core.Errorf(core.Unreachable, core.CauseDenied, "AWS IoT Core rejects the function's signature (403): %s", mend)
		}
		if h.Status == 429 || h.Status == 503 {
			return core.Errorf(core.Unreachable, core.CauseRateLimited, "AWS IoT Core does not take the function's connection now (%d): try again", h.Status)
		}
		return core.Errorf(core.Unreachable, core.CauseUnexpectedStatus, "the relay's broker answered %d instead of accepting a connection: check that the endpoint of the stage is that of the account, with `hearthgate doctor`", h.Status)
	}
	if r, ok := errors.AsType[*mqtt.Refusal](err); ok {
		if r.Code == mqtt.NotAuthorized {
			return core.Errorf(core.Unreachable, core.CauseDenied, "AWS IoT Core does not allow the function to use the relay: %s (%w)", mend, r)
		}
		return core.Errorf(core.Unreachable, core.CauseRateLimited, "AWS IoT Core does not take the function's connection now: try again (%w)", r)
	}
	return core.Errorf(core.Unreachable, core.CauseReset, "the connection to the relay's broker was lost while it was made: try again (%w)", err)
}

// timedOut is the error of something that was going on when ctx ended.
func timedOut(ctx context.Context, what string) error {
	return core.Errorf(core.Unreachable, core.CauseTimeout, "no answer in time: timed out while %s: %w", what, ctx.Err())
}

// working is the error of a request that the home has acknowledged, and not answered in
// time.
type working struct{}

func (working) Error() string {
	return "no answer in time: Home Assistant has acknowledged the request and is still working on it"
}

// IsWaiting reports whether err is a timeout of a question that Home Assistant has
// received: it may yet do what was asked.
func IsWaiting(err error) bool {
	_, ok := errors.AsType[working](err)
	return ok || httpclient.IsWaiting(err)
}
