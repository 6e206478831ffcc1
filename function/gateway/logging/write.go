package logging

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A WriteInput is the input of [Write].
type WriteInput struct {
	Level   slog.Level     `json:"level" doc:"DEBUG, INFO, WARN or ERROR; default: INFO"`
	Message string         `json:"message" doc:"what happened, in at most 32 KiB" required:"true"`
	Fields  map[string]any `json:"fields,omitempty" doc:"what belongs to it, at most 50; secrets are replaced"`
}

// reserved are the fields that the log itself writes. One that a caller chose must
// not pass for them: "_aws" would make metrics, which cost money.
var reserved = []string{
	"timestamp", "time", "level", "message", "msg", "requestId", "correlation_id", "gateway_chain", "gateway_utilization",
	"memory_usage", "cache_hit_rate", "trail", "lines_dropped",
}

// Check refuses what would be no line of its own, or too long a one.
func (in WriteInput) Check() error {
	switch {
	case strings.TrimSpace(in.Message) == "":
		return errors.New("field message is missing")
	case len(in.Message) > 32<<10:
		return fmt.Errorf("field message is %d bytes long; at most 32768 are taken", len(in.Message))
	case len(in.Fields) > 50:
		return fmt.Errorf("field fields has %d fields; at most 50 are taken", len(in.Fields))
	}
	for name := range in.Fields {
		switch {
		case name == "" || len(name) > 64:
			return fmt.Errorf("field fields has the name %.70q in it; 1 to 64 bytes are wanted", name)
		case strings.HasPrefix(name, "_") || slices.Contains(reserved, name):
			return fmt.Errorf("field fields.%s has a name that the log itself uses: choose another", name)
		}
	}
	if b, err := json.Marshal(in.Fields); err == nil && len(b) > 64<<10 {
		return fmt.Errorf("field fields is %d bytes long as JSON; at most 65536 are taken", len(b))
	}
	return checkLevel(in.Level)
}

// Written says what became of a line.
type Written struct {
	Written bool `json:"written" doc:"whether it is in the log"`
	Held    bool `json:"held,omitempty" doc:"its level is below the one that is set: it is kept for a failure of the invocation, for search, export and flush"`
	Dropped bool `json:"dropped,omitempty" doc:"the invocation has written too many, or debug lines would cost money"`
}

func (l *Log) write(ctx context.Context, in WriteInput) (Written, error) {
	if in.Level < slog.LevelInfo && !l.opts.Debug() {
		l.count.skipped.Add(1)
		return Written{Dropped: true}, nil
	}
	r, held := recordOf(ctx), in.Level < l.Level()
	if r != nil && !held && !r.room(l.opts.Lines) {
		l.count.dropped.Add(1)
		return Written{Dropped: true}, nil
	}
	rec := slog.NewRecord(time.Now(), in.Level, l.scrub(in.Message), 0)
	rec.AddAttrs(l.common(ctx)...)
	for _, name := range sorted(in.Fields) {
		// It is scrubbed as the JSON of an object, so that its name counts too.
		rec.AddAttrs(slog.Any(name, scrubbed{name, in.Fields[name], l.scrub}))
	}
	i := &item{at: rec.Time, level: in.Level, id: core.CorrelationID(ctx), line: l.render(ctx, rec)}
	if held {
		l.count.held.Add(1)
		if r == nil || !r.hold(i) {
			l.ring.add(i)
		}
		return Written{Held: true}, nil
	}
	if err := l.out.write(in.Level, i.line); err != nil {
		l.ring.add(i)
		return Written{}, core.Errorf(core.Internal, "log", "the line could not be written: %w", err)
	}
	i.written = true
	l.ring.add(i)
	return Written{Written: true}, nil
}

func sorted(fields map[string]any) []string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
