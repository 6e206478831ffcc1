package homeassistant

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/homeassistant/transport"
)

// A report is what the home said when it was asked for the state of a device.
type report struct {
	body    json.RawMessage
	reply   alexa.Reply
	value   any   // of the property that was claimed; nil if it is not in the report
	offline bool  // Home Assistant does not reach the device
	err     error // instead of all that
}

// ask asks the home for the state, behind its breaker. It is no directive: neither the
// line nor the metrics of one have it.
func (f *confirmation) ask(ctx context.Context) (r report) {
	const spare = 250 * time.Millisecond // to answer in
	patience := f.patience
	if d, ok := ctx.Deadline(); ok {
		patience = min(patience, time.Until(d)-spare)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r.err = f.send(ctx, post{
		settings: f.settings, kind: relay.Directive, token: f.token, body: f.question.Raw(), idempotent: true, counts: isReportFailure,
	}, func(res httpclient.Response) (err error) {
		r.body = res.Body
		if r.reply, err = Classify(res, f.token); err != nil {
			return err
		}
		// A report of another device says nothing about this one.
		if id := r.reply.EndpointID; id != "" && strings.ReplaceAll(id, "#", ".") != strings.ReplaceAll(f.question.EndpointID, "#", ".") {
			return errOtherDevice
		}
		r.body, err = correlated(f.question, r.reply, res.Body)
		return err
	})
	f.learn(ctx, f.settings.URL, f.token, r.err)
	if r.err != nil || r.reply.IsError() {
		return r
	}
	if r.value, _ = f.claim.in(r.body); r.value != nil && !f.claim.fits(r.value) {
		r.err = errOddState
		return r
	}
	// An endpoint that is offline has a state all the same: a lock would be jammed.
	health, _ := claim{namespace: "Alexa.EndpointHealth", name: "connectivity"}.in(r.body)
	object, _ := health.(map[string]any)
	r.offline = object["value"] == "UNREACHABLE"
	return r
}

// isReportFailure reports whether the home is to be asked less. A question is waited for
// less long than a directive is: that there is no answer says little about the home.
func isReportFailure(err error) bool {
	return isHomeFailure(err) && core.CauseOf(err) != core.CauseTimeout
}

var (
	errOtherDevice = core.Errorf(core.Internal, core.CauseMixedUp, "the report is of another device: a proxy in front of Home Assistant caches answers or mixes them up; have it pass %s through unchanged", transport.SmartHomePath)
	errOddState    = core.Errorf(core.Internal, core.CauseMalformed, "the reported state is not one as Alexa defines it: look into Home Assistant's log")
)
