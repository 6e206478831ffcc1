// Package e2e_test drives the built function as Lambda would, against a real Home
// Assistant, against homes that misbehave, and with a real parameter store.
//
// Every reply is checked by Amazon's rules, every line of the log is read, and no
// token that was used anywhere may stand in any of them.
package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
	"github.com/hearthgate/hearthgate/infra/testkit/venv"
)

func TestMain(m *testing.M) {
	code := m.Run()
	shared.end()
	os.Exit(code)
}

// shared is what all tests use and what is made at the first use.
var shared suite

type suite struct {
	once   sync.Once
	root   string
	dir    string // removed in the end
	binary string
	err    error

	homesMu sync.Mutex
	homes   map[realhome.Version]sharedHome // guarded by homesMu
}

type sharedHome struct {
	*realhome.Home
	err error
}

func (s *suite) build() {
	s.once.Do(func() {
		if s.root, s.err = project.Root(); s.err != nil {
			return
		}
		if s.dir, s.err = os.MkdirTemp("", "e2e-"); s.err != nil {
			return
		}
		s.binary = filepath.Join(s.dir, "bootstrap")
		s.err = project.Function(context.Background(), s.root, s.binary)
	})
}

func (s *suite) end() {
	for _, h := range s.homes {
		if h.err == nil {
			h.Remove()
		}
	}
	os.RemoveAll(s.dir)
}

// root returns the root of the workspace.
func root(t testing.TB) string {
	t.Helper()
	shared.build()
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.root
}

// binary returns the built function.
func binary(t testing.TB) string {
	root(t)
	return shared.binary
}

// home returns the Home Assistant that all tests share, of the oldest version. It takes
// every directive and bans no one.
func home(t testing.TB) *realhome.Home {
	t.Helper()
	return homeOf(t, realhome.Oldest())
}

// homeOf returns the Home Assistant of a version that all tests share.
func homeOf(t testing.TB, v realhome.Version) *realhome.Home {
	t.Helper()
	dir := root(t)
	shared.homesMu.Lock()
	h, found := shared.homes[v]
	if !found {
		h.Home, h.err = realhome.New(context.Background(), dir, realhome.Options{Version: v})
		if shared.homes == nil {
			shared.homes = map[realhome.Version]sharedHome{}
		}
		shared.homes[v] = h
	}
	shared.homesMu.Unlock()
	require(t, h.err)
	canaries.add(h.Token)
	return h.Home
}

// ownHome returns a Home Assistant for one test alone.
func ownHome(t testing.TB, o realhome.Options) *realhome.Home {
	t.Helper()
	h, err := realhome.New(t.Context(), root(t), o)
	require(t, err)
	t.Cleanup(h.Remove)
	canaries.add(h.Token)
	return h
}

// require skips the test when there is no Python, save in CI.
func require(t testing.TB, err error) {
	t.Helper()
	switch {
	case errors.Is(err, venv.ErrNoPython) && os.Getenv("CI") != "true":
		t.Skip("skipped: ", err)
	case err != nil:
		t.Fatal(err)
	}
}

// canaries are all secrets that were used: none of them may be read anywhere. A
// made one has "canary" in it, so that a part of it is found too.
var canaries = canary{all: []string{"canary"}}

type canary struct {
	mu  sync.Mutex
	all []string // guarded by mu
	n   int      // guarded by mu
}

func (c *canary) add(secret string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(c.all, secret) {
		c.all = append(c.all, secret)
	}
}

// make returns a new secret that begins so.
func (c *canary) make(start string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return fmt.Sprintf("%scanary%d", start, c.n)
}

// list returns what to look for.
func (c *canary) list() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.all)
}
