package homeassistant_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/homeassistant"
)

// FuzzAnswer has a home answer anything: what passes is a message with the correlation
// token of the directive, what does not is told as a failure of its own kind, and no
// discovery holds what Alexa would not take.
func FuzzAnswer(f *testing.F) {
	long := strings.Repeat("x", 300)
	for _, seed := range []struct {
		status       int
		header, body string
	}{
		{200, "application/json", response},
		{200, "application/json", strings.Replace(response, `"correlationToken":"c1",`, "", 1)},
		{200, "application/json", strings.Replace(response, "c1", "another", 1)},
		{200, "application/json", found("")},
		{200, "application/json", found(device("light#a"))},
		{200, "application/json", found(device(long) + "," + device("light#b", "A name", long) + ",null,7")},
		{200, "application/json", found(`{"endpointId":"fan#a","friendlyName":"","capabilities":[null,{"interface":"Alexa.ModeController","instance":"a.b","configuration":{"supportedModes":[]}},{"interface":"Alexa.RangeController","instance":"a.b","configuration":{"supportedRange":{"minimumValue":0,"maximumValue":1,"precision":1}}}]}`)},
		{200, "application/json", `{"event":{"header":{"namespace":"Alexa","name":"ErrorResponse"},"payload":{"type":7}}}`},
		{200, "text/html", "<!DOCTYPE html>"},
		{200, "", "\x00\xff"},
		{401, "text/plain", "401: Unauthorized"},
		{403, "text/plain", "403: Forbidden"},
		{403, "text/html", "Cloudflare Access"},
		{503, "", ""},
		{-1, ";;", "{"},
	} {
		f.Add(seed.status, seed.header, []byte(seed.body))
	}
	f.Fuzz(func(t *testing.T, status int, header string, body []byte) {
		for _, name := range []string{"Discover", "ReportState", "TurnOn"} {
			h := newHome(t)
			h.responds(status, header, string(body))
			reply, err := h.send(directive(name, canary))
			if err != nil {
				if reply != nil || core.CauseOf(err) == core.CausePanic || core.CauseOf(err) == "" || strings.Contains(err.Error(), canary) {
					t.Errorf("%s: %d %q: %s, %v", name, status, body, reply, err)
				}
				continue
			}
			r, err := alexa.ParseReply(reply)
			if err != nil || status != 200 {
				t.Errorf("%s: %d %q: %s, %v", name, status, body, reply, err)
			}
			if name != "Discover" && r.CorrelationToken != "c1" {
				t.Errorf("%s: %q: the reply lacks the correlation token: %s", name, body, reply)
			}
			if name == "Discover" {
				takes(t, reply)
			}
		}
	})
}

// takes fails the test when Alexa would not take a discovery.
func takes(t *testing.T, reply json.RawMessage) {
	var r struct {
		Event struct {
			Payload struct {
				Endpoints []struct {
					EndpointID   string
					FriendlyName string
					Capabilities []any
				}
			}
		}
	}
	if err := json.Unmarshal(reply, &r); err != nil {
		t.Fatalf("%v: %s", err, reply)
	}
	seen := map[string]bool{}
	for _, e := range r.Event.Payload.Endpoints {
		if e.EndpointID == "" || len(e.EndpointID) > 256 || e.FriendlyName == "" || len([]rune(e.FriendlyName)) > 128 || len(e.Capabilities) == 0 || len(e.Capabilities) > 100 || seen[e.EndpointID] {
			t.Errorf("Alexa would not take %q: %s", e.EndpointID, reply)
		}
		seen[e.EndpointID] = true
	}
	if len(seen) > 300 {
		t.Errorf("%d endpoints", len(seen))
	}
	all, err := homeassistant.Endpoints(reply)
	again := homeassistant.FilterEndpoints("", all, func() map[string]bool { return nil })
	if n, _ := again.Dropped(0); err != nil || n+len(again.Removed(0))+len(again.Unnamed()) > 0 {
		t.Errorf("%v, or a second look finds more that Alexa would not take: %s", err, reply)
	}
}
