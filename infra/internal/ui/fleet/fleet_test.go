package fleet_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

// A home is what a test says of one.
type home struct {
	Level fleet.Level `json:"level"`
	Code  int         `json:"code"`
}

func (h home) Summary() fleet.Summary {
	return fleet.Summary{Level: h.Level, Text: "text", Code: h.Code}
}

var homes = map[string]home{
	"a": {fleet.Well, 0}, "b": {fleet.Trouble, 7}, "c": {fleet.Notice, 0}, "e": {fleet.Trouble, 5},
}

func do(_ context.Context, stage string) (home, error) {
	if stage == "d" {
		return home{}, errors.New("throttled\nby AWS")
	}
	return homes[stage], nil
}

func order[T fleet.Home](r fleet.Report[T]) string {
	var names []string
	for _, result := range r {
		names = append(names, result.Stage)
	}
	return strings.Join(names, "")
}

// TestSideBySide has the worst home first, and the others done.
func TestSideBySide(t *testing.T) {
	var said []string
	run := fleet.Run[home]{Stages: strings.Split("abcde", ""), Do: do, Progress: func(done int, stage string) { said = append(said, fmt.Sprint(done)) }}
	r, err := run.SideBySide(t.Context())
	if err != nil || order(r) != "bedca" || r.Code() != 7 {
		t.Errorf("%s, code %d, %v", order(r), r.Code(), err)
	}
	if got := strings.Join(said, ""); got != "12345" {
		t.Errorf("progress %s", got)
	}
	var text strings.Builder
	r.Show(ui.Paint(&text, false))
	for _, want := range []string{"- b  text\n", "? d  throttled by AWS\n", "! c  text\n", "+ a  text\n", "5 homes: 2 in trouble, 1 not known, 1 to look at, 1 well.\n"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
	b, err := json.Marshal(r)
	const third = `{"stage":"d","level":"unknown","summary":"throttled by AWS","exit_code":1,"result":null,"error":"throttled\nby AWS"}`
	if err != nil || !strings.Contains(string(b), third) || !strings.HasPrefix(string(b), `[{"stage":"b","level":"trouble","summary":"text","exit_code":7,"result":{"level":"trouble","code":7}}`) {
		t.Errorf("%s, %v", b, err)
	}
	if b, _ := json.Marshal(fleet.Report[home]{}); string(b) != "[]" {
		t.Errorf("no home is %s", b)
	}
}

// TestBounds has at most so many homes at work, and none that takes for ever.
func TestBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		now, most := 0, 0
		run := fleet.Run[home]{Stages: make([]string, 200), Most: 5, Patience: time.Minute, Do: func(ctx context.Context, _ string) (home, error) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			<-ctx.Done()
			mu.Lock()
			now--
			mu.Unlock()
			return home{}, ctx.Err()
		}}
		began := time.Now()
		r, err := run.SideBySide(t.Context())
		if err != nil || most != 5 || time.Since(began) != 40*time.Minute || len(r) != 200 {
			t.Errorf("%d at a time, %v, %v", most, time.Since(began), err)
		}
		if text := r[0].Summary().Text; !strings.HasPrefix(text, "there was no result within 1m0s") {
			t.Error(text)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := run.SideBySide(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a run that was stopped: %v", err)
		}
	})
}

// TestInTurn stops at the first failure, and says what was not done.
func TestInTurn(t *testing.T) {
	for _, tt := range []struct{ stages, want string }{
		{"acbe", "beca"}, // e was not tried; c is a notice
		{"adc", "dca"},
		{"ca", "ca"},
	} {
		run := fleet.Run[home]{Stages: strings.Split(tt.stages, ""), Do: do}
		r, err := run.InTurn(t.Context())
		if err != nil || order(r) != tt.want {
			t.Errorf("%s: %s, want %s, %v", tt.stages, order(r), tt.want, err)
		}
		for _, result := range r {
			if skipped := tt.stages == "acbe" && result.Stage == "e" || tt.stages == "adc" && result.Stage == "c"; result.Skipped != skipped {
				t.Errorf("%s: %s skipped is %t", tt.stages, result.Stage, result.Skipped)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	run := fleet.Run[home]{Stages: []string{"a", "b", "c"}, Do: func(_ context.Context, stage string) (home, error) {
		if stage == "b" {
			cancel()
			return home{}, &ui.StoppedError{Left: "CloudFormation goes on"}
		}
		return home{}, nil
	}}
	_, err := run.InTurn(ctx)
	if want := "stopped: done: a; stopped at: b; not begun: c. CloudFormation goes on"; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}
