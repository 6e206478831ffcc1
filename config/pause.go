package config

import (
	"cmp"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"
)

// A Pause is when the owner wants a home left alone, because they work on it.
type Pause struct {
	Until  time.Time `json:"until,omitzero"` // zero until it is ended by hand
	Reason string    `json:"reason,omitempty"`
}

// Pauses are those of the homes of a stage, by name; that of the first is [FirstHome].
type Pauses map[string]Pause

// maxReason is how long the reason of a pause may be, in bytes.
const maxReason = 200

// ParsePauses reads what the parameter has, "" for no pause.
func ParsePauses(text string) (p Pauses, err error) {
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return nil, errors.New(`is no list of pauses; expected {"first": {"until": "2026-01-31T12:00:00Z"}}`)
	}
	return p, nil
}

// Of returns the pause of a home at a time, "" for the first one; nil if it is not paused.
func (p Pauses) Of(home string, at time.Time) *Pause {
	one, ok := p[cmp.Or(home, FirstHome)]
	if !ok || !one.Until.IsZero() && !at.Before(one.Until) {
		return nil
	}
	pause := one // a copy of its own: most questions are about a home that is not paused, and allocate nothing
	return &pause
}

// Check returns what is wrong with the reason.
func (p Pause) Check() error {
	if len(p.Reason) > maxReason || strings.ContainsFunc(p.Reason, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return errors.New("has a reason that is not one line of at most 200 bytes")
	}
	return nil
}

// String returns until when the pause is and why: "until 2026-01-31T12:00:00Z (new disk)".
func (p Pause) String() string {
	text := "until it is ended"
	if !p.Until.IsZero() {
		text = "until " + p.Until.Format(time.RFC3339)
	}
	if p.Reason != "" {
		text += " (" + p.Reason + ")"
	}
	return text
}
