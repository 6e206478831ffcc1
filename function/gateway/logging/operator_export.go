package logging

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/hearthgate/hearthgate/function/core"
)

// An ExportInput is the input of [GetExport].
type ExportInput struct {
	Format string `json:"format,omitempty" doc:"json, or text for a person; default: json"`
	SearchInput
}

// Check rejects an unknown format, and what a search rejects.
func (in ExportInput) Check() error {
	if in.Format != "" && in.Format != "json" && in.Format != "text" {
		return fmt.Errorf("field format is %.40q; expected json or text", in.Format)
	}
	return in.SearchInput.Check()
}

// Exported is the output of [GetExport].
type Exported struct {
	Format string `json:"format"`
	Lines  int    `json:"lines" doc:"number of lines, one a record"`
	Text   string `json:"text" doc:"the records, without secrets, the oldest first"`
}

func (l *Log) export(_ context.Context, in ExportInput) (Exported, error) {
	items, _ := l.find(in.SearchInput, 1000)
	e := Exported{Format: cmp.Or(in.Format, "json"), Lines: len(items)}
	var text bytes.Buffer
	for _, i := range items {
		if in.Format != "text" {
			text.Write(i.line)
			continue
		}
		if err := writeText(&text, i.line); err != nil {
			return Exported{}, core.Errorf(core.Internal, core.CauseRecord, "a record cannot be read: %w", err)
		}
	}
	e.Text = text.String()
	return e, nil
}

// writeText writes a record as a line for a person: time, level and message, and its
// fields as key=value. Values stay JSON, so that a newline in one is escaped.
func writeText(text *bytes.Buffer, line []byte) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	if _, err := dec.Token(); err != nil { // the brace
		return err
	}
	for first := true; dec.More(); first = false {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
		if !first {
			text.WriteByte(' ')
		}
		name, _ := key.(string)
		switch name {
		case "timestamp", "level", "message":
			text.Write(unquoted(value))
		default:
			text.WriteString(name)
			text.WriteByte('=')
			text.Write(value)
		}
	}
	text.WriteByte('\n')
	return nil
}

// unquoted returns a JSON string without its quotes, still escaped.
func unquoted(value []byte) []byte {
	if len(value) >= 2 && value[0] == '"' {
		return value[1 : len(value)-1]
	}
	return value
}
