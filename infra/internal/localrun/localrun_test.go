package localrun_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/localrun"
)

// TestMain makes the test binary the function that the tests run.
func TestMain(m *testing.M) {
	if os.Getenv("LAMBDALOCAL_TEST") != "" {
		function()
		return
	}
	os.Exit(m.Run())
}

// start starts the test function and sees to it that it ends with the test.
func start(t *testing.T, o localrun.Options, env ...string) *localrun.Function {
	t.Helper()
	f, err := localrun.Start(t.Context(), options(t, o, env...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func options(t *testing.T, o localrun.Options, env ...string) localrun.Options {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o.Binary, o.Env = self, append(env, "LAMBDALOCAL_TEST=1")
	return o
}

func invoke(t *testing.T, f *localrun.Function, event string) localrun.Invocation {
	t.Helper()
	v, err := f.Invoke(t.Context(), []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestInvokeReturnsTheReply(t *testing.T) {
	f := start(t, localrun.Options{})
	first := invoke(t, f, `{"do":"echo","text":"ü"}`)
	if got, want := string(first.Payload), `{"do":"echo","text":"ü"}`; got != want {
		t.Errorf("payload %s, want %s", got, want)
	}
	if first.FunctionError != "" || !first.Cold || first.Init <= 0 || first.Duration <= 0 {
		t.Errorf("first invocation: %+v", first)
	}
	second := invoke(t, f, `{}`)
	if second.Cold || second.Init != 0 {
		t.Errorf("second invocation is cold: %+v", second)
	}
	if first.RequestID == second.RequestID || len(first.RequestID) != 36 {
		t.Errorf("request ids %q, %q", first.RequestID, second.RequestID)
	}
}

func TestTheFunctionSeesWhatLambdaShows(t *testing.T) {
	t.Setenv("NOT_INHERITED", "1")
	dir := t.TempDir()
	f := start(t, localrun.Options{MemoryMB: 256, Timeout: 3 * time.Second, Dir: dir}, "AWS_REGION=eu-west-1", "OWN=x")
	before := time.Now()
	v := invoke(t, f, `{"do":"see"}`)
	var got struct {
		Headers map[string]string
		Env     []string
		Dir     string
	}
	if err := json.Unmarshal(v.Payload, &got); err != nil {
		t.Fatal(err)
	}
	if id := got.Headers["Lambda-Runtime-Aws-Request-Id"]; id != v.RequestID {
		t.Errorf("request id %q, want %q", id, v.RequestID)
	}
	ms, _ := strconv.ParseInt(got.Headers["Lambda-Runtime-Deadline-Ms"], 10, 64)
	if left := time.UnixMilli(ms).Sub(before); left < 2*time.Second || left > 10*time.Second {
		t.Errorf("the deadline is %v away, want 3 s", left)
	}
	if arn := got.Headers["Lambda-Runtime-Invoked-Function-Arn"]; !strings.HasPrefix(arn, "arn:aws:lambda:") {
		t.Errorf("ARN %q", arn)
	}
	if trace := got.Headers["Lambda-Runtime-Trace-Id"]; !strings.HasPrefix(trace, "Root=1-") {
		t.Errorf("trace %q", trace)
	}
	for _, want := range []string{"AWS_LAMBDA_FUNCTION_NAME=" + localrun.Name, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_REGION=eu-west-1", "OWN=x", "TZ=:UTC", "TMPDIR=" + dir} {
		if !slices.Contains(got.Env, want) {
			t.Errorf("no %s in its environment", want)
		}
	}
	for _, e := range got.Env {
		if strings.HasPrefix(e, "NOT_INHERITED=") || strings.HasPrefix(e, "HOME=") {
			t.Errorf("inherited %s", e)
		}
	}
	if got.Dir != dir {
		t.Errorf("working directory %s, want %s", got.Dir, dir)
	}
}

func TestWhatGoesWrong(t *testing.T) {
	for _, tt := range []struct {
		name, event, failure, payload string
		fresh                         bool // the next event meets a new process
		timeout                       time.Duration
	}{
		{"error", `{"do":"error"}`, "errorString: it is broken", `"errorMessage":"it is broken"`, false, 0},
		{"exit", `{"do":"exit"}`, "Runtime.ExitError: Runtime exited with error: exit status 3", `"errorType":"Runtime.ExitError"`, true, 0},
		{"exit without a word", `{"do":"leave"}`, "Runtime.ExitError: Runtime exited without providing a reason", `"errorType":"Runtime.ExitError"`, true, 0},
		{"too slow", `{"do":"hang"}`, "Sandbox.Timedout: Task timed out after 1.00 seconds", "Task timed out after 1.00 seconds", true, time.Second},
		{"too large", `{"do":"large"}`, "Function.ResponseSizeTooLarge: Response payload size exceeded", "ResponseSizeTooLarge", false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, localrun.Options{Timeout: tt.timeout})
			pid := f.Pid()
			v := invoke(t, f, tt.event)
			if !strings.HasPrefix(v.FunctionError, tt.failure) {
				t.Errorf("failure %q, want %q", v.FunctionError, tt.failure)
			}
			if !strings.Contains(string(v.Payload), tt.payload) || !json.Valid(v.Payload) {
				t.Errorf("payload %s, want %s in it", v.Payload, tt.payload)
			}
			if tt.fresh && alive(pid) {
				t.Errorf("process %d lives on", pid)
			}
			next := invoke(t, f, `{"do":"echo"}`)
			if next.FunctionError != "" || next.Cold != tt.fresh || (f.Pid() != pid) != tt.fresh {
				t.Errorf("the next invocation: %+v in process %d after %d", next, f.Pid(), pid)
			}
		})
	}
}

func TestAnExitBetweenEventsIsHealed(t *testing.T) {
	f := start(t, localrun.Options{})
	pid := f.Pid()
	invoke(t, f, `{"do":"exit after"}`)
	await(t, func() bool { return f.Pid() == 0 })
	if v := invoke(t, f, `{}`); v.FunctionError != "" || !v.Cold || f.Pid() == pid {
		t.Errorf("after the exit: %+v", v)
	}
}

func TestStartFails(t *testing.T) {
	for _, tt := range []struct{ name, env, want string }{
		{"init error", "INIT=error", "the function does not start: settings: HOME_ASSISTANT_URL is missing; it wrote: I am about to fail"},
		{"exit", "INIT=exit", "Runtime exited with error: exit status 4"},
		{"no such binary", "", "does not start"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := options(t, localrun.Options{}, tt.env)
			if tt.env == "" {
				o.Binary += ".missing"
			}
			f, err := localrun.Start(t.Context(), o)
			if err == nil {
				f.Close()
				t.Fatal("started")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q, want %q in it", err, tt.want)
			}
		})
	}
	t.Run("hangs until the context ends", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := localrun.Start(ctx, options(t, localrun.Options{}, "INIT=hang")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}

func TestAFreshProcessThatFailsItsStart(t *testing.T) {
	dir := t.TempDir()
	f := start(t, localrun.Options{Dir: dir}, "INIT=once")
	invoke(t, f, `{"do":"exit"}`)
	v := invoke(t, f, `{}`)
	if want := "settings: HOME_ASSISTANT_URL is missing"; v.FunctionError != want {
		t.Errorf("failure %q, want %q", v.FunctionError, want)
	}
}

func TestConcurrentInvokes(t *testing.T) {
	f := start(t, localrun.Options{})
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			event := fmt.Sprintf(`{"do":"echo","n":%d}`, i)
			v, err := f.Invoke(t.Context(), []byte(event))
			if err != nil || string(v.Payload) != event {
				t.Errorf("%s: %s, %v", event, v.Payload, err)
			}
			if !slices.Contains(f.Lines(), "echo "+event) {
				t.Errorf("the line of %s is missing when its Invoke returns", event)
			}
		})
	}
	group.Wait()
	if got := len(f.Lines()); got != 50 {
		t.Errorf("%d lines, want 50", got)
	}
}

func TestLines(t *testing.T) {
	var copied bytes.Buffer
	f := start(t, localrun.Options{Log: &copied})
	for i := range 100 {
		invoke(t, f, `{"do":"write"}`)
		lines := f.Lines()
		if got, want := len(lines), 3*(i+1); got != want {
			t.Fatalf("%d lines after %d events, want %d: %q", got, i+1, want, lines[max(0, len(lines)-4):])
		}
		// The half line at the end of each event is completed by the next.
		begin := "half"
		if i == 0 {
			begin = ""
		}
		if lines[3*i] != begin+"one" || lines[3*i+1] != "two" || len(lines[3*i+2]) != 200_000 {
			t.Fatalf("event %d wrote %.20q %.20q and %d bytes", i, lines[3*i], lines[3*i+1], len(lines[3*i+2]))
		}
	}
	if got, want := copied.String(), strings.Join(f.Lines(), "\n")+"\n"; got != want {
		t.Errorf("the copy differs: %d bytes, want %d", len(got), len(want))
	}
}

func TestInvokeGivesUpWithItsContext(t *testing.T) {
	f := start(t, localrun.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := f.Invoke(ctx, []byte(`{"do":"hang"}`)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if v := invoke(t, f, `{"do":"echo"}`); string(v.Payload) != `{"do":"echo"}` {
		t.Errorf("the next event got %s", v.Payload)
	}
}

func TestClose(t *testing.T) {
	for _, tt := range []struct{ name, env string }{{"politely", "X=1"}, {"by force", "DEAF=1"}} {
		t.Run(tt.name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			f, err := localrun.Start(t.Context(), options(t, localrun.Options{}, tt.env))
			if err != nil {
				t.Fatal(err)
			}
			pid := f.Pid()
			var seen struct{ Dir string }
			if err := json.Unmarshal(invoke(t, f, `{"do":"see"}`).Payload, &seen); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := f.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if alive(pid) {
				t.Errorf("process %d lives on", pid)
			}
			if _, err := os.Stat(seen.Dir); !os.IsNotExist(err) {
				t.Errorf("its directory %s is left: %v", seen.Dir, err)
			}
			if f.Pid() != 0 {
				t.Errorf("pid %d after Close", f.Pid())
			}
			if _, err := f.Invoke(t.Context(), nil); err == nil {
				t.Error("an event was taken after Close")
			}
			await(t, func() bool { return runtime.NumGoroutine() <= before })
		})
	}
}

func TestCloseDuringInvoke(t *testing.T) {
	f := start(t, localrun.Options{})
	done := make(chan localrun.Invocation)
	go func() {
		v, _ := f.Invoke(t.Context(), []byte(`{"do":"say and hang"}`))
		done <- v
	}()
	await(t, func() bool { return slices.Contains(f.Lines(), "hanging") })
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if v := <-done; !strings.Contains(v.FunctionError, "Runtime.ExitError") {
		t.Errorf("failure %q", v.FunctionError)
	}
}

func TestPrefix(t *testing.T) {
	f := start(t, localrun.Options{Prefix: []string{"/usr/bin/env", "FROM_PREFIX=yes"}})
	if v := invoke(t, f, `{"do":"see"}`); !strings.Contains(string(v.Payload), "FROM_PREFIX=yes") {
		t.Errorf("the prefix was not used: %s", v.Payload)
	}
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

// await waits until a condition holds, and fails when it does not for long.
func await(t *testing.T, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); {
		if time.Now().After(end) {
			t.Fatal("waited in vain")
		}
		runtime.Gosched()
	}
}
