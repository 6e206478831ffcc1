package app

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// TestEveryColumnWorks drives directives of a stage with an allow-list through the
// whole function: each of the seven columns of the matrix that serve others does real
// work in one of them, and the figures of the line follow from what happened.
func TestEveryColumnWorks(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(handled)) }))
	defer home.Close()
	profiles := 0
	amazon := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		profiles++
		_, _ = w.Write([]byte(`{"user_id":"amzn1.account.OWNER"}`))
	}))
	defer amazon.Close()
	env := map[string]string{
		config.EnvURL: home.URL, config.EnvToken: canary, config.EnvStage: "test", config.EnvTokenSource: string(config.Stored),
		config.EnvAllowedUsers: "amzn1.account.OWNER", config.EnvLogLevel: "debug", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2048",
	}
	out := &writer{}
	a := New(Options{Getenv: func(name string) string { return env[name] }, Output: out, Dir: t.TempDir(), Amazon: amazon.URL})
	a.Start(t.Context())

	type line struct {
		Chain       string  `json:"gateway_chain"`
		Utilization float64 `json:"gateway_utilization"`
		Hit         bool    `json:"cache_hit"`
	}
	send := func(event string) (l line) {
		t.Helper()
		out.before = len(out.lines)
		invoke(t, a, event)
		if err := json.Unmarshal([]byte(out.lines[len(out.lines)-1]), &l); err != nil {
			t.Fatal(err)
		}
		return l
	}
	first, second := send(turnOn), send(turnOn)
	for _, problem := range idleColumns(first.Chain) {
		t.Error(problem)
	}
	if planted := idleColumns("utility>logging>metrics>initialization>lambda>security>singleton"); len(planted) != 1 || !strings.HasPrefix(planted[0], "the column cache does nothing") {
		t.Errorf("of a chain without the cache it is said: %q", planted)
	}
	if first.Hit || !second.Hit || profiles != 1 {
		t.Errorf("cache_hit is %v, then %v, with %d requests for the user; want false, true and 1", first.Hit, second.Hit, profiles)
	}
	a, out = started(t, home.URL, nil)
	plain := send(turnOn)
	if plain.Utilization == second.Utilization || first.Utilization <= 0 || first.Utilization >= 1 || plain.Hit || plain.Chain == first.Chain {
		t.Errorf("with an allow-list the lines have %+v and %+v, without %+v: want them to follow from what took part", first, second, plain)
	}
}

// idleColumns returns a sentence for each column of the matrix that some row ticks and
// that takes no part in a chain.
func idleColumns(chain string) (problems []string) {
	took := strings.Split(chain, ">")
	for column := range core.Gateway(core.NumGateways) {
		for row := range core.Gateway(core.NumGateways) {
			if row.Uses().Has(column) && !slices.Contains(took, column.String()) {
				problems = append(problems, fmt.Sprintf("the column %s does nothing for a directive, only %s do: a service that nothing uses is ceremony; give it work or take it out of the matrix", column, chain))
				break
			}
		}
	}
	return problems
}

// TestDeviceName checks that a line names the device as the last discovery did, in the
// process that saw it and in the next one.
func TestDeviceName(t *testing.T) {
	const kitchen = `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"r","payloadVersion":"3"},"payload":{"endpoints":[` +
		`{"endpointId":"light#kitchen","friendlyName":"Kitchen light","capabilities":[{"type":"AlexaInterface","interface":"Alexa","version":"3"}]}]}}}`
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b, _ := io.ReadAll(r.Body); strings.Contains(string(b), "Discover") {
			_, _ = io.WriteString(w, kitchen)
			return
		}
		_, _ = io.WriteString(w, handled)
	}))
	defer home.Close()
	dir := t.TempDir()
	for _, tt := range []struct {
		name   string
		events []string
		want   any
	}{
		{"before a discovery", []string{turnOn}, nil},
		{"after it", []string{turnOn, discover, turnOn}, "Kitchen light"},
		{"in another process", []string{turnOn, turnOn}, nil}, // which reads the names after a reply
		{"in another process, later", []string{turnOn, turnOn, turnOn}, "Kitchen light"},
	} {
		env := map[string]string{config.EnvURL: home.URL, config.EnvToken: canary, config.EnvTokenSource: string(config.Stored), "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2048"}
		out := &writer{}
		a := New(Options{Getenv: func(name string) string { return env[name] }, Output: out, Dir: dir})
		a.Start(t.Context())
		for _, event := range tt.events {
			out.before = len(out.lines)
			reply, err := a.Handle(t.Context(), rawEvent(event))
			if err != nil {
				t.Fatal(err)
			}
			_ = reply.Close()
		}
		if got := out.line(t)["device"]; got != tt.want {
			t.Errorf("%s: the device is %v, want %v", tt.name, got, tt.want)
		}
	}
}
