package homeassistant

import (
	"testing"
	"time"
)

// TestWays checks which of two addresses is asked first: after the first could not be
// reached the second, until a question tries the first again a while later.
func TestWays(t *testing.T) {
	const question, command = true, false
	var w ways
	for _, step := range []struct {
		name              string
		away              time.Duration // since when the first is away; 0: it is not
		question, command bool          // whether the second is asked first
	}{
		{"at the start", 0, false, false},
		{"just away", time.Second, true, true},
		{"away for a while", tryFirst + time.Second, false, true},
		{"away for a day", 24 * time.Hour, false, true},
	} {
		w.note(step.away == 0)
		if step.away > 0 {
			w.away.Store(time.Now().Add(-step.away).UnixNano())
		}
		if w.prefersSecond(question) != step.question || w.prefersSecond(command) != step.command {
			t.Errorf("%s: a question prefers the second: %v, a command: %v", step.name, w.prefersSecond(question), w.prefersSecond(command))
		}
	}
	w.note(false)
	if !w.prefersSecond(question) {
		t.Error("a question that found the first still away did not put it off")
	}
	w.note(true)
	if w.prefersSecond(command) {
		t.Error("the first is back, and commands go to the second")
	}
}
