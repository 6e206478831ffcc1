package logging_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

// TestSearch has three invocations, an hour apart, and a line outside them.
func TestSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, _, d := made(logging.Options{})
		write(t, t.Context(), d, slog.LevelWarn, "the start")
		for n := range 3 {
			time.Sleep(time.Hour)
			ctx := invocation(t, d, fmt.Sprint("id-", n))
			do(t, ctx, d, work, workInput{})
			write(t, ctx, d, slog.LevelDebug, `a "quoted" detail`)
			logging.Note(ctx, slog.Int("endpoint", n))
			var failure error
			if n == 1 {
				failure = errors.New("It Failed")
			}
			end(t, ctx, d, failure)
		}
		debug, failed := slog.LevelDebug, slog.LevelError
		for _, tt := range []struct {
			name    string
			in      logging.SearchInput
			matched int
			last    string // is in the last of them
		}{
			{"default", logging.SearchInput{}, 4, `"endpoint":2`},
			{"debug", logging.SearchInput{Level: &debug}, 10, `"endpoint":2`},
			{"errors", logging.SearchInput{Level: &failed}, 1, `It Failed`},
			{"text, whatever the case", logging.SearchInput{Text: "it FAILED"}, 1, `It Failed`},
			{"text of JSON", logging.SearchInput{Text: `"endpoint":1`}, 1, `It Failed`},
			{"quoted text", logging.SearchInput{Level: &debug, Text: `a "quoted"`, CorrelationID: "id-2"}, 1, `detail`},
			{"operations", logging.SearchInput{Level: &debug, Text: `"message":"lambda_operation_work"`}, 4, `"correlation_id":"id-2"`},
			{"pattern", logging.SearchInput{Pattern: `"endpoint":[02]\b`}, 2, `"endpoint":2`},
			{"correlation ID", logging.SearchInput{CorrelationID: "id-0"}, 1, `"endpoint":0`},
			{"an hour and a half", logging.SearchInput{Last: core.Seconds(90 * time.Minute)}, 2, `"endpoint":2`},
			{"before that", logging.SearchInput{Until: core.Seconds(90 * time.Minute)}, 2, `"endpoint":0`},
			{"nothing", logging.SearchInput{Text: "nowhere"}, 0, ""},
		} {
			f := do(t, t.Context(), d, logging.Search, tt.in)
			if f.Matched != tt.matched || len(f.Records) != tt.matched || f.Kept != 4 || f.Oldest == nil {
				t.Errorf("%s: %d records of %d that match, %d kept; want %d of 4: %s", tt.name, len(f.Records), f.Matched, f.Kept, tt.matched, f.Records)
			}
			if n := len(f.Records); n > 0 && !strings.Contains(string(f.Records[n-1]), tt.last) {
				t.Errorf("%s: the last is %s, want %s in it", tt.name, f.Records[n-1], tt.last)
			}
		}
		if f := do(t, t.Context(), d, logging.Search, logging.SearchInput{Limit: 1}); len(f.Records) != 1 || f.Matched != 4 || !strings.Contains(string(f.Records[0]), `"endpoint":2`) {
			t.Errorf("one of %d: %s, want the last", f.Matched, f.Records)
		}
	})
}

// TestRecordOfAnOperation looks at what a call leaves for an operator.
func TestRecordOfAnOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, _, d := made(logging.Options{})
		ctx := invocation(t, d, "id-1")
		_, _ = core.Do(ctx, d, work, workInput{Fails: core.Errorf(core.Unreachable, core.CauseDNS, "no such host")})
		end(t, ctx, d, nil)
		debug := slog.LevelDebug
		f := do(t, t.Context(), d, logging.Search, logging.SearchInput{Level: &debug, Text: "lambda_operation_work"})
		var m map[string]any
		if len(f.Records) != 1 || json.Unmarshal(f.Records[0], &m) != nil {
			t.Fatalf("found %s", f.Records)
		}
		at, _ := time.Parse(time.RFC3339Nano, fmt.Sprint(m["timestamp"]))
		if m["level"] != "DEBUG" || m["correlation_id"] != "id-1" || m["success"] != false || m["cause"] != "dns" || m["cache_hit"] != false || m["duration"] != 0. || m["gateway_utilization"] == nil || !at.Equal(time.Now()) {
			t.Errorf("the record is %v", m)
		}
	})
}

func TestExport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, d := made(logging.Options{})
		do(t, t.Context(), d, logging.Write, logging.WriteInput{Level: slog.LevelWarn, Message: `say "hi"`, Fields: map[string]any{"a": "b c", "n": 1}})
		e := do(t, t.Context(), d, logging.GetExport, logging.ExportInput{})
		if e.Format != "json" || e.Lines != 1 || e.Text != p.lines[0] {
			t.Errorf("as JSON it is %+v, want the line as it is in the log", e)
		}
		e = do(t, t.Context(), d, logging.GetExport, logging.ExportInput{Format: "text"})
		want := `WARN say \"hi\" a="b c" n=1` + "\n"
		if _, rest, _ := strings.Cut(e.Text, " "); rest != want || e.Format != "text" {
			t.Errorf("as text it is %q, want the time and %q", e.Text, want)
		}
	})
}

