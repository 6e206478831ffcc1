package wire_test

import (
	"testing"

	"github.com/hearthgate/hearthgate/config/wire"
)

// TestParseLogLine covers what the function does not write; its own lines are read by
// the tests of what shows and counts them.
func TestParseLogLine(t *testing.T) {
	for _, tt := range []struct {
		line string
		want wire.LogLine
		ok   bool
	}{
		{"START RequestId: x", wire.LogLine{}, false},
		{`{"type":"platform.report"}`, wire.LogLine{}, false},
		{`["level","message"]`, wire.LogLine{}, false},
		{`{"level":"INFO"}`, wire.LogLine{Level: "INFO"}, false},
		{`{"level":"INFO","message":"a"}`, wire.LogLine{Level: "INFO", Message: "a"}, true},
		{`{"LEVEL":"INFO","message":"a"}`, wire.LogLine{Message: "a"}, false},
		{`{"level":"INFO","message":"a","duration":"long","success":"yes","ColdStart":0}`, wire.LogLine{Level: "INFO", Message: "a"}, true},
		{`{"level":"INFO","message":"a","success":true,"Success":0}`, wire.LogLine{Level: "INFO", Message: "a", Outcome: wire.Succeeded}, true},
		{`{"level":"ERROR","message":"a","Success":1,"success":false,"ColdStart":1}`, wire.LogLine{Level: "ERROR", Message: "a", Outcome: wire.Failed, ColdStart: true}, true},
	} {
		if got, ok := wire.ParseLogLine([]byte(tt.line)); got != tt.want || ok != tt.ok {
			t.Errorf("%s\ngot  %+v, %t\nwant %+v, %t", tt.line, got, ok, tt.want, tt.ok)
		}
	}
}

func TestDeduct(t *testing.T) {
	h := wire.Health{Points: 100}
	h.Deduct(70, "a")
	h.Deduct(70, "b")
	if h.Points != 0 || len(h.Reasons) != 2 || h.Reasons[0] != "a" || h.Reasons[1] != "b" {
		t.Errorf("%+v", h)
	}
}
