package core

import "log/slog"

// A Secret is a text that must not be seen. However it is printed, logged or
// encoded it reads "[secret]" ("" when empty); [Secret.Reveal] returns the text.
type Secret string

const hidden = "[secret]"

// Reveal returns the text. Call it where the text leaves for the one place that
// must have it, and nowhere else.
func (s Secret) Reveal() string { return string(s) }

// String returns "[secret]", or "" for an empty Secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString returns what String does, for %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText returns what String does, for JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue returns what String does.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
