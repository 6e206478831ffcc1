package logging_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

const canary = "canary-4f9a"

// scrub takes the canary out of a text, as the security gateway would.
func scrub(text string) (string, int) {
	return strings.ReplaceAll(text, canary, "[secret]"), strings.Count(text, canary)
}

// checks refuses what fails its own Check, as the security gateway does.
var checks = core.Service{Gateway: core.Security, Wrap: func(_ *core.Spec, next core.Handler) core.Handler {
	return func(ctx context.Context, c *core.Call) error {
		if in, ok := c.Input.(interface{ Check() error }); ok {
			if err := in.Check(); err != nil {
				return &core.Error{Kind: core.Invalid, Err: err}
			}
		}
		return next(ctx, c)
	}
}}

// work is an operation of an invocation: it fails when told to.
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
	o.Output, o.Scrub = p, scrub
	l := logging.New(o)
	d := core.NewDispatcher(l.Service(), checks)
	logging.Bind(d, l)
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
	l := logging.New(logging.Options{Output: io.Discard, Scrub: func(text string) (string, int) { return text, 0 }})
	d := core.NewDispatcher(l.Service())
	logging.Bind(d, l)
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

// TestLineOfAnInvocation looks at the one line of a good and of a bad end.
func TestLineOfAnInvocation(t *testing.T) {
	p, _, d := made(logging.Options{
		Facts: func() []slog.Attr {
			return []slog.Attr{slog.String("memory_usage", "12MB/128MB (9%)"), slog.Float64("cache_hit_rate", .5)}
		},
		Metrics: func(context.Context) []slog.Attr { return []slog.Attr{slog.Int("Success", 1)} },
	})
	ctx := invocation(t, d, "id-1")
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: "request-1"})
	do(t, ctx, d, work, workInput{})
	write(t, ctx, d, slog.LevelDebug, "held back")
	write(t, ctx, d, slog.LevelWarn, "of its own")
	logging.Note(ctx, slog.String("name", "TurnOn"))
	end(t, ctx, d, nil)
	end(t, ctx, d, nil) // says nothing more
	lines := p.take()
	if len(lines) != 2 {
		t.Fatalf("%d lines were written, want two: %q", len(lines), lines)
	}
	for _, line := range lines {
		m := object(t, line)
		for field, want := range map[string]any{
			"correlation_id": "id-1", "gateway_chain": "logging>lambda", "memory_usage": "12MB/128MB (9%)", "cache_hit_rate": .5, "requestId": "request-1",
		} {
			if got := m[field]; field == "gateway_chain" && got == nil || field != "gateway_chain" && got != want {
				t.Errorf("%s is %v, want %v: %s", field, got, want, line)
			}
		}
	}
	m := object(t, lines[1])
	for _, field := range []string{"timestamp", "duration", "cache_hit", "gateway_utilization", "Success", "name"} {
		if m[field] == nil {
			t.Errorf("the line lacks %s: %s", field, lines[1])
		}
	}
	if m["message"] != "Alexa.TurnOn" || m["level"] != "INFO" || m["success"] != true || m["trail"] != nil {
		t.Errorf("the line is %s, want a success without its trail", lines[1])
	}

	ctx = invocation(t, d, "id-2")
	_, failure := core.Do(ctx, d, work, workInput{Fails: core.Errorf(core.Unreachable, "timeout", "the home with %s took too long", canary)})
	write(t, ctx, d, slog.LevelDebug, "held back with "+canary)
	end(t, ctx, d, failure)
	line := strings.Join(p.take(), "")
	m = object(t, line)
	if m["level"] != "ERROR" || m["success"] != false || m["cause"] != "timeout" || strings.Contains(line, canary) {
		t.Errorf("the line is %s, want a failure without secrets", line)
	}
	trail, _ := m["trail"].([]any)
	if len(trail) != 2 {
		t.Fatalf("the trail is %v, want the call and the line", trail)
	}
	call, held := trail[0].(map[string]any), trail[1].(map[string]any)
	if call["message"] != "lambda_operation_work" || call["success"] != false || call["cause"] != "timeout" || call["duration"] == nil || call["cache_hit"] != false || call["gateway_utilization"] == nil {
		t.Errorf("the call is noted as %v", call)
	}
	if held["message"] != "held back with [secret]" || held["level"] != "DEBUG" || held["correlation_id"] != "id-2" {
		t.Errorf("the line is noted as %v", held)
	}
}

