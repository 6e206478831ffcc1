package logging_test

import (
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

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
		if v := do(t, t.Context(), d, logging.GetLevel, core.None{}); v.Level != slog.LevelWarn || v.For != 0 || v.Before != nil {
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
