package app

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// TestKindOfEvent has events that could be taken for one kind here and for another by
// who reads them next. None reaches the home or an operation.
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
			t.Errorf("%s\nis answered with %s, %v\nwant %s", event, b, err, want)
		}
	}
	if n := sent.Load(); n != 0 {
		t.Errorf("%d of them reached the home", n)
	}
	if b, _ := app.Invoke(t.Context(), []byte(`{"operation":"cache.get","input":{"key":"planted"}}`)); !strings.Contains(string(b), `"not_found"`) {
		t.Errorf("one of them ran its operation: %s", b)
	}
	// White space in front, keys of others beside it and its own further down: it is one.
	plain := " \n{ \"context\":{\"operation\":1}, \"directive\" :" + strings.Replace(directive, `"payload":{}`, `"payload":{"request":1,"directive":[]}`, 1) + "}"
	if _, b := invoke(t, app, plain); string(b) != handled || sent.Load() != 1 {
		t.Errorf("a plain directive is answered with %s", b)
	}
}
