package logging_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/core/coretest"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

const canary = "canary-4f9a"

// redact replaces the canary, as the security gateway would.
func redact(text string) (string, int) {
	return strings.ReplaceAll(text, canary, "[secret]"), strings.Count(text, canary)
}

// checks refuses what fails its own Check, as the security gateway does.
var checks = coretest.Serve(core.Security, func(next core.Handler) core.Handler {
	return func(ctx context.Context, c *core.Call) error {
		if in, ok := c.Input.(interface{ Check() error }); ok {
			if err := in.Check(); err != nil {
				return &core.Error{Kind: core.Invalid, Err: err}
			}
		}
		return next(ctx, c)
	}
})

// work is an operation of an invocation: it fails with the error of its input.
var work = core.Define[workInput, struct{}](core.Lambda, "work", "Do something.")

type workInput struct {
	Fails error `json:"-"`
}

// A paper is what a log writes on: each write is a line.
type paper struct {
	mu    sync.Mutex
	lines []string
	full  error // what a write fails with
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.full != nil {
		return 0, p.full
	}
	p.lines = append(p.lines, string(b))
	return len(b), nil
}

// take returns the lines since the last take.
func (p *paper) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	lines := p.lines
	p.lines = nil
	return lines
}

// made returns a log on paper, with what o says beside, and its dispatcher.
func made(o logging.Options) (*paper, *logging.Log, *core.Dispatcher) {
	p := &paper{}
	o.Output, o.Redact = p, redact
	l := logging.New(o)
	d := core.NewDispatcher(checks, l)
	core.Handle(d, work, func(_ context.Context, in workInput) (struct{}, error) { return struct{}{}, in.Fails })
	return p, l, d
}

func do[In, Out any](t testing.TB, ctx context.Context, d *core.Dispatcher, op core.Operation[In, Out], in In) Out {
	t.Helper()
	out, err := core.Do(ctx, d, op, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func write(t testing.TB, ctx context.Context, d *core.Dispatcher, level slog.Level, message string) logging.Written {
	t.Helper()
	return do(t, ctx, d, logging.Write, logging.WriteInput{Level: level, Message: message})
}

// invocation begins one.
func invocation(t testing.TB, d *core.Dispatcher, id string) context.Context {
	t.Helper()
	ctx, _ := core.NewRun(t.Context(), id)
	return logging.With(ctx, do(t, ctx, d, logging.Begin, logging.BeginInput{Subject: "Alexa.TurnOn"}))
}

func end(t testing.TB, ctx context.Context, d *core.Dispatcher, err error) {
	t.Helper()
	do(t, ctx, d, logging.End, logging.EndInput{Err: err})
}

// object returns a line as the object that it is.
func object(t testing.TB, line string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(line), &m); err != nil || strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") {
		t.Fatalf("it is no line of JSON: %q (%v)", line, err)
	}
	return m
}

func Example() {
	l := logging.New(logging.Options{Output: io.Discard, Redact: func(text string) (string, int) { return text, 0 }})
	d := core.NewDispatcher(l)
	ctx, debug := context.Background(), slog.LevelDebug
	for _, line := range []logging.WriteInput{{Message: "the home is away"}, {Level: debug, Message: "tried once more"}} {
		w, err := core.Do(ctx, d, logging.Write, line)
		fmt.Println("written:", w.Written, "held back:", w.Held, err)
	}
	found, err := core.Do(ctx, d, logging.Search, logging.SearchInput{Level: &debug, Text: "once more"})
	fmt.Println(found.Matched, "found of", found.Kept, err)
	// Output:
	// written: true held back: false <nil>
	// written: false held back: true <nil>
	// 1 found of 2 <nil>
}

// TestNewLines tries to pass one line for two.
func TestNewLines(t *testing.T) {
	p, _, d := made(logging.Options{})
	forged := "a\n{\"level\":\"ERROR\"}\r\n\u2028 \x1b[31m \"quoted\""
	do(t, t.Context(), d, logging.Write, logging.WriteInput{Message: forged, Fields: map[string]any{"it": forged, "list": []string{forged}}})
	if lines := p.take(); len(lines) != 1 || object(t, lines[0])["message"] != forged || strings.ContainsAny(lines[0][:len(lines[0])-1], "\n\r\u2028\x1b") {
		t.Errorf("the log has %q", lines)
	}
	for _, format := range []string{"json", "text"} {
		e := do(t, t.Context(), d, logging.GetExport, logging.ExportInput{Format: format})
		if e.Lines != 1 || strings.Count(e.Text, "\n") != 1 || strings.ContainsAny(e.Text, "\r\u2028\x1b") || !strings.Contains(e.Text, `\"quoted\"`) {
			t.Errorf("%s: %d lines: %q", format, e.Lines, e.Text)
		}
	}
}

