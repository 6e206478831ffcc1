package e2e_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

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

// TestSteady makes ten thousand invocations of every sort, while the home is well: in
// the end the process holds what it held after the first thousand.
func TestSteady(t *testing.T) {
	token := canaries.make("stored")
	_, home := demo(t, token)
	f := start(t, localrun.Options{}, append(skillAt(home.URL, token), config.EnvConfirm+"="+config.ConfirmNone)...)
	events, sent, refused := mixture(), 0, 0
	to := func(n int) (h holdings, goroutines int) {
		for ; sent < n; sent++ {
			v, err := f.Invoke(t.Context(), events[sent%len(events)])
			if err != nil || v.FunctionError != "" {
				t.Fatalf("%.300s: %v %s", events[sent%len(events)], err, v.FunctionError)
			}
			if bytes.HasPrefix(v.Payload, []byte(`{"success":false`)) || bytes.Contains(v.Payload, []byte(`"ErrorResponse"`)) {
				refused++
			}
		}
		var answer struct {
			Data struct{ Goroutines int }
		}
		if err := json.Unmarshal([]byte(f.run(`{"operation":"metrics.system"}`)), &answer); err != nil || answer.Data.Goroutines == 0 {
			t.Fatalf("it does not tell its goroutines: %v", err)
		}
		return usage(t, f.Pid()), answer.Data.Goroutines
	}
	early, few := to(1000)
	late, many := to(10_000)
	t.Logf("%d invocations of %d sorts, %d of them refused; after 1000 and in the end: resident memory %.1f, %.1f MB; goroutines %d, %d; descriptors %d, %d; threads %d, %d",
		sent, len(events), refused, float64(early.rss)/1e3, float64(late.rss)/1e3, few, many, early.files, late.files, early.threads, late.threads)
	if refused == 0 || refused > sent/2 { // some ask wrongly, some for a thing that the home does not have
		t.Errorf("%d were refused", refused)
	}
	const grownKB, grown = 3 << 10, 3 // room for a heap that is about to be collected, and for a connection that is being made
	if late.rss > early.rss+grownKB || many > few+grown || late.files > early.files+grown {
		t.Error("it holds more than it did")
	}
}
