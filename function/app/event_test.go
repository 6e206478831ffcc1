package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// TestKindOfEvent sends ambiguous events, which another reader could take for another
// kind. They are rejected, and reach neither the home nor an operation.
func TestKindOfEvent(t *testing.T) {
	var sent atomic.Int32
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			sent.Add(1)
		}
		_, _ = w.Write([]byte(handled))
	}))
	defer home.Close()
	app, _ := started(t, home.URL, nil)

	directive := strings.TrimSuffix(strings.TrimPrefix(turnOn, `{"directive":`), `}`)
	const set, launch, schedule = `"cache.set","input":{"key":"planted","value":1}`, `{"type":"LaunchRequest","locale":"en-US"}`, `"Scheduled Event","detail":{"task":"keep_warm"}`
	for event, want := range map[string]string{
		`{"directive":` + directive + `,"operation":` + set + `}`:                  "the event is ambiguous: it is a directive and an operation at once",
		`{"operation":` + set + `,"directive":` + directive + `}`:                  "the event is ambiguous: it is an operation and a directive at once",
		`{"operation":` + set + `,"directive":null}`:                               "the event is ambiguous: it is an operation and a directive at once",
		`{"request":` + launch + `,"directive":` + directive + `}`:                 "the event is ambiguous: it is a skill's request and a directive at once",
		`{"request":` + launch + `,"operation":` + set + `}`:                       "the event is ambiguous: it is a skill's request and an operation at once",
		`{"detail-type":` + schedule + `,"operation":` + set + `}`:                 "the event is ambiguous: it is a scheduled event and an operation at once",
		`{"Directive":` + directive + `}`:                                          `the event has a key "Directive"; it is spelled "directive"`,
		`{"directive":` + directive + `,"DIRECTIVE":` + directive + `}`:            `the event has a key "DIRECTIVE"; it is spelled "directive"`,
		`{"directive":` + directive + `, "directive" : ` + directive + `}`:         `the event is ambiguous: it has the key "directive" twice`,
		`{"directive":` + directive + `,"\u0064irective":` + directive + `}`:       `the event is ambiguous: it has the key "directive" twice`,
		`{"directive":` + directive + `,"\u004fperation":` + set + `}`:             `the event has a key "Operation"; it is spelled "operation"`,
		`{"Operation":` + set + `}`:                                                `the event has a key "Operation"; it is spelled "operation"`,
		`{"operation":"lambda.status","input":{},"operation":` + set + `}`:         `the event is ambiguous: it has the key "operation" twice`,
		`{"Request":` + launch + `}`:                                               `the event has a key "Request"; it is spelled "request"`,
		`{"reque` + "\u017f" + `t":` + launch + `}`:                                "the event has a key \"reque\u017ft\"; it is spelled \"request\"",
		`{"Detail-Type":` + schedule + `}`:                                         `the event has a key "Detail-Type"; it is spelled "detail-type"`,
		`[{"directive":` + directive + `}]`:                                        "the event is not a JSON object with a directive, a request or an operation",
		`{"event":{"directive":` + directive + `},"text":"\"directive\":","x":[]}`: "the event is neither a Smart Home directive",
	} {
		b, err := app.Invoke(t.Context(), []byte(event))
		var r struct {
			Success bool
			Message string
			Data    any
			Error   struct{ Kind, Type string }
		}
		if err != nil || json.Unmarshal(b, &r) != nil || r.Success || r.Data != nil || r.Error.Kind != "invalid" || !strings.HasPrefix(r.Message, want) {
			t.Errorf("the reply to\n%s\nis %s, %v\nwant %s", event, b, err, want)
		}
	}
	if n := sent.Load(); n != 0 {
		t.Errorf("%d of the rejected events reached the home", n)
	}
	if b, _ := app.Invoke(t.Context(), []byte(`{"operation":"cache.get","input":{"key":"planted"}}`)); !strings.Contains(string(b), `"not_found"`) {
		t.Errorf("a rejected event ran its operation: %s", b)
	}
	// White space in front, unknown keys, and the keys of other kinds further down are fine.
	plain := " \n{ \"context\":{\"operation\":1}, \"directive\" :" + strings.Replace(directive, `"payload":{}`, `"payload":{"request":1,"directive":[]}`, 1) + "}"
	if _, b := invoke(t, app, plain); string(b) != handled || sent.Load() != 1 {
		t.Errorf("the reply to a directive is %s", b)
	}
}

func TestOperations(t *testing.T) {
	app, _ := started(t, "http://127.0.0.1:1", nil)
	for event, want := range map[string]string{
		`{"operation":"cache.set","input":{"key":"a","value":1}}`:  `"success":true`,
		`{"operation":"cache.get","input":{"key":"none"}}`:         `"not_found"`,
		`{"operation":"cache.get","input":{"kee":"a"}}`:            `kee`,
		`{"operation":"no.such"}`:                                  `there is no operation`,
		`{"operation":"cache.GET_STATS"}`:                          `"lookups"`,
		`{"operation":"cache.FLUSH","input":{}}`:                   `"disk_files"`,
		`{"operation":"cache.FLUSH","input":{"pattern":"a*"}}`:     `field pattern is what cache.FLUSH stands for`,
		`{"operation":"utility.generate_correlation_id","more":1}`: `more`,
		`{}`: `neither a Smart Home directive`, `[]`: `not a JSON object`, ``: `is empty`, `{`: `ends too early`,
	} {
		b, err := app.Invoke(t.Context(), []byte(event))
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("the reply to %s is %s, %v; want %s in it", event, b, err, want)
		}
		for _, field := range []string{"success", "message", "data", "error", "timestamp", "correlation_id", "duration"} {
			if !strings.Contains(string(b), fmt.Sprintf("%q:", field)) {
				t.Errorf("the reply to %s lacks %s: %s", event, field, b)
			}
		}
	}
}