func TestSecrets(t *testing.T) {
	p, _, d := made(logging.Options{})
	do(t, t.Context(), d, logging.Write, logging.WriteInput{Message: "with " + canary, Fields: map[string]any{
		"a": canary, "b": map[string]any{"c": []any{canary}}, "d": errors.New(canary), "e": func() {},
	}})
	line := strings.Join(p.take(), "")
	e := do(t, t.Context(), d, logging.GetExport, logging.ExportInput{})
	if strings.Contains(line+e.Text, canary) || object(t, line)["e"] != "[hidden]" {
		t.Errorf("the log shows a secret, or what it cannot look into: %s", line)
	}
	if s := do(t, t.Context(), d, logging.GetStats, core.None{}); s.Secrets != 4 {
		t.Errorf("%d secrets were taken out, want 4", s.Secrets)
	}
	// Without a function that knows secrets, nothing of an error is shown.
	var b bytes.Buffer
	l := logging.New(logging.Options{Output: &b})
	d = core.NewDispatcher(l)
	write(t, t.Context(), d, slog.LevelInfo, canary)
	if strings.Contains(b.String(), canary) {
		t.Errorf("the log shows %s", b.String())
	}
}

// TestLostLines has an output that takes nothing.
func TestLostLines(t *testing.T) {
	p, l, d := made(logging.Options{})
	p.full = errors.New("the output is closed")
	if _, err := core.Do(t.Context(), d, logging.Write, logging.WriteInput{Message: "a"}); err == nil || !strings.Contains(err.Error(), "the output is closed") {
		t.Errorf("%v, want why", err)
	}
	ctx := invocation(t, d, "id")
	if _, err := core.Do(ctx, d, logging.End, logging.EndInput{}); err == nil {
		t.Error("the line is lost, and there is no error")
	}
	if h := l.Health(); h.Points != 60 || !strings.Contains(h.Reasons[0], "2 lines were lost") {
		t.Errorf("the health is %+v, want that it tells of two lines", h)
	}
	p.full = nil
	if f := do(t, t.Context(), d, logging.Flush, logging.FlushInput{}); f.Lines != 2 {
		t.Errorf("%d lines were written when the output worked again, want the two", f.Lines)
	}
}

func TestBytes(t *testing.T) {
	p, _, d := made(logging.Options{})
	write(t, t.Context(), d, slog.LevelInfo, "a line")
	write(t, t.Context(), d, slog.LevelDebug, "held back")
	s := do(t, t.Context(), d, logging.GetStats, core.None{})
	if got, want := s.Bytes, int64(len(p.lines[0])); got != want || s.Held != 1 {
		t.Errorf("%d bytes are counted and %d lines held, want %d and 1", got, s.Held, want)
	}
}

