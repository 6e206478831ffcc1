package wire_test

import (
	"fmt"
	"testing"

	"github.com/hearthgate/hearthgate/config/wire"
)

// TestOutcome writes each outcome as the function does and reads it back. The outcome
// decides, not the boolean beside it; a line of an older function has only that.
func TestOutcome(t *testing.T) {
	for outcome, success := range map[wire.Outcome]float64{wire.Succeeded: 1, wire.Failed: 0, wire.Denied: 1, wire.AskedWrongly: 1} {
		if got := outcome.Success(); got != success {
			t.Errorf("%v: Success %v, want %v", outcome, got, success)
		}
		line := fmt.Sprintf(`{"level":"INFO","message":"a","success":false,%q:%q}`, wire.FieldOutcome, outcome)
		if l, ok := wire.ParseLogLine([]byte(line)); !ok || l.Outcome != outcome {
			t.Errorf("%s: read as %v, %v", line, l.Outcome, ok)
		}
	}
	for line, want := range map[string]wire.Outcome{
		`{"level":"INFO","message":"a","success":false,"Success":1}`:                   wire.Failed,
		`{"level":"INFO","message":"a","success":true,"outcome":"of another version"}`: wire.Succeeded,
		`{"level":"INFO","message":"a"}`:                                               wire.NotAnInvocation,
	} {
		if l, _ := wire.ParseLogLine([]byte(line)); l.Outcome != want {
			t.Errorf("%s: %v, want %v", line, l.Outcome, want)
		}
	}
}
