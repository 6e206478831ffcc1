package cache

import (
	"sync"
	"time"
)

// Trouble is what is wrong with a level below memory. The first one is told to the
// log; all of them are told to whoever asks for the health.
type trouble struct {
	tell func(string) // default: nobody is told
	rest time.Duration

	mu       sync.Mutex
	last     string    // guarded by mu; "" when it works, or works again
	told     bool      // guarded by mu
	failures int64     // guarded by mu
	damaged  int64     // guarded by mu; what was found and is not what was written
	until    time.Time // guarded by mu; till when it is left alone
}

// resting reports whether the level failed a moment ago, and is left alone.
func (t *trouble) resting() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Now().Before(t.until)
}

// failed notes a failure, in a sentence.
func (t *trouble) failed(sentence string) {
	t.mu.Lock()
	t.failures++
	t.last, t.until = sentence, time.Now().Add(t.rest)
	t.mu.Unlock()
	t.say(sentence)
}

// spoiled notes something that is not what was written.
func (t *trouble) spoiled(sentence string) {
	t.mu.Lock()
	t.damaged++
	t.mu.Unlock()
	t.say(sentence)
}

// worked notes that all is well again.
func (t *trouble) worked() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last, t.until = "", time.Time{}
}

func (t *trouble) say(sentence string) {
	t.mu.Lock()
	first := !t.told
	t.told = true
	t.mu.Unlock()
	if first && t.tell != nil {
		t.tell(sentence)
	}
}

// now returns what is wrong, and how much was damaged so far.
func (t *trouble) now() (last string, failures, damaged int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last, t.failures, t.damaged
}