// TestFlush writes what was held back, each once.
func TestFlush(t *testing.T) {
	p, _, d := made(logging.Options{})
	for n := range 3 {
		ctx := invocation(t, d, fmt.Sprint("id-", n))
		do(t, ctx, d, work, workInput{})
		write(t, ctx, d, slog.LevelDebug, "a detail")
		end(t, ctx, d, nil)
	}
	write(t, t.Context(), d, slog.LevelDebug, "outside")
	p.take()
	if f := do(t, t.Context(), d, logging.Flush, logging.FlushInput{CorrelationID: "id-1"}); f.Lines != 2 || f.Left != 0 {
		t.Errorf("flushed %+v, want the call and the line of one invocation", f)
	}
	for _, line := range p.take() {
		if m := object(t, line); m["correlation_id"] != "id-1" || m["level"] != "DEBUG" {
			t.Errorf("it wrote %s", line)
		}
	}
	if f := do(t, t.Context(), d, logging.Flush, logging.FlushInput{Limit: 2}); f.Lines != 2 || f.Left != 3 || f.Bytes == 0 {
		t.Errorf("flushed %+v, want two and three left", f)
	}
	if f := do(t, t.Context(), d, logging.Flush, logging.FlushInput{}); f.Lines != 3 || f.Left != 0 {
		t.Errorf("flushed %+v, want the other three", f)
	}
	if f := do(t, t.Context(), d, logging.Flush, logging.FlushInput{}); f.Lines != 0 {
		t.Errorf("flushed %+v a second time", f)
	}
	// What a failure has written already is not written again.
	ctx := invocation(t, d, "id-9")
	do(t, ctx, d, work, workInput{})
	end(t, ctx, d, errors.New("failed"))
	p.take()
	if f := do(t, t.Context(), d, logging.Flush, logging.FlushInput{}); f.Lines != 0 {
		t.Errorf("flushed %+v, and the trail is on the line: %s", f, p.take())
	}
}

// TestKeptIsBounded has so many and so long lines that not all are kept, and looks
// that the last are.
func TestKeptIsBounded(t *testing.T) {
	_, _, d := made(logging.Options{})
	for n := range 3000 {
		ctx := invocation(t, d, fmt.Sprint("id-", n))
		for range 40 {
			do(t, ctx, d, work, workInput{})
		}
		end(t, ctx, d, nil)
	}
	s := do(t, t.Context(), d, logging.GetStats, core.None{})
	if s.KeptBytes > 256<<10 || s.Kept < 30 || s.Kept > 256 {
		t.Errorf("%d lines are kept, in %d bytes", s.Kept, s.KeptBytes)
	}
	if f := do(t, t.Context(), d, logging.Search, logging.SearchInput{CorrelationID: "id-2999"}); f.Matched != 1 {
		t.Error("the last line is not kept")
	}
	for range 20 {
		write(t, t.Context(), d, slog.LevelInfo, strings.Repeat("a", 15<<10))
	}
	if s := do(t, t.Context(), d, logging.GetStats, core.None{}); s.KeptBytes > 256<<10 || s.Kept > 16 {
		t.Errorf("%d long lines are kept, in %d bytes", s.Kept, s.KeptBytes)
	}
}

func TestCleanup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l, d := made(logging.Options{})
		write(t, t.Context(), d, slog.LevelInfo, "old")
		time.Sleep(5 * time.Hour)
		write(t, t.Context(), d, slog.LevelInfo, "new")
		if freed := l.Cleanup(t.Context()); freed.Items != 0 {
			t.Errorf("freed %+v after five hours", freed)
		}
		time.Sleep(2 * time.Hour)
		if freed := l.Cleanup(t.Context()); freed.Items != 1 || freed.Bytes <= 0 {
			t.Errorf("freed %+v, want the old one", freed)
		}
		if f := do(t, t.Context(), d, logging.Search, logging.SearchInput{}); f.Matched != 1 || !strings.Contains(string(f.Records[0]), "new") {
			t.Errorf("left is %s, want the new one", f.Records)
		}
	})
}

func FuzzSearch(f *testing.F) {
	for _, seed := range []string{`a`, `"`, `\`, `(a+)+$`, `[`, `\pL{1,1000}`, "\n", `(?i)(?s).*`, "\xff"} {
		f.Add(seed, seed)
	}
	_, _, d := made(logging.Options{})
	ctx := invocation(f, d, "id")
	do(f, ctx, d, work, workInput{})
	end(f, ctx, d, errors.New("it \"failed\""))
	f.Fuzz(func(t *testing.T, text, pattern string) {
		in, _ := json.Marshal(map[string]string{"text": text, "pattern": pattern, "level": "DEBUG"})
		for _, op := range []string{"logging.search", "logging.export"} {
			if _, err := core.Execute(t.Context(), d, op, in); err != nil && core.KindOf(err) != core.Invalid {
				t.Errorf("%s: %v", op, err)
			}
		}
	})
}

// FuzzWrite checks that whatever is written is one line of the log, and of either
// export.
func FuzzWrite(f *testing.F) {
	f.Add("a", "b", "c")
	f.Add("a\n{\"level\":\"ERROR\"}", "b\" \nc", "\r\u2028\x1b\xff")
	f.Fuzz(func(t *testing.T, message, name, value string) {
		p, _, d := made(logging.Options{})
		_, err := core.Do(t.Context(), d, logging.Write, logging.WriteInput{Message: message, Fields: map[string]any{name: value}})
		if err != nil {
			return
		}
		for _, line := range p.take() {
			object(t, line)
		}
		for _, format := range []string{"json", "text"} {
			e := do(t, t.Context(), d, logging.GetExport, logging.ExportInput{Format: format})
			if e.Lines != 1 || strings.Count(e.Text, "\n") != 1 || !strings.HasSuffix(e.Text, "\n") {
				t.Errorf("%s: %d lines: %q", format, e.Lines, e.Text)
			}
		}
	})
}
