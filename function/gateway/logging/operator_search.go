package logging

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A SearchInput is the input of [Search].
type SearchInput struct {
	Text          string       `json:"text,omitempty" doc:"text that the record contains, in any letter case"`
	Pattern       string       `json:"pattern,omitempty" doc:"a regular expression (RE2) that the record's JSON matches"`
	Level         *slog.Level  `json:"level,omitempty" doc:"lowest level; DEBUG shows every operation; default: INFO"`
	CorrelationID string       `json:"correlation_id,omitempty" doc:"of the invocation"`
	Last          core.Seconds `json:"last_seconds,omitempty" doc:"maximum age; default: everything that is kept" unit:"s"`
	Until         core.Seconds `json:"until_seconds,omitempty" doc:"minimum age; default: 0" unit:"s"`
	Limit         int          `json:"limit,omitempty" doc:"number of the last ones to return, up to 1000; default: 50"`
}

// Check rejects an invalid pattern, level or range.
func (in SearchInput) Check() error {
	const most = 1000
	switch {
	case len(in.Text) > most:
		return fmt.Errorf("field text is %d bytes long; at most %d are allowed", len(in.Text), most)
	case len(in.Pattern) > most:
		return fmt.Errorf("field pattern is %d bytes long; at most %d are allowed", len(in.Pattern), most)
	case in.Last > 0 && in.Until >= in.Last:
		return fmt.Errorf("field until_seconds is %v; expected less than last_seconds, %v", in.Until.Duration().Seconds(), in.Last.Duration().Seconds())
	}
	if in.Level != nil {
		if err := checkLevel(*in.Level); err != nil {
			return err
		}
	}
	if _, err := regexp.Compile(in.Pattern); err != nil {
		return fmt.Errorf("field pattern is not a regular expression: %w", err)
	}
	return checkRange(in.CorrelationID, in.Limit)
}

// Found is the output of [Search].
type Found struct {
	Records []json.RawMessage `json:"records" doc:"as in the log, without secrets, the oldest first"`
	Matched int               `json:"matched" doc:"number of matches, of which the last are here"`
	Kept    int               `json:"kept" doc:"lines of this process that are kept"`
	Oldest  *time.Time        `json:"oldest,omitempty" doc:"time of the first of them; absent without any"`
}

func (l *Log) search(_ context.Context, in SearchInput) (Found, error) {
	items, matched := l.find(in, 50)
	f := Found{Records: make([]json.RawMessage, len(items)), Matched: matched}
	for n, i := range items {
		f.Records[n] = bytes.TrimSpace(i.line)
	}
	kept, _, oldest := l.ring.kept()
	if f.Kept = kept; kept > 0 {
		f.Oldest = &oldest
	}
	return f, nil
}

// find returns the last items that match, oldest first, and the number of all matches.
func (l *Log) find(in SearchInput, limit int) (found []*item, matched int) {
	m := newMatcher(in)
	for _, i := range l.ring.all(m.level) {
		if m.matches(i) {
			found = append(found, i)
		}
	}
	if in.Limit > 0 {
		limit = in.Limit
	}
	return found[max(0, len(found)-limit):], len(found)
}

// A matcher selects the items of a search.
type matcher struct {
	SearchInput
	level         slog.Level
	after, before time.Time
	text, escaped []byte
	pattern       *regexp.Regexp // nil without one
}

func newMatcher(in SearchInput) *matcher {
	m := &matcher{SearchInput: in, before: time.Now().Add(-in.Until.Duration())}
	if in.Last > 0 {
		m.after = time.Now().Add(-in.Last.Duration())
	}
	if in.Level != nil {
		m.level = *in.Level
	}
	m.text = bytes.ToLower([]byte(in.Text))
	// The record has the text as JSON escapes it: a quote as \".
	quoted, _ := json.Marshal(strings.ToLower(in.Text))
	m.escaped = unquoted(quoted)
	if in.Pattern != "" {
		m.pattern, _ = regexp.Compile(in.Pattern) // valid, as Check has seen
	}
	return m
}

func (m *matcher) matches(i *item) bool {
	switch {
	case i.level < m.level, i.at.Before(m.after), i.at.After(m.before):
		return false
	case m.CorrelationID != "" && i.id != m.CorrelationID:
		return false
	case m.pattern != nil && !m.pattern.Match(i.line):
		return false
	case len(m.text) == 0:
		return true
	}
	line := bytes.ToLower(i.line)
	return bytes.Contains(line, m.text) || bytes.Contains(line, m.escaped)
}
