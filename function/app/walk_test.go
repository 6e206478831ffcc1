package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
)

// A walk runs an operation by its name twice, each time on an App of its own, with
// what was done before. What comes back must differ at a path of the answer: an
// operation whose answer depends on nothing does not get through.
type walk struct {
	op       string
	one, two visit
	differ   string // a path into the answer, "levels.0.hits"; "error" when one of the two fails; "" for the answer as a whole
}

// A visit is what is done before an operation, and its input.
type visit struct {
	before func(*testing.T, *App)
	in     string            // "home:port" in it stands for that of the home
	env    map[string]string // beside what a function needs
	home   http.HandlerFunc  // default: one where every directive succeeds
	tls    bool              // the home has a certificate, which it signed itself
}

// walks has those of each gateway, from walk_<gateway>_test.go.
var walks = map[core.Gateway][]walk{}

// after returns a step that runs operations by name, each "cache.set {...}", and
// fails the test when one fails.
func after(calls ...string) func(*testing.T, *App) {
	return func(t *testing.T, a *App) {
		t.Helper()
		for _, call := range calls {
			name, in, _ := strings.Cut(call, " ")
			if _, err := core.Execute(t.Context(), a.dispatcher, name, []byte(in)); err != nil {
				t.Fatalf("%s: %v", call, err)
			}
		}
	}
}

// TestEveryOperation walks every bound operation that can be run by its name.
func TestEveryOperation(t *testing.T) {
	walked := map[string]bool{}
	for _, ws := range walks {
		for _, w := range ws {
			walked[w.op] = true
			t.Run(w.op, func(t *testing.T) {
				one, two := w.one.run(t, w.op), w.two.run(t, w.op)
				a, b := at(one, w.differ), at(two, w.differ)
				if fmt.Sprint(a) == fmt.Sprint(b) {
					t.Errorf("both answers have %v at %q:\n%v\n%v", a, w.differ, one, two)
				}
			})
		}
	}
	a := visit{}.app(t)
	for _, s := range a.dispatcher.Specs() {
		if s.GoOnly() == "" && !walked[s.String()] && slices.Contains(done, s.Gateway) {
			t.Errorf("%s is not walked: add it to walk_%s_test.go", s, s.Gateway)
		}
		if s.GoOnly() != "" && walked[s.String()] {
			t.Errorf("%s is walked, and %s", s, s.GoOnly())
		}
	}
}

// done are the gateways whose operations are all there.
var done = []core.Gateway{
	core.Cache,
	core.Initialization,
	core.Metrics,
	core.Singleton,
	core.HTTPClient,
	core.CircuitBreaker,
	core.Lambda,
}

func (v visit) app(t *testing.T) *App {
	t.Helper()
	if v.home == nil {
		v.home = func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost {
				w.WriteHeader(http.StatusMethodNotAllowed)
			}
			_, _ = io.WriteString(w, handled)
		}
	}
	home := httptest.NewUnstartedServer(v.home)
	home.Config.ErrorLog = log.New(io.Discard, "", 0)
	if v.tls {
		home.StartTLS()
	} else {
		home.Start()
	}
	t.Cleanup(home.Close)
	a, _ := started(t, home.URL, v.env)
	return a
}

// run returns the answer as JSON, or {"error": "kind: text"}.
func (v visit) run(t *testing.T, op string) any {
	t.Helper()
	a := v.app(t)
	if v.before != nil {
		v.before(t, a)
	}
	in := v.in
	if strings.Contains(in, "home:port") {
		home := a.loader.Settings().URL
		in = strings.ReplaceAll(in, "home:port", home[strings.LastIndexByte(home, ':')+1:])
	}
	out, err := core.Execute(context.WithoutCancel(t.Context()), a.dispatcher, op, []byte(in))
	if err != nil {
		declared(t, a, op, err)
		return map[string]any{"error": core.KindOf(err).String() + ": " + err.Error()}
	}
	var answer any
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatalf("%s answers %.200s: %v", op, out, err)
	}
	return answer
}

// declared looks that the documents say that the operation fails so.
func declared(t *testing.T, a *App, op string, err error) {
	t.Helper()
	for _, s := range a.dispatcher.Specs() {
		kind := core.KindOf(err)
		if s.String() == op && kind != core.Invalid && kind != core.Internal && !slices.Contains(s.Fails(), kind) {
			t.Errorf("%s fails with %v, which its declaration does not say: add .Failing(core...) to its Define", op, kind)
		}
	}
}

// at returns what answer has at a path, "a.0.b"; nil if there is nothing.
func at(answer any, path string) any {
	if path == "" {
		return answer
	}
	for step := range strings.SplitSeq(path, ".") {
		switch v := answer.(type) {
		case map[string]any:
			answer = v[step]
		case []any:
			var i int
			if n, err := fmt.Sscan(step, &i); n != 1 || err != nil || i < 0 || i >= len(v) {
				return nil
			}
			answer = v[i]
		default:
			return nil
		}
	}
	return answer
}
