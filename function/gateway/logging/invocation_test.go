package logging_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

// TestLineOfAnInvocation looks at the one line of a good and of a bad end.
func TestLineOfAnInvocation(t *testing.T) {
	p, _, d := made(logging.Options{
		Version: "v1.2.3",
		ProcessAttrs: func(attrs []slog.Attr) []slog.Attr {
			return append(attrs, slog.String("memory_usage", "12MB/128MB (9%)"), slog.Float64("cache_hit_rate", .5))
		},
		Metrics: func(_ context.Context, attrs []slog.Attr) []slog.Attr { return append(attrs, slog.Int("Success", 1)) },
	})
	ctx := invocation(t, d, "id-1")
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: "request-1"})
	do(t, ctx, d, work, workInput{})
	write(t, ctx, d, slog.LevelDebug, "held back")
	write(t, ctx, d, slog.LevelWarn, "of its own")
	logging.Note(ctx, slog.String("name", "TurnOff"), slog.Int("status", 401))
	logging.Note(ctx, slog.String("name", "TurnOn"), slog.Int("attempts", 2))
	end(t, ctx, d, nil)
	end(t, ctx, d, nil) // says nothing more
	lines := p.take()
	if len(lines) != 2 {
		t.Fatalf("%d lines were written, want two: %q", len(lines), lines)
	}
	for _, line := range lines {
		m := object(t, line)
		for field, want := range map[string]any{
			"correlation_id": "id-1", "gateway_chain": "logging>lambda", "requestId": "request-1",
		} {
			if got := m[field]; field == "gateway_chain" && got == nil || field != "gateway_chain" && got != want {
				t.Errorf("%s is %v, want %v: %s", field, got, want, line)
			}
		}
	}
	m := object(t, lines[1])
	if m["name"] != "TurnOn" || m["status"] != 401. || m["attempts"] != 2. || strings.Contains(lines[1], "TurnOff") {
		t.Errorf("of a key that is noted twice the line must have the last value alone: %s", lines[1])
	}
	if m["memory_usage"] != "12MB/128MB (9%)" || m["cache_hit_rate"] != .5 || m["version"] != "v1.2.3" {
		t.Errorf("the line lacks the attributes of the process: %s", lines[1])
	}
	for _, field := range []string{"timestamp", "duration", "cache_hit", "gateway_utilization", "Success", "name"} {
		if m[field] == nil {
			t.Errorf("the line lacks %s: %s", field, lines[1])
		}
	}
	if m["message"] != "Alexa.TurnOn" || m["level"] != "INFO" || m["success"] != true || m["trail"] != nil {
		t.Errorf("the line is %s, want a success without its trail", lines[1])
	}

	ctx = invocation(t, d, "id-2")
	_, failure := core.Do(ctx, d, work, workInput{Fails: core.Errorf(core.Unreachable, core.CauseTimeout, "the home with %s took too long", canary)})
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
	if _, err := core.Do(t.Context(), d, logging.End, logging.EndInput{}); core.CauseOf(err) != core.CauseNoRecord {
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

// TestLongLines has an invocation with more to tell than CloudWatch takes in a line
// with metrics: 256 KB.
func TestLongLines(t *testing.T) {
	for name, piece := range map[string]string{"letters": "a", "lines": "\n", "control characters": "\x01", "no text": "\xff", "accents": "\u00e9"} {
		t.Run(name, func(t *testing.T) {
			p, _, d := made(logging.Options{Metrics: func(_ context.Context, attrs []slog.Attr) []slog.Attr { return append(attrs, slog.Int("Success", 1)) }})
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
