package e2e_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
)

// mixture returns events of every sort: each kind of directive, requests of the
// custom skill, operations, well and badly made ones, and what is none of these.
func mixture() (events [][]byte) {
	for _, k := range kinds {
		events = append(events, command(k.command, k.endpoint, k.payload).event())
	}
	for _, r := range []request{
		{kind: "Launch"}, intent("Sentence_turn", "on the kitchen light"), intent("Sentence_sing", "sing"), {kind: "SessionEnded"},
		{kind: "Launch", skill: "amzn1.ask.skill.other"},
	} {
		events = append(events, r.event())
	}
	for _, text := range []string{
		setAnswer, getAnswer, delAnswer, getAnswer, `{"operation":"cache.get","input":{"key":1}}`, `{"operation":"nothing.at_all"}`,
		`{"operation":"lambda.status"}`, `{"operation":"lambda.diagnose"}`, `{"operation":"metrics.stats"}`, `{"operation":"metrics.export","input":{"format":"prometheus"}}`,
		`{"operation":"logging.search"}`, `{"operation":"initialization.cleanup"}`, `{"operation":"utility.parse_json","input":{"text":"[1,2"}}`,
		`{"source":"aws.events","detail-type":"Scheduled Event","detail":{"task":"keep_warm"}}`,
		`{}`, `[]`, `"` + strings.Repeat("x", 100_000) + `"`, `{"directive":{"header":{}}}`,
	} {
		events = append(events, []byte(text))
	}
	return events
}

// TestSteady makes thousands of invocations of every sort, while the home is well. At
// rest the process has the goroutines and descriptors that it had at first, and what it
// keeps is bounded: twice as many invocations do not make it more.
func TestSteady(t *testing.T) {
	token := canaries.make("stored")
	_, home := demo(t, token)
	f := start(t, localrun.Options{}, append(skillAt(home.URL, token), config.EnvConfirm+"="+config.ConfirmNone)...)
	events, sent, refused := mixture(), 0, 0
	to := func(n int) {
		for ; sent < n; sent++ {
			v, err := f.Invoke(t.Context(), events[sent%len(events)])
			if err != nil || v.FunctionError != "" {
				t.Fatalf("%.300s: %v %s", events[sent%len(events)], err, v.FunctionError)
			}
			if bytes.HasPrefix(v.Payload, []byte(`{"success":false`)) || bytes.Contains(v.Payload, []byte(`"ErrorResponse"`)) {
				refused++
			}
		}
	}
	to(len(events)) // by then everything has been done that is done once
	first := f.atRest(t, resting{})
	to(4000)
	half := f.atRest(t, first)
	to(8000)
	whole := f.atRest(t, first)
	t.Logf("%d invocations of %d sorts, %d of them refused; at rest after %d, half and all of them: %+v, %+v, %+v", sent, len(events), refused, len(events), first, half, whole)
	if refused == 0 || refused > sent/2 { // some ask wrongly, some for a thing that the home does not have
		t.Errorf("%d of %d invocations were refused", refused, sent)
	}
	for _, now := range []resting{half, whole} {
		if now.goroutines != first.goroutines || now.files != first.files {
			t.Errorf("at rest there are %d goroutines and %d descriptors, want %d and %d", now.goroutines, now.files, first.goroutines, first.files)
		}
	}
	if whole.heap > half.heap*6/5 {
		t.Errorf("the heap is %d bytes after %d invocations and was %d after half of them, so it grows with them", whole.heap, sent, half.heap)
	}
}

// A resting is what a process holds when it has nothing to do and its garbage is collected.
type resting struct {
	goroutines, files int
	heap              int64 // bytes
}

// atRest closes the connections, collects the garbage, and returns what is left. It
// waits until that is no more goroutines and descriptors than before, if there was a
// before.
func (f *function) atRest(t *testing.T, before resting) (now resting) {
	t.Helper()
	const (
		rounds   = 3                // a pool's values survive one collection
		patience = 10 * time.Second // for goroutines and connections that are about to end
	)
	began := time.Now()
	for i := 1; ; i++ {
		f.run(`{"operation":"http_client.reset"}`)
		var answer struct {
			Data struct {
				After struct {
					Goroutines int
					Heap       int64 `json:"heap_bytes"`
				}
			}
		}
		if err := json.Unmarshal([]byte(f.run(`{"operation":"singleton.optimize","input":{"budget_bytes":1}}`)), &answer); err != nil || answer.Data.After.Goroutines == 0 {
			t.Fatalf("it does not tell its goroutines: %v", err)
		}
		now = resting{answer.Data.After.Goroutines, usage(t, f.Pid()).files, answer.Data.After.Heap}
		if i < rounds {
			continue
		}
		if before.files == 0 || now.goroutines <= before.goroutines && now.files <= before.files || time.Since(began) > patience {
			return now
		}
	}
}