func TestNoInvocation(t *testing.T) {
	_, _, d := made(logging.Options{})
	if _, err := core.Do(t.Context(), d, logging.End, logging.EndInput{}); core.CauseOf(err) != "no_record" {
		t.Errorf("%v, want that there is nothing to end", err)
	}
	logging.Note(t.Context(), slog.Int("a", 1)) // does nothing
}

// TestTrailIsBounded has an invocation of a thousand calls.
func TestTrailIsBounded(t *testing.T) {
	p, _, d := made(logging.Options{})
	ctx := invocation(t, d, "id")
	for range 1000 {
		do(t, ctx, d, work, workInput{})
	}
	_, failure := core.Do(ctx, d, work, workInput{Fails: errors.New("at last")})
	end(t, ctx, d, failure)
	trail, _ := object(t, p.take()[0])["trail"].([]any)
	if len(trail) != 32 || trail[31].(map[string]any)["success"] != false || trail[30].(map[string]any)["success"] != true {
		t.Errorf("%d calls are in the trail, want the last 32 in their order", len(trail))
	}
}

func TestPanicShowsItsStack(t *testing.T) {
	p, _, d := made(logging.Options{})
	ctx := invocation(t, d, "id")
	end(t, ctx, d, &core.Panic{Value: "planted " + canary, Stack: []byte("where it was")})
	line := p.take()[0]
	if m := object(t, line); m["stack"] != "where it was" || strings.Contains(line, canary) {
		t.Errorf("the line is %s, want the stack and no secret", line)
	}
}

