package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/utility"
)

// take sends an App a directive, as the runtime would, and returns the reply before it
// is closed.
func take(t *testing.T, app *App) *Reply {
	t.Helper()
	r, err := app.Handle(t.Context(), []byte(turnOn))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r); err != nil || !json.Valid(b) {
		t.Errorf("the reply is %s, %v", b, err)
	}
	return r
}

// TestLineAfterTheReply checks that the line of a directive is written when its reply is
// out, and says how long the reply took.
func TestLineAfterTheReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		app := New(Options{Getenv: func(string) string { return "" }, Output: &out})
		app.Start(t.Context())
		for i := range 2 {
			out.Reset()
			r := take(t, app)
			if strings.Contains(out.String(), "outcome") {
				t.Errorf("%d: a line was written before the reply was out: %s", i, &out)
			}
			time.Sleep(time.Minute) // as if sending it took long
			_ = r.Close()
			var line struct {
				Outcome   string
				Duration  float64
				Timestamp time.Time
			}
			if lines := strings.Split(strings.TrimSpace(out.String()), "\n"); len(lines) != 1 || json.Unmarshal([]byte(lines[0]), &line) != nil {
				t.Fatalf("%d: want one line, got %s", i, &out)
			}
			if line.Outcome != "failed" || line.Duration != 0 || time.Since(line.Timestamp) > time.Second {
				t.Errorf("%d: the line is %+v", i, line)
			}
		}
	})
}

// TestWorkAfterTheReply checks that settings which are due are read again once a reply
// is sent, unless the cost guard forbids it.
func TestWorkAfterTheReply(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, handled) }))
	t.Cleanup(home.Close)
	env := map[string]string{config.EnvURL: home.URL, config.EnvToken: canary, config.EnvStage: "one"}
	app := New(Options{Getenv: func(name string) string { return env[name] }, Output: io.Discard})
	app.due, app.costs.Every = func() bool { return true }, time.Nanosecond
	app.Start(t.Context())
	stage := func(when, want string) {
		t.Helper()
		if got := app.loader.Settings().Stage; got != want {
			t.Errorf("%s the stage is %s, want %s", when, got, want)
		}
	}

	env[config.EnvStage] = "two"
	_ = take(t, app).Close()
	stage("after the first reply, which another event may follow at once,", "one")
	r := take(t, app)
	stage("before the reply is sent", "one")
	_ = r.Close()
	stage("after the reply", "two")

	app.costs.Usage = func() []utility.Usage { return []utility.Usage{{Name: "requests", Used: 97, Limit: 100}} }
	env[config.EnvStage] = "three"
	_ = take(t, app).Close()
	stage("although the cost guard forbids it", "two")
}

// TestCleanUpAfterTheReply checks that expired entries are released at intervals.
func TestCleanUpAfterTheReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := New(Options{Getenv: func(string) string { return "" }, Output: io.Discard})
		app.Start(t.Context())
		values := app.cache.Namespace(cache.Response)
		for _, test := range []struct {
			name  string
			after time.Duration
			left  int64 // expired entries
		}{
			{"the process has just started", 2 * time.Second, 1},
			{"it is time", cleanUpEvery, 0},
			{"it has just been done", cleanUpEvery - time.Second, 1},
			{"it is time again", 2 * time.Second, 0},
		} {
			values.Keep(test.name, 1, time.Second)
			time.Sleep(test.after)
			_ = take(t, app).Close()
			_ = take(t, app).Close()
			if got := app.cache.Cleanup(t.Context()).Items; int64(got) != test.left {
				t.Errorf("%s: %d expired entries are left, want %d", test.name, got, test.left)
			}
		}
	})
}

// TestWorkIsBounded checks that a refresh that hangs is stopped, and that the result it
// was for stays in the cache.
func TestWorkIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := New(Options{Getenv: func(string) string { return "" }, Output: &bytes.Buffer{}})
		app.Start(t.Context())
		runs := 0
		core.Handle(app.dispatcher, hang, func(ctx context.Context, _ hangInput) (int, error) {
			if runs++; runs > 1 {
				<-ctx.Done()
			}
			return runs, ctx.Err()
		})
		get := func() (int, error) { return core.Do(t.Context(), app.dispatcher, hang, hangInput{}) }
		for range 3 {
			if n, err := get(); n != 1 || err != nil {
				t.Fatalf("got %d, %v", n, err)
			}
		}
		_ = take(t, app).Close()
		time.Sleep(90 * time.Second)
		r := take(t, app)
		begin := time.Now()
		_ = r.Close()
		if took := time.Since(begin); runs != 2 || took != workAtMost {
			t.Errorf("there were %d runs, and the next event waits for %v; want 2 and %v", runs, took, workAtMost)
		}
		if n, err := get(); n != 1 || err != nil {
			t.Errorf("the result is lost before it expires: got %d, %v", n, err)
		}
	})
}

// hang is an operation whose results are cached.
var hang = core.Define[hangInput, int](core.Security, "hang", "Hang.")

type hangInput struct{}

func (hangInput) CacheKey() (string, time.Duration) { return "slow", 100 * time.Second }
