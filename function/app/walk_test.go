package app

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
)

// A walk runs an operation by name in two situations, each time on an App of its own.
// Each result must be the right one for its situation and the wrong one for the other,
// so that an operation whose result depends on nothing fails.
type walk struct {
	op       string
	one, two visit
}

// A visit is a situation: what was done before the operation, its input, and its
// result.
type visit struct {
	before func(*testing.T, *App)
	in     string            // "home:port" in it and in want stands for the home's port
	want   string            // the result, as mismatch compares it; {"failed":{"kind","cause","message"}} for an error
	env    map[string]string // added to what every function needs
	dir    string            // of the cache; default: a new directory
	amazon string            // address of Login with Amazon; default: the real one, which no walk asks
	home   http.HandlerFunc  // default: one where every directive succeeds
	tls    bool              // the home has a self-signed certificate
}

// walks has the walks of each gateway, from walk_<gateway>_test.go.
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

// TestEveryOperation walks every bound operation that can be run by name.
func TestEveryOperation(t *testing.T) {
	walked := map[string]bool{}
	for _, ws := range walks {
		for _, w := range ws {
			walked[w.op] = true
			t.Run(w.op, func(t *testing.T) {
				one, two := w.one.run(t, w.op), w.two.run(t, w.op)
				for _, v := range []struct {
					name       string
					visit      visit
					got, other any
				}{{"first", w.one, one, two}, {"second", w.two, two, one}} {
					if problem := mismatch(v.visit.want, v.got); problem != "" {
						t.Errorf("the %s result is wrong: %s\n%s", v.name, problem, asJSON(v.got))
					}
					if mismatch(v.visit.want, v.other) == "" {
						t.Errorf("the want of the %s result cannot tell it from the other one:\n%s\n%s", v.name, asJSON(v.got), asJSON(v.other))
					}
				}
			})
		}
	}
	a := visit{}.app(t)
	for _, s := range a.dispatcher.Specs() {
		if s.GoOnly() == "" && !walked[s.String()] {
			t.Errorf("%s is not walked: add it to walk_%s_test.go", s, s.Gateway)
		}
		if s.GoOnly() != "" && walked[s.String()] {
			t.Errorf("%s is walked, although %s", s, s.GoOnly())
		}
		delete(walked, s.String())
	}
	for op := range walked {
		t.Errorf("%s is walked, but no such operation is bound", op)
	}
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
	if v.dir == "" {
		v.dir = t.TempDir()
	}
	a, _ := startedWith(t, Options{Dir: v.dir, Amazon: v.amazon}, home.URL, v.env)
	return a
}

// run returns the result as JSON, or that of an error.
func (v *visit) run(t *testing.T, op string) any {
	t.Helper()
	a := v.app(t)
	if v.before != nil {
		v.before(t, a)
	}
	if s := a.loader.Settings(); s != nil {
		port := s.URL[strings.LastIndexByte(s.URL, ':')+1:]
		v.in, v.want = strings.ReplaceAll(v.in, "home:port", port), strings.ReplaceAll(v.want, "home:port", port)
	}
	out, err := core.Execute(context.WithoutCancel(t.Context()), a.dispatcher, op, []byte(v.in))
	if err != nil {
		declared(t, a, op, err)
		out = []byte(asJSON(map[string]any{"failed": map[string]any{"kind": core.KindOf(err), "cause": core.CauseOf(err), "message": err.Error()}}))
	}
	var result any
	if err := json.Unmarshal(out, &result); err != nil {
		t.Fatalf("%s returns %.200s: %v", op, out, err)
	}
	return result
}

// declared fails the test unless the documentation says that the operation fails so.
func declared(t *testing.T, a *App, op string, err error) {
	t.Helper()
	for _, s := range a.dispatcher.Specs() {
		kind := core.KindOf(err)
		if s.String() == op && kind != core.Invalid && kind != core.Internal && !slices.Contains(s.Fails(), kind) {
			t.Errorf("%s fails with %v, which its declaration does not say: add .Failing(core...) to its Define", op, kind)
		}
	}
}

func asJSON(v any) string {
	b, _ := json.Marshal(v) // from JSON: cannot fail
	return string(b)
}