// TestBoundOnLines has an invocation that writes too much; the next one may again.
func TestBoundOnLines(t *testing.T) {
	p, l, d := made(logging.Options{Lines: 3})
	for range 2 {
		ctx := invocation(t, d, "id")
		for n := range 10 {
			if w := write(t, ctx, d, slog.LevelInfo, "again"); w.Dropped != (n >= 3) || w.Written == w.Dropped {
				t.Errorf("line %d: %+v", n, w)
			}
		}
		end(t, ctx, d, nil)
		lines := p.take()
		if len(lines) != 4 || object(t, lines[3])["lines_dropped"] != 7. {
			t.Errorf("%d lines, the last is %s; want three, and that seven are missing", len(lines), lines[len(lines)-1])
		}
	}
	if h := l.Health(); h.Points != 90 || !strings.Contains(h.Reasons[0], "14 lines were dropped") {
		t.Errorf("the health is %+v, want that it tells of 14 lines", h)
	}
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

// TestLongLines has an invocation with more to tell than CloudWatch takes in a line
// with metrics: 256 KB.
func TestLongLines(t *testing.T) {
	for name, piece := range map[string]string{"letters": "a", "lines": "\n", "control characters": "\x01", "no text": "\xff", "accents": "\u00e9"} {
		t.Run(name, func(t *testing.T) {
			p, _, d := made(logging.Options{Metrics: func(context.Context) []slog.Attr { return []slog.Attr{slog.Int("Success", 1)} }})
			long := strings.Repeat(piece, 1<<20)
			ctx, _ := core.NewRun(t.Context(), "id")
			ctx = logging.With(ctx, do(t, ctx, d, logging.Begin, logging.BeginInput{Subject: long}))
			for range 40 {
				do(t, ctx, d, logging.Write, logging.WriteInput{Level: slog.LevelDebug, Message: "m" + long[:8000], Fields: map[string]any{"more": long[:1000]}})
			}
			for n := range 10 {
				logging.Note(ctx, slog.String(fmt.Sprint("note", n), long))
			}
			end(t, ctx, d, &core.Panic{Value: long, Stack: []byte(long)})
			line := p.take()[0]
			m := object(t, line)
			missing, _ := m["trail_missing"].(float64)
			if len(line) > 256_000 || m["Success"] != 1. || m["note9"] == nil || m["stack"] == nil || missing == 0 {
				t.Errorf("the line is %d bytes long: %.300s", len(line), line)
			}
			if error, _ := m["error"].(string); len(error) < 100 || !strings.HasPrefix(error, "panic: ") || !strings.HasSuffix(error, " bytes more)") {
				t.Errorf("the error is %.100q..., want its beginning, and that there is more", error)
			}
		})
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
	if s := do(t, t.Context(), d, logging.GetStats, logging.StatsInput{}); s.Secrets != 4 {
		t.Errorf("%d secrets were taken out, want 4", s.Secrets)
	}
	// Without a function that knows secrets, nothing of an error is shown.
	var b bytes.Buffer
	l := logging.New(logging.Options{Output: &b})
	d = core.NewDispatcher()
	logging.Bind(d, l)
	write(t, t.Context(), d, slog.LevelInfo, canary)
	if strings.Contains(b.String(), canary) {
		t.Errorf("the log shows %s", b.String())
	}
}

func TestSetLevel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, l, d := made(logging.Options{})
		l.Configure(slog.LevelWarn)
		if w := write(t, t.Context(), d, slog.LevelInfo, "a"); w.Written || !w.Held {
			t.Errorf("below the level: %+v, want that it is held back", w)
		}
		debug, err := slog.LevelDebug, slog.LevelError
		v := do(t, t.Context(), d, logging.SetLevel, logging.SetLevelInput{Level: &debug, For: core.Seconds(time.Minute)})
		if v.Level != slog.LevelDebug || *v.Before != slog.LevelWarn || v.Next != slog.LevelWarn || v.For.Duration() != time.Minute {
			t.Errorf("got %+v, want debug for a minute, then warn", v)
		}
		if w := write(t, t.Context(), d, slog.LevelDebug, "b"); !w.Written {
			t.Errorf("at the level: %+v, want that it is written", w)
		}
		if h := l.Health(); h.Points != 95 {
			t.Errorf("the health is %+v, want that the level costs", h)
		}
		ctx := invocation(t, d, "id")
		do(t, ctx, d, work, workInput{})
		end(t, ctx, d, nil)
		if lines := p.take(); object(t, lines[len(lines)-1])["trail"] == nil {
			t.Errorf("at level debug the line has no trail: %s", lines)
		}
		time.Sleep(time.Minute)
		if v := do(t, t.Context(), d, logging.GetLevel, logging.LevelInput{}); v.Level != slog.LevelWarn || v.For != 0 || v.Before != nil {
			t.Errorf("a minute later it is %+v, want warn", v)
		}
		do(t, t.Context(), d, logging.SetLevel, logging.SetLevelInput{Level: &err})
		l.Configure(slog.LevelWarn) // the settings were read again, and say the same
		if got := l.Level(); got != slog.LevelError {
			t.Errorf("the level is %v, want ERROR as the operator said", got)
		}
		l.Configure(slog.LevelInfo)
		if got := l.Level(); got != slog.LevelInfo {
			t.Errorf("the level is %v, want INFO as the settings say now", got)
		}
	})
}

