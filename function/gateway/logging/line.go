package logging

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"
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

// maxKept is how much of the memory of a long line the next one uses again, in bytes.
const maxKept = 16 << 10

// A draft is what one line is made in: the next line uses its memory again. Each has its
// own handler, which has a lock, so that no line waits for another.
type draft struct {
	log     *Log
	attrs   []slog.Attr
	text    bytes.Buffer
	handler slog.Handler // writes to text
	maxText int          // bytes of one value
}

// draft returns a draft with the attributes of every line of an invocation. The caller
// releases it.
func (l *Log) draft(ctx context.Context) *draft {
	d, ok := l.drafts.Get().(*draft)
	if !ok {
		d = &draft{log: l, attrs: make([]slog.Attr, 0, 40)} // a directive has 32
		d.handler = slog.NewJSONHandler(&d.text, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: d.replace})
	}
	if run := core.RunOf(ctx); run != nil {
		d.add(slog.String("correlation_id", run.ID), slog.String("gateway_chain", run.Chain()))
	}
	return d
}

func (d *draft) add(attrs ...slog.Attr) { d.attrs = append(d.attrs, attrs...) }

// release ends the use of d.
func (d *draft) release() {
	clear(d.attrs)
	d.attrs = d.attrs[:0]
	if d.text.Cap() <= maxKept {
		d.log.drafts.Put(d)
	}
}

// item returns the line, of at most the length that CloudWatch reads metrics in.
func (d *draft) item(ctx context.Context, level slog.Level, message string) *item {
	const maxLine = 250_000 // bytes
	i := &item{at: time.Now(), level: level, id: core.CorrelationID(ctx)}
	if id := RequestID(ctx); id != "" {
		d.add(slog.String("requestId", id))
	}
	rec := slog.NewRecord(i.at, level, message, 0)
	rec.AddAttrs(slog.Attr{Value: slog.GroupValue(d.attrs...)}) // no name: its attributes are the record's
	for d.maxText = 16 << 10; ; d.maxText /= 8 {
		d.text.Reset()
		_ = d.handler.Handle(ctx, rec) // into memory: cannot fail
		if d.text.Len() <= maxLine || d.maxText == 0 {
			i.line = bytes.Clone(d.text.Bytes())
			return i
		}
	}
}

// replace gives attributes the names that AWS uses, redacts texts and foreign values, and
// truncates long texts.
func (d *draft) replace(groups []string, a slog.Attr) slog.Attr {
	a = lambdacontext.ReplaceAttr(groups, a)
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, truncate(d.log.redact(a.Value.String()), d.maxText))
	case slog.KindAny:
		switch v := a.Value.Any().(type) {
		case error:
			return slog.String(a.Key, truncate(d.log.redact(v.Error()), d.maxText))
		case slog.Level, foreign, trailJSON:
		default:
			if !slices.Contains(groups, "_aws") { // the format of metrics, without foreign text
				return slog.Any(a.Key, foreign{a.Key, v, d.log.redact})
			}
		}
	}
	return a
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
