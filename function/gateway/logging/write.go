package logging

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/function/core"
)

// A WriteInput is the input of [Write].
type WriteInput struct {
	Level   slog.Level     `json:"level" doc:"DEBUG, INFO, WARN or ERROR; default: INFO"`
	Message string         `json:"message" doc:"what happened, at most 16 KiB" required:"true"`
	Fields  map[string]any `json:"fields,omitempty" doc:"more about it: at most 50 fields of at most 16 KiB; secrets are replaced"`
}

// reserved are fields that the log writes itself, and that a caller must not forge:
// "_aws" would make metrics, which cost money, and "success" the line of an invocation.
var reserved = []string{
	"timestamp", "time", "level", "message", "msg", "requestId", "correlation_id", "gateway_chain", "gateway_utilization",
	"memory_usage", "cache_hit_rate", "cache_memory_hits", "cache_disk_hits", "cache_external_hits", "trail", "trail_missing", "lines_dropped",
	"version", "success",
}

// Check rejects a line that is empty, too long or forges a field of the log.
func (in WriteInput) Check() error {
	const most = 16 << 10
	switch {
	case strings.TrimSpace(in.Message) == "":
		return errors.New("field message is missing")
	case len(in.Message) > most:
		return fmt.Errorf("field message is %d bytes long; at most %d are allowed", len(in.Message), most)
	case len(in.Fields) > 50:
		return fmt.Errorf("field fields has %d fields; at most 50 are taken", len(in.Fields))
	}
	for name := range in.Fields {
		switch {
		case name == "" || len(name) > 64 || strings.ContainsFunc(name, odd):
			return fmt.Errorf("field fields has the name %.70q; expected 1 to 64 letters, digits, dots, hyphens and underscores", name)
		case strings.HasPrefix(name, "_") || slices.Contains(reserved, name):
			return fmt.Errorf("field fields.%s has a name that the log uses itself: choose another", name)
		}
	}
	if b, err := json.Marshal(in.Fields); err == nil && len(b) > most {
		return fmt.Errorf("field fields is %d bytes long as JSON; at most %d are allowed", len(b), most)
	}
	return checkLevel(in.Level)
}

// odd reports whether c is not allowed in the name of a field.
func odd(c rune) bool {
	return (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' && c != '.'
}

// Written says what happened to a line.
type Written struct {
	Written bool `json:"written" doc:"whether it is in the log"`
	Held    bool `json:"held,omitempty" doc:"its level is below the one in effect, or debug lines would cost money: it is kept for a failure of the invocation, and for search, export and flush"`
	Dropped bool `json:"dropped,omitempty" doc:"the invocation has reached its limit of lines"`
}

func (l *Log) write(ctx context.Context, in WriteInput) (Written, error) {
	r, held := invocationOf(ctx), in.Level < l.Level() || in.Level < slog.LevelInfo && !l.opts.Debug()
	if r != nil && !held && !r.room(l.opts.Lines) {
		l.count.dropped.Add(1)
		return Written{Dropped: true}, nil
	}
	d := l.draft(ctx)
	defer d.release()
	for _, name := range slices.Sorted(maps.Keys(in.Fields)) {
		d.add(slog.Any(l.redact(name), foreign{name, in.Fields[name], l.redact}))
	}
	i := d.item(ctx, in.Level, in.Message)
	if held {
		l.count.held.Add(1)
		if r == nil || !r.hold(i) {
			l.ring.add(i)
		}
		return Written{Held: true}, nil
	}
	if err := l.out.write(in.Level, i.line); err != nil {
		l.ring.add(i)
		return Written{}, core.Errorf(core.Internal, core.CauseLog, "the line could not be written: %w", err)
	}
	i.written = true
	l.ring.add(i)
	return Written{Written: true}, nil
}