// TestCostGuard has debug lines cost money.
func TestCostGuard(t *testing.T) {
	allowed := false
	p, _, d := made(logging.Options{Debug: func() bool { return allowed }})
	debug := slog.LevelDebug
	do(t, t.Context(), d, logging.SetLevel, logging.SetLevelInput{Level: &debug})
	if w := write(t, t.Context(), d, debug, "a"); w != (logging.Written{Held: true}) {
		t.Errorf("got %+v, want that it is held back", w)
	}
	ctx := invocation(t, d, "id")
	do(t, ctx, d, work, workInput{})
	end(t, ctx, d, errors.New("failed"))
	if m := object(t, p.take()[0]); m["trail"] != nil || m["error"] != "failed" {
		t.Errorf("the line is %v, want it without its trail", m)
	}
	if _, err := core.Do(t.Context(), d, logging.Flush, logging.FlushInput{}); core.KindOf(err) != core.Forbidden {
		t.Errorf("%v, want that flushing costs money", err)
	}
	if f := do(t, t.Context(), d, logging.Search, logging.SearchInput{Level: &debug, Text: "lambda_operation_work"}); f.Matched != 1 {
		t.Errorf("%d found, want the call: to look costs nothing", f.Matched)
	}
	allowed = true
	if f := do(t, t.Context(), d, logging.Flush, logging.FlushInput{}); f.Lines != 2 {
		t.Errorf("%d lines were flushed, want the line and the call", f.Lines)
	}
}

// TestLostLines has an output that takes nothing.
func TestLostLines(t *testing.T) {
	p, l, d := made(logging.Options{})
	p.full = errors.New("nobody reads")
	if _, err := core.Do(t.Context(), d, logging.Write, logging.WriteInput{Message: "a"}); err == nil || !strings.Contains(err.Error(), "nobody reads") {
		t.Errorf("%v, want why", err)
	}
	ctx := invocation(t, d, "id")
	if _, err := core.Do(ctx, d, logging.End, logging.EndInput{}); err == nil {
		t.Error("the line is lost, and nobody says so")
	}
	if h := l.Health(); h.Points != 60 || !strings.Contains(h.Reasons[0], "2 lines are lost") {
		t.Errorf("the health is %+v, want that it tells of two lines", h)
	}
	p.full = nil
	if f := do(t, t.Context(), d, logging.Flush, logging.FlushInput{}); f.Lines != 2 {
		t.Errorf("%d lines were written when somebody read again, want the two", f.Lines)
	}
}

func TestBytes(t *testing.T) {
	p, l, d := made(logging.Options{})
	write(t, t.Context(), d, slog.LevelInfo, "a line")
	write(t, t.Context(), d, slog.LevelDebug, "held back")
	if got, want := l.Bytes(), int64(len(p.lines[0])); got != want {
		t.Errorf("%d bytes are counted, want %d", got, want)
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
		{"write", `{"message":"a","fields":{"":1}}`, "field fields has the name"},
		{"write", `{"message":"a","fields":{"of\nit":1}}`, "field fields has the name"},
		{"write", `{"message":"a","fields":{"b":"` + strings.Repeat("a", 70000) + `"}}`, "field fields is 70"},
		{"set_level", `{}`, "field level is missing"},
		{"set_level", `{"level":null}`, "field level is missing"},
		{"set_level", `{"level":3}`, "field level"},
		{"set_level", `{"level":"DEBUG-4"}`, "field level is DEBUG-4"},
		{"set_level", `{"level":"DEBUG","for_seconds":-1}`, "field for_seconds"},
		{"set_level", `{"level":"DEBUG","for_seconds":100000}`, "field for_seconds is 100000"},
		{"search", `{"pattern":"("}`, "field pattern cannot be read"},
		{"search", `{"pattern":"` + strings.Repeat("a", 1001) + `"}`, "field pattern is 1001"},
		{"search", `{"text":"` + strings.Repeat("a", 1001) + `"}`, "field text is 1001"},
		{"search", `{"correlation_id":"` + strings.Repeat("a", 1001) + `"}`, "field correlation_id is 1001"},
		{"search", `{"limit":-1}`, "field limit is -1"},
		{"search", `{"limit":1001}`, "field limit is 1001"},
		{"search", `{"level":"INFO+2"}`, "field level is INFO+2"},
		{"search", `{"last_seconds":5,"until_seconds":6}`, "field until_seconds is 6"},
		{"export", `{"format":"xml"}`, "field format is"},
		{"export", `{"pattern":"[a"}`, "field pattern cannot be read"},
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

// TestConcurrent is for the race detector.
func TestConcurrent(t *testing.T) {
	_, l, d := made(logging.Options{})
	debug := slog.LevelDebug
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for range 20 {
				ctx := invocation(t, d, fmt.Sprint("id-", i))
				do(t, ctx, d, work, workInput{})
				write(t, ctx, d, slog.LevelDebug, "held")
				write(t, ctx, d, slog.LevelInfo, "written")
				logging.Note(ctx, slog.Int("i", i))
				end(t, ctx, d, nil)
				do(t, ctx, d, logging.Search, logging.SearchInput{Level: &debug})
				do(t, ctx, d, logging.GetExport, logging.ExportInput{Format: "text"})
				do(t, ctx, d, logging.Flush, logging.FlushInput{Limit: 5})
				do(t, ctx, d, logging.SetLevel, logging.SetLevelInput{Level: &debug, For: core.Seconds(time.Millisecond)})
				l.Health()
				l.Cleanup()
			}
		})
	}
	all.Wait()
	if s := do(t, t.Context(), d, logging.GetStats, logging.StatsInput{}); s.Invocations != 320 {
		t.Errorf("%d invocations, want 320", s.Invocations)
	}
}

