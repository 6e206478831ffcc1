package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
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
	in     string
	env    map[string]string // beside what a function needs
	home   http.HandlerFunc  // default: one where every directive succeeds
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
var done = []core.Gateway{core.Cache, core.Initialization, core.Metrics, core.Singleton, core.HTTPClient, core.CircuitBreaker, core.Lambda}
