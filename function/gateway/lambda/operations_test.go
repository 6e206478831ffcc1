package lambda_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
)

type input struct {
	Key    string          `json:"key" doc:"the key" required:"true"`
	Wait   core.Seconds    `json:"wait_seconds"`
	Many   []string        `json:"many,omitempty"`
	Value  json.RawMessage `json:"value"`
	Size   int             `json:"size" unit:"B"`
	Really bool            `json:"really"`
	More   map[string]int  `json:"more"`
	At     time.Time       `json:"at"`
	Level  slog.Level      `json:"level"`
	Hidden string          `json:"-"`
}

type withFunc struct {
	Run func() `json:"run"`
}

func TestOperations(t *testing.T) {
	d := core.NewDispatcher()
	core.Handle(d, core.Define[input, int](core.Cache, "one", "Do one."), func(context.Context, input) (int, error) { return 1, nil })
	core.Handle(d, core.Define[withFunc, int](core.Singleton, "two", "Do two."), func(context.Context, withFunc) (int, error) { return 2, nil })
	d.Install(lambda.New(lambda.Options{Host: host{dispatcher: d}}))
	all, err := core.Do(t.Context(), d, lambda.ListOperations, lambda.OperationsInput{})
	if err != nil {
		t.Fatal(err)
	}
	find := func(name string) wire.OperationInfo {
		i := slices.IndexFunc(all, func(o wire.OperationInfo) bool { return o.Name == name })
		if i < 0 {
			t.Fatalf("%s is not listed: %+v", name, all)
		}
		return all[i]
	}
	one := find("cache.one")
	const want = `[{"name":"key","type":"string","doc":"the key","required":true},{"name":"wait_seconds","type":"number","unit":"s"},` +
		`{"name":"many","type":"list"},{"name":"value","type":"any"},{"name":"size","type":"number","unit":"B"},{"name":"really","type":"boolean"},` +
		`{"name":"more","type":"object"},{"name":"at","type":"string"},{"name":"level","type":"string"}]`
	fields, err := json.Marshal(one.Input)
	if one.Doc != "Do one." || one.Gateway != "cache" || !one.ByName || string(fields) != want || err != nil {
		t.Errorf("got %+v, %s\nwant the fields %s", one, fields, want)
	}
	if find("singleton.two").ByName {
		t.Error("an operation whose input holds a function can be called by name")
	}
	if got := find("lambda.operations"); !got.ByName || len(got.Input) != 1 {
		t.Errorf("the list itself: %+v", got)
	}
	if got := find("lambda.handle_alexa"); len(got.Input) != 0 {
		t.Errorf("an input that reads itself has the fields %+v", got.Input)
	}
}