// BenchmarkWrite is one line with two fields, after 1 k and after 100 k of them.
func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			l := logging.New(logging.Options{Output: io.Discard, Scrub: scrub})
			d := core.NewDispatcher(l.Service(), checks)
			logging.Bind(d, l)
			in := logging.WriteInput{Message: "the door stands open", Fields: map[string]any{"door": "front", "minutes": 7}}
			for range n {
				_, _ = core.Do(b.Context(), d, logging.Write, in)
			}
			b.ReportAllocs()
			for b.Loop() {
				_, _ = core.Do(b.Context(), d, logging.Write, in)
			}
		})
	}
}

// BenchmarkInvocation is the record of an invocation of twenty calls, and its line.
func BenchmarkInvocation(b *testing.B) {
	l := logging.New(logging.Options{Output: io.Discard, Scrub: scrub})
	d := core.NewDispatcher(l.Service())
	logging.Bind(d, l)
	core.Handle(d, work, func(context.Context, workInput) (struct{}, error) { return struct{}{}, nil })
	b.ReportAllocs()
	for b.Loop() {
		ctx := invocation(b, d, "id")
		for range 20 {
			_, _ = core.Do(ctx, d, work, workInput{})
		}
		end(b, ctx, d, nil)
	}
}

// BenchmarkService is what it costs to note one call.
func BenchmarkService(b *testing.B) {
	l := logging.New(logging.Options{Output: io.Discard, Scrub: scrub})
	run := l.Service().Wrap(work.Spec, func(context.Context, *core.Call) error { return nil })
	ctx := logging.With(b.Context(), &logging.Record{})
	call := &core.Call{Spec: work.Spec, Start: time.Now()}
	b.ReportAllocs()
	for b.Loop() {
		_ = run(ctx, call)
	}
}

// TestServiceAllocates looks that noting a call takes no memory beyond the first.
func TestServiceAllocates(t *testing.T) {
	l := logging.New(logging.Options{Output: io.Discard, Scrub: scrub})
	run := l.Service().Wrap(work.Spec, func(context.Context, *core.Call) error { return nil })
	ctx := logging.With(t.Context(), &logging.Record{})
	call := &core.Call{Spec: work.Spec, Start: time.Now()}
	_ = run(ctx, call)
	if n := testing.AllocsPerRun(1000, func() { _ = run(ctx, call) }); n != 0 {
		t.Errorf("%v allocations a call, want none", n)
	}
}
