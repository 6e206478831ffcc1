package logging

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/hearthgate/hearthgate/function/core"
)

// hidden stands for a value that cannot be redacted.
const hidden = "[hidden]"

// redact returns text without secrets, and counts them.
func (l *Log) redact(text string) string {
	text, n := l.opts.Redact(text)
	l.count.secrets.Add(int64(n))
	return text
}

// common returns the attributes of every line of an invocation.
func common(ctx context.Context) []slog.Attr {
	run := core.RunOf(ctx)
	if run == nil {
		return nil
	}
	return []slog.Attr{slog.String("correlation_id", run.ID), slog.String("gateway_chain", run.Chain())}
}

// render returns rec as a line of at most the length that CloudWatch reads metrics in.
func (l *Log) render(ctx context.Context, rec slog.Record) []byte {
	const maxLine = 250_000 // bytes
	if id := RequestID(ctx); id != "" {
		rec.AddAttrs(slog.String("requestId", id))
	}
	for maxText := 16 << 10; ; maxText /= 8 {
		var line bytes.Buffer
		// A handler has a lock: one handler a line, so that no line waits for another.
		h := slog.NewJSONHandler(&line, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: l.replacer(maxText)})
		_ = h.Handle(ctx, rec) // into memory: cannot fail
		if line.Len() <= maxLine || maxText == 0 {
			return line.Bytes()
		}
	}
}

// replacer returns a function that gives attributes the names that AWS uses, redacts
// texts and foreign values, and truncates long texts.
func (l *Log) replacer(maxText int) func([]string, slog.Attr) slog.Attr {
	return func(groups []string, a slog.Attr) slog.Attr {
		a = lambdacontext.ReplaceAttr(groups, a)
		switch a.Value.Kind() {
		case slog.KindString:
			return slog.String(a.Key, truncate(l.redact(a.Value.String()), maxText))
		case slog.KindAny:
			switch v := a.Value.Any().(type) {
			case error:
				return slog.String(a.Key, truncate(l.redact(v.Error()), maxText))
			case slog.Level, foreign, trailJSON:
			default:
				if a.Key != "_aws" { // the format of metrics, without foreign text
					return slog.Any(a.Key, foreign{a.Key, v, l.redact})
				}
			}
		}
		return a
	}
}

// A foreign value is marshaled without secrets. Its name counts: {"token": 7} is a
// secret by its name only.
type foreign struct {
	name   string
	value  any
	redact func(string) string
}

// MarshalJSON hides a value that cannot be marshaled, or not be redacted.
func (f foreign) MarshalJSON() ([]byte, error) {
	if err, ok := f.value.(error); ok {
		f.value = err.Error()
	}
	var object map[string]json.RawMessage
	b, err := json.Marshal(map[string]any{f.name: f.value})
	if err == nil {
		err = json.Unmarshal([]byte(f.redact(string(b))), &object)
	}
	if err != nil || object[f.name] == nil {
		return json.Marshal(hidden)
	}
	return object[f.name], nil
}

// truncate returns text, or as much of it as max bytes hold and how much is missing.
func truncate(text string, max int) string {
	if len(text) <= max {
		return text
	}
	for max > 0 && !utf8.RuneStart(text[max]) {
		max--
	}
	return fmt.Sprintf("%s... (%d bytes more)", text[:max], len(text)-max)
}
