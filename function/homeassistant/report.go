package homeassistant

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
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
		url: f.settings.URL + SmartHomePath, token: f.token, body: f.question.Raw(), idempotent: true,
	}, func(res httpclient.Response) (err error) {
		r.body = res.Body
		if r.reply, err = Classify(res, f.token); err != nil {
			return err
		}
		// A report of another device says nothing about this one.
		r.body, err = correlated(f.question, r.reply, res.Body)
		return err
	})
	f.learn(ctx, f.settings.URL, f.token, r.err)
	if r.err != nil || r.reply.IsError() {
		return r
	}
	r.value, _ = f.claim.in(r.body)
	// An endpoint that is offline has a state all the same: a lock would be jammed.
	health, _ := claim{namespace: "Alexa.EndpointHealth", name: "connectivity"}.in(r.body)
	object, _ := health.(map[string]any)
	r.offline = object["value"] == "UNREACHABLE"
	return r
}
