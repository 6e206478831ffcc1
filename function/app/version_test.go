package app

import (
	"strings"
	"testing"
)

// TestA6PayloadVersion sends messages of other versions than 3, in today's shape and in
// that of version 2: the line says which setting of the skill is wrong.
func TestA6PayloadVersion(t *testing.T) {
	header := func(version string) string {
		return `"header":{"namespace":"Alexa.ConnectedHome.Discovery","name":"DiscoverAppliancesRequest","payloadVersion":` + version + `,"messageId":"m1"},"payload":{"accessToken":"` + canary + `"}`
	}
	for _, tt := range []struct {
		event, version string // "" if it is no message at all
	}{
		{"{" + header(`"1"`) + "}", `"1"`},
		{"{" + header(`"2"`) + "}", `"2"`},
		{`{"directive":{` + header(`"1"`) + "}}", `"1"`},
		{`{"directive":{` + header(`"2"`) + "}}", `"2"`},
		{strings.Replace(turnOn, `"payloadVersion":"3"`, `"payloadVersion":"2"`, 1), `"2"`},
		{strings.Replace(turnOn, `"payloadVersion":"3",`, ``, 1), `""`},
		{`{"header":{},"payload":{}}`, ""},
		{`{"header":7}`, ""},
	} {
		app, out := started(t, "http://127.0.0.1:1", nil)
		if _, err := app.Invoke(t.Context(), []byte(tt.event)); err != nil {
			t.Fatal(err)
		}
		line := out.line(t)
		said, _ := line["error"].(string)
		if tt.version == "" {
			if !strings.Contains(said, "neither a Smart Home directive") {
				t.Errorf("%s: the error is %q", tt.event, said)
			}
			continue
		}
		if line["cause"] != "directive" || !strings.Contains(said, "version") || !strings.Contains(said, tt.version) || !strings.Contains(said, "choose payload version 3 for the skill in the Alexa developer console") {
			t.Errorf("%s: cause %v, error %q", tt.event, line["cause"], said)
		}
	}
}