func TestBadInput(t *testing.T) {
	_, _, d := made(logging.Options{})
	fields := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"f%d":1,`, i)
		}
		return strings.TrimSuffix(b.String(), ",")
	}
	for _, tt := range []struct{ op, in, want string }{
		{"write", `{}`, "field message is missing"},
		{"write", `{"message":" \n"}`, "field message is missing"},
		{"write", `{"message":"` + strings.Repeat("a", 17000) + `"}`, "field message is 17000 bytes"},
		{"write", `{"message":"a\u0000"}`, "field message has a control character"},
		{"write", `{"message":"a","level":"loud"}`, "field level"},
		{"write", `{"message":"a","level":"INFO+1"}`, "field level is INFO+1"},
		{"write", `{"message":"a","fields":{` + fields(51) + `}}`, "field fields has 51"},
		{"write", `{"message":"a","fields":{"_aws":1}}`, "field fields._aws"},
		{"write", `{"message":"a","fields":{"correlation_id":"x"}}`, "field fields.correlation_id"},
		{"write", `{"message":"a","fields":{"success":true}}`, "field fields.success"},
		{"write", `{"message":"a","fields":{"version":"x"}}`, "field fields.version"},
		{"write", `{"message":"a","fields":{"":1}}`, "field fields has the name"},
		{"write", `{"message":"a","fields":{"of\nit":1}}`, "field fields has the name"},
		{"write", `{"message":"a","fields":{"b":"` + strings.Repeat("a", 70000) + `"}}`, "field fields is 70"},
		{"set_level", `{}`, "field level is missing"},
		{"set_level", `{"level":null}`, "field level is missing"},
		{"set_level", `{"level":3}`, "field level"},
		{"set_level", `{"level":"DEBUG-4"}`, "field level is DEBUG-4"},
		{"set_level", `{"level":"DEBUG","for_seconds":-1}`, "field for_seconds"},
		{"set_level", `{"level":"DEBUG","for_seconds":100000}`, "field for_seconds is 100000"},
		{"search", `{"pattern":"("}`, "field pattern is not a regular expression"},
		{"search", `{"pattern":"` + strings.Repeat("a", 1001) + `"}`, "field pattern is 1001"},
		{"search", `{"text":"` + strings.Repeat("a", 1001) + `"}`, "field text is 1001"},
		{"search", `{"correlation_id":"` + strings.Repeat("a", 1001) + `"}`, "field correlation_id is 1001"},
		{"search", `{"limit":-1}`, "field limit is -1"},
		{"search", `{"limit":1001}`, "field limit is 1001"},
		{"search", `{"level":"INFO+2"}`, "field level is INFO+2"},
		{"search", `{"last_seconds":5,"until_seconds":6}`, "field until_seconds is 6"},
		{"export", `{"format":"xml"}`, "field format is"},
		{"export", `{"pattern":"[a"}`, "field pattern is not a regular expression"},
		{"flush", `{"limit":-5}`, "field limit is -5"},
		{"flush", `{"correlation_id":"` + strings.Repeat("a", 1001) + `"}`, "field correlation_id is 1001"},
		{"stats", `{"a":1}`, `there is no field "a"`},
	} {
		t.Run(tt.op+" "+tt.want, func(t *testing.T) {
			_, err := core.Execute(t.Context(), d, "logging."+tt.op, []byte(tt.in))
			if core.KindOf(err) != core.Invalid || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%.100s: %v, want %s in it", tt.in, err, tt.want)
			}
		})
	}
}

// TestConcurrent is for the race detector, and looks for what lines that use the same
// memory could have of each other.
func TestConcurrent(t *testing.T) {
	p, l, d := made(logging.Options{})
	debug := slog.LevelDebug
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for range 20 {
				ctx := invocation(t, d, fmt.Sprint("id-", i))
				do(t, ctx, d, work, workInput{})
				write(t, ctx, d, slog.LevelDebug, "held")
				write(t, ctx, d, slog.LevelInfo, "written")
				logging.Note(ctx, slog.String(fmt.Sprint("only-", i), strings.Repeat("x", i*2000)))
				end(t, ctx, d, nil)
				do(t, ctx, d, logging.Search, logging.SearchInput{Level: &debug})
				do(t, ctx, d, logging.GetExport, logging.ExportInput{Format: "text"})
				do(t, ctx, d, logging.Flush, logging.FlushInput{Limit: 5})
				do(t, ctx, d, logging.SetLevel, logging.SetLevelInput{Level: &debug, For: core.Seconds(time.Millisecond)})
				l.Health()
				l.Cleanup(t.Context())
			}
		})
	}
	all.Wait()
	if s := do(t, t.Context(), d, logging.GetStats, core.None{}); s.Invocations != 320 {
		t.Errorf("%d invocations, want 320", s.Invocations)
	}
	ends := 0
	for _, line := range p.take() {
		m := object(t, line)
		if m["success"] == nil || m["gateway_chain"] == nil { // not of an invocation
			continue
		}
		ends++
		maps.DeleteFunc(m, func(name string, _ any) bool { return !strings.HasPrefix(name, "only-") })
		if len(m) != 1 || !strings.Contains(line, fmt.Sprintf("%q:%q", "correlation_id", strings.Replace(slices.Collect(maps.Keys(m))[0], "only", "id", 1))) {
			t.Errorf("a line has notes of others: %v in %.200s", slices.Collect(maps.Keys(m)), line)
		}
	}
	if ends != 320 {
		t.Errorf("%d lines of invocations, want 320", ends)
	}
}
