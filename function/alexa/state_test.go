package alexa_test

import (
	"encoding/json"
	"runtime"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/alexa"
)

func TestReportStateFor(t *testing.T) {
	for _, tt := range []struct{ name, event, want string }{
		{"a command with everything",
			`{"directive":{"header":{"namespace":"Alexa.ModeController","name":"SetMode","instance":"cover.position","messageId":"m1","correlationToken":"c1","payloadVersion":"3"},"endpoint":{"scope":{"type":"BearerToken","token":"t1"},"endpointId":"cover#garage","cookie":{"k":1.0}},"payload":{"mode":"position.open"}}}`,
			`{"directive":{"endpoint":{"scope":{"type":"BearerToken","token":"t1"},"endpointId":"cover#garage","cookie":{"k":1.0}},"header":{"namespace":"Alexa","name":"ReportState","messageId":"m2","correlationToken":"c1","payloadVersion":"3"},"payload":{}}}`},
		{"one without a correlation token",
			`{"directive":{"header":{"namespace":"Alexa.LockController","name":"Lock","messageId":"m1","payloadVersion":"3"},"endpoint":{"endpointId":"lock#a"},"payload":{}}}`,
			`{"directive":{"endpoint":{"endpointId":"lock#a"},"header":{"namespace":"Alexa","name":"ReportState","messageId":"m2","payloadVersion":"3"},"payload":{}}}`},
		{"another spelling beside it",
			`{"directive":{"header":{"namespace":"Alexa.LockController","name":"Lock","messageId":"m1","payloadVersion":"3"},"endpoint":{"endpointId":"lock#a"},"ENDPOINT":{"endpointId":"lock#b"},"payload":{}}}`,
			`{"directive":{"endpoint":{"endpointId":"lock#a"},"header":{"namespace":"Alexa","name":"ReportState","messageId":"m2","payloadVersion":"3"},"payload":{}}}`},
		{"no endpoint", `{"directive":{"header":{"namespace":"Alexa.Discovery","name":"Discover","messageId":"m1","payloadVersion":"3"},"payload":{}}}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := alexa.ParseEvent([]byte(tt.event))
			if err != nil {
				t.Fatal(err)
			}
			d := e.(alexa.Directive)
			got, err := alexa.ReportStateFor(d, "m2")
			if string(got.Raw()) != tt.want || (err != nil) != (tt.want == "") {
				t.Fatalf("got %s, %v\nwant %s", got.Raw(), err, tt.want)
			}
			if err != nil {
				return
			}
			again, err := alexa.ParseEvent(got.Raw())
			if q, ok := again.(alexa.Directive); err != nil || !ok || !q.IsReportState() || !got.Idempotent() || q.EndpointID != d.EndpointID || got.Token() != q.Token() || got.Token() != d.Token() || q.Header != got.Header {
				t.Errorf("read again, it is %+v, %v; want %+v", again, err, got)
			}
		})
	}
}

func TestContext(t *testing.T) {
	const reply = `{"event":{"header":{"name":"Response"}},"context":{"properties":[{"namespace":"Alexa.LockController","name":"lockState","value":"LOCKED"}]},"more":1}`
	const report = `{"event":{"header":{"name":"StateReport"}},"context":{"properties":[{"namespace":"A","name":"b","instance":"c","value":70.0}]}}`
	for _, tt := range []struct{ name, reply, report, want string }{
		{"both have one", reply, report, `{"context":{"properties":[{"namespace":"A","name":"b","instance":"c","value":70.0}]},"event":{"header":{"name":"Response"}},"more":1}`},
		{"nothing gets longer", `{"event":"<&>"}`, `{"context":"<&>"}`, `{"context":"<&>","event":"<&>"}`},
		{"only the report", `{"event":{}}`, report, `{"context":{"properties":[{"namespace":"A","name":"b","instance":"c","value":70.0}]},"event":{}}`},
		{"only the reply", reply, `{"event":{}}`, ""},
		{"no reply", `null`, report, ""},
		{"no JSON", `{`, report, ""},
	} {
		got, err := alexa.WithContextOf(json.RawMessage(tt.reply), json.RawMessage(tt.report))
		if string(got) != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%s: got %s, %v; want %s", tt.name, got, err, tt.want)
		}
	}
	p, err := alexa.Properties([]byte(report))
	if err != nil || len(p) != 1 || p[0].Namespace != "A" || p[0].Name != "b" || p[0].Instance != "c" || string(p[0].Value) != "70.0" {
		t.Errorf("the properties are %+v, %v", p, err)
	}
	if p, err := alexa.Properties([]byte(`{"event":{}}`)); err != nil || p != nil {
		t.Errorf("without a context they are %+v, %v", p, err)
	}
	for _, bad := range []string{`{"context":{"properties":{}}}`, `{"context":{"properties":[],"properties":[]}}`, `{"context":{"properties":[{"name":"a","name":"b"}]}}`} {
		if _, err := alexa.Properties([]byte(bad)); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
	if p, err := alexa.Properties([]byte(`{"Context":{"properties":[{}]}}`)); err != nil || p != nil {
		t.Errorf("of a context that is spelled otherwise they are %+v, %v", p, err)
	}
}

// TestT2Context has a reply of the longest length with as many properties as fit.
func TestT2Context(t *testing.T) {
	reply := []byte(`{"context":{"properties":[` + strings.Repeat("{},", 2_000_000) + `{}]}}`)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p, err := alexa.Properties(reply)
	runtime.ReadMemStats(&after)
	if used := (after.TotalAlloc - before.TotalAlloc) >> 20; err != nil || len(p) == 0 || used > 4 {
		t.Errorf("got %d properties, %v, with %d MB", len(p), err, used)
	}
}
