package homeassistant_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/access/accesstest"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/homeassistant"
)

const canary = "canary-token"

// A home is a Home Assistant without a network, so that tests can let hours pass: it
// answers each request as its answer says, and the client that talks to it.
type home struct {
	*homeassistant.Client
	t      *testing.T
	answer func(token string) (httpclient.Response, error)
	tokens []string // of the requests that came, in their order

	request func(context.Context, httpclient.Request) (httpclient.Response, error) // answers instead, if set

	settings  initialization.Settings
	renewed   core.Secret // what a refresh finds; default: what is there
	refreshed int
	numbers   *metrics.Registry
}

func newHome(t *testing.T) *home {
	h := &home{t: t, numbers: new(metrics.Registry), settings: initialization.Settings{
		URL: "https://home.example.com", Token: canary, TokenSource: config.Stored,
	}}
	d := core.NewDispatcher()
	core.Handle(d, httpclient.MakeRequest, func(ctx context.Context, r httpclient.Request) (httpclient.Response, error) {
		if h.request != nil {
			return h.request(ctx, r)
		}
		h.tokens = append(h.tokens, r.Bearer.Reveal())
		return h.answer(r.Bearer.Reveal())
	})
	core.Handle(d, initialization.Refresh, func(context.Context, initialization.RefreshInput) (initialization.Status, error) {
		h.refreshed++
		if h.renewed != "" {
			now := h.settings
			now.Token = h.renewed
			h.settings = now
		}
		return initialization.Status{}, nil
	})
	d.Install(new(cache.Store), h.numbers, new(circuitbreaker.Breakers))
	h.Client = &homeassistant.Client{Dispatcher: d, Settings: func() *initialization.Settings { s := h.settings; return &s }}
	return h
}

// responds has the home answer every request so.
func (h *home) responds(status int, header, body string) {
	h.answer = func(string) (httpclient.Response, error) {
		return httpclient.Response{Status: status, Header: http.Header{"Content-Type": {header}}, Body: []byte(body)}, nil
	}
}

// away has every request end without an answer.
func (h *home) away() {
	h.answer = func(string) (httpclient.Response, error) {
		return httpclient.Response{}, core.Errorf(core.Unreachable, core.CauseRefused, "nothing listens there")
	}
}

// takes has the home answer well whoever brings that token, and refuse all others.
func (h *home) takes(token, body string) {
	h.answer = func(shown string) (httpclient.Response, error) {
		if shown != token {
			return httpclient.Response{Status: 401}, nil
		}
		return httpclient.Response{Status: 200, Body: []byte(body)}, nil
	}
}

// send sends a directive as the function does: what fails is answered from the last
// known good answer, if there is one.
func (h *home) send(event string) (reply json.RawMessage, err error) {
	h.t.Helper()
	e, err := directiveOf(event)
	if err != nil {
		h.t.Fatal(err)
	}
	ctx := metrics.WithRecorder(h.t.Context())
	if reply, err = h.Forward(ctx, accesstest.Permit(), e); err != nil && e.IsDiscover() {
		reply, _ = h.LastKnown(ctx, e, err)
	}
	// What was put is counted with the record that ends an invocation.
	if _, failed := core.Do(ctx, h.Dispatcher, metrics.Record, metrics.RecordInput{Name: config.Success.Name, Value: 1}); failed != nil {
		h.t.Fatal(failed)
	}
	return reply, err
}

// directiveOf parses a directive.
func directiveOf(event string) (alexa.Directive, error) {
	e, err := alexa.ParseEvent([]byte(event))
	d, _ := e.(alexa.Directive)
	return d, err
}

// stale returns how many answers came from the last known good one.
func (h *home) stale() float64 { return h.numbers.Value(config.DiscoveryServedStale.Name).Sum }

// directive returns an event with a token of a linked account.
func directive(name, token string) string {
	scope := fmt.Sprintf(`{"type":"BearerToken","token":%q}`, token)
	switch name {
	case "Discover":
		return `{"directive":{"header":{"namespace":"Alexa.Discovery","name":"Discover","messageId":"m1","payloadVersion":"3"},"payload":{"scope":` + scope + `}}}`
	case "ReportState":
		return `{"directive":{"header":{"namespace":"Alexa","name":"ReportState","messageId":"m1","correlationToken":"c1","payloadVersion":"3"},"endpoint":{"endpointId":"light#a","scope":` + scope + `},"payload":{}}}`
	}
	return `{"directive":{"header":{"namespace":"Alexa.PowerController","name":"TurnOn","messageId":"m1","correlationToken":"c1","payloadVersion":"3"},"endpoint":{"endpointId":"light#a","scope":` + scope + `},"payload":{}}}`
}

const response = `{"event":{"header":{"namespace":"Alexa","name":"Response","messageId":"r1","correlationToken":"c1","payloadVersion":"3"},"payload":{}}}`

// ids returns the ids of a discovery's endpoints, nil for none.
func ids(t *testing.T, reply json.RawMessage) (all []string) {
	t.Helper()
	if reply == nil {
		return nil
	}
	var r struct {
		Event struct {
			Header  alexa.Header
			Payload struct {
				Endpoints []struct{ EndpointID string }
			}
		}
	}
	if err := json.Unmarshal(reply, &r); err != nil {
		t.Fatalf("%v: %s", err, reply)
	}
	if h := r.Event.Header; h.Name != "Discover.Response" || h.MessageID == "" || h.MessageID == "m1" || h.PayloadVersion != "3" {
		t.Errorf("the header is %+v", h)
	}
	for _, e := range r.Event.Payload.Endpoints {
		all = append(all, e.EndpointID)
	}
	return all
}

// jwt returns a token of a link as Home Assistant makes them.
func jwt(link string, until time.Time) string {
	part := func(v any) string {
		b, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(b)
	}
	return part(map[string]string{"alg": "HS256"}) + "." + part(map[string]any{"iss": link, "iat": time.Now().Unix(), "exp": until.Unix()}) + ".c2ln"
}

// found returns the answer of a home with these endpoints.
func found(endpoints string) string {
	return `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"m","payloadVersion":"3"},"payload":{"endpoints":[` + endpoints + `]}}}`
}

// many returns n endpoints.
func many(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`{"endpointId":"light#%d","friendlyName":"L %d","capabilities":[{}]}`, i, i))
	}
	return strings.Join(all, ",")
}
