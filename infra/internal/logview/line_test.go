package logview_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/logview"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/testkit/functionlog"
)

func TestShow(t *testing.T) {
	lines := functionlog.Read(t)
	for _, tt := range []struct {
		name, line string
		failed     bool
		want       []string
	}{
		{"good", lines.Cold, false, []string{"ok  ", " ms  Alexa.PowerController.TurnOn  switch#outlet (cold start)"}},
		{"a device whose name is known", lines.Brightness, false, []string{"ok  ", "SetBrightness  " + functionlog.DeviceName}},
		{"failed", lines.Unreachable, true, []string{"FAIL", "TurnOn  Outlet", "refused: ", "nothing listens there"}},
		{"the home refused", lines.Rejected, true, []string{"bad ", "light#nowhere", "Home Assistant answered NO_SUCH_ENDPOINT"}},
		{"an operation", lines.Operation, false, []string{"ok  ", "logging.write"}},
		{"of no invocation", lines.Other, true, []string{"ERROR the lamp is broken"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, ok := wire.ParseLogLine([]byte(tt.line))
			if !ok || logview.Failed(l) != tt.failed || l.Time.IsZero() || l.ID == "" {
				t.Errorf("parsed %v: %+v", ok, l)
			}
			var b bytes.Buffer
			logview.Show(ui.Paint(&b, false), l)
			for _, want := range tt.want {
				if !strings.Contains(b.String(), want) {
					t.Errorf("no %q in %s", want, b.String())
				}
			}
			if cold := strings.Contains(b.String(), "cold start"); cold != (tt.line == lines.Cold) {
				t.Errorf("cold start %t in %s", cold, b.String())
			}
		})
	}
	for _, line := range []string{"START RequestId: x", "", "{}", `{"type":"platform.report"}`} {
		if _, ok := wire.ParseLogLine([]byte(line)); ok {
			t.Errorf("taken for the function's: %q", line)
		}
	}
}
