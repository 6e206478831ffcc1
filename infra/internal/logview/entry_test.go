package logview_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/logview"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

const (
	good    = `{"timestamp":"2026-11-24T13:11:28Z","level":"INFO","message":"Alexa.PowerController.TurnOn","namespace":"Alexa.PowerController","name":"TurnOn","endpoint":"light#a","success":true,"duration":12.4,"Success":1,"Duration":12.3,"ColdStart":1,"reply":"Alexa.Response"}`
	failed  = `{"timestamp":"2026-11-24T13:11:28Z","level":"ERROR","message":"Alexa.BrightnessController.SetBrightness","namespace":"Alexa.BrightnessController","name":"SetBrightness","endpoint":"light#a","success":false,"duration":1,"cause":"refused","error":"nothing listens there"}`
	refused = `{"timestamp":"2026-11-24T13:11:28Z","level":"INFO","message":"Alexa.PowerController.TurnOn","namespace":"Alexa.PowerController","name":"TurnOn","success":true,"duration":1,"reply":"Alexa.ErrorResponse","reply_type":"NO_SUCH_ENDPOINT","home_message":"The endpoint light.a does not exist"}`
	start   = `{"timestamp":"2026-11-24T13:11:28Z","level":"ERROR","message":"the function is not ready: HOME_ASSISTANT_URL is missing"}`
)

func TestShow(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		failed     bool
		want       []string
	}{
		{"good", good, false, []string{"ok", "12 ms", "TurnOn", "light#a", "cold start"}},
		{"failed", failed, true, []string{"FAIL", "SetBrightness", "refused: nothing listens there"}},
		{"the home refused", refused, true, []string{"FAIL", "NO_SUCH_ENDPOINT: The endpoint light.a does not exist"}},
		{"start", start, true, []string{"ERROR the function is not ready"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, ok := logview.Parse(tt.line)
			if !ok || e.Failed() != tt.failed {
				t.Errorf("parsed %v: %+v", ok, e)
			}
			var b bytes.Buffer
			e.Show(ui.Paint(&b, false))
			for _, want := range tt.want {
				if !strings.Contains(b.String(), want) {
					t.Errorf("no %q in %s", want, b.String())
				}
			}
		})
	}
	for _, line := range []string{"START RequestId: x", "", "{}", `{"type":"platform.report"}`} {
		if _, ok := logview.Parse(line); ok {
			t.Errorf("taken for the function's: %q", line)
		}
	}
}
