package homeassistant_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// A moving device answers commands at once, as Home Assistant does, and reports what is
// true at each time.
type moving struct {
	t      *testing.T
	report func(since time.Duration, n int) (httpclient.Response, error) // to the nth question, so long after the command
	delay  time.Duration                                                 // of the reply to a command

	mu        sync.Mutex
	commanded time.Time       // guarded by mu
	commands  []string        // guarded by mu; names
	questions []time.Duration // guarded by mu; when they came, since the command
}

func (m *moving) answer(ctx context.Context, r httpclient.Request) (httpclient.Response, error) {
	var in struct {
		Directive struct {
			Header   struct{ Namespace, Name, MessageID, CorrelationToken string }
			Endpoint struct{ EndpointID string }
		}
	}
	if err := json.Unmarshal(r.Body, &in); err != nil {
		m.t.Error(err)
	}
	h := in.Directive.Header
	if h.Name == "ReportState" {
		m.mu.Lock()
		since := time.Since(m.commanded)
		m.questions = append(m.questions, since)
		n := len(m.questions)
		m.mu.Unlock()
		if !r.Idempotent || h.MessageID == "m1" || h.CorrelationToken != "c1" || in.Directive.Endpoint.EndpointID != "lock#a" || r.Bearer != canary {
			m.t.Errorf("the question is %s, idempotent %v", r.Body, r.Idempotent)
		}
		res, err := m.report(since, n)
		if err == errHangs {
			<-ctx.Done()
			return res, core.Errorf(core.Unreachable, core.CauseTimeout, "no answer in time")
		}
		return res, err
	}
	time.Sleep(m.delay)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.commanded = time.Now()
	m.commands = append(m.commands, h.Name)
	if r.Idempotent {
		m.t.Error("a command may be sent twice")
	}
	return said("Response", "c1", lockState(h.Name+"ED")), nil
}

// errHangs has a question wait until its time is over.
var errHangs = errors.New("hangs")

// said returns the home's message of that name with a context.
func said(name, correlation, properties string) httpclient.Response {
	return httpclient.Response{Status: 200, Body: fmt.Appendf(nil,
		`{"event":{"header":{"namespace":"Alexa","name":%q,"messageId":"r1","correlationToken":%q,"payloadVersion":"3"},"endpoint":{"endpointId":"lock#a"},"payload":{}},"context":{"properties":[%s]}}`, name, correlation, properties)}
}

// edited returns a response with another text in place of one of its body.
func edited(r httpclient.Response, old, text string) httpclient.Response {
	r.Body = bytes.ReplaceAll(r.Body, []byte(old), []byte(text))
	return r
}

func lockState(value string) string {
	switch value {
	case "LockED":
		value = "LOCKED"
	case "UnlockED":
		value = "UNLOCKED"
	}
	return fmt.Sprintf(`{"namespace":"Alexa.LockController","name":"lockState","value":%q}`, value)
}

func connectivity(value string) string {
	return fmt.Sprintf(`{"namespace":"Alexa.EndpointHealth","name":"connectivity","value":{"value":%q}}`, value)
}

// states reports the given states, each from that time on.
func states(from map[time.Duration]string) func(time.Duration, int) (httpclient.Response, error) {
	return func(since time.Duration, _ int) (httpclient.Response, error) {
		now, latest := "", time.Duration(-1)
		for at, state := range from {
			if at <= since && at > latest {
				now, latest = state, at
			}
		}
		return said("StateReport", "c1", now), nil
	}
}

func errorResponse(kind string) httpclient.Response {
	return httpclient.Response{Status: 200, Body: fmt.Appendf(nil,
		`{"event":{"header":{"namespace":"Alexa","name":"ErrorResponse","messageId":"r1","correlationToken":"c1","payloadVersion":"3"},"payload":{"type":%q,"message":"no"}}}`, kind)}
}
