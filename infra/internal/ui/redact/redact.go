// Package redact hides secrets in what a person reads: in JSON and in lines of a log.
package redact

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// Hidden stands where a secret was.
const Hidden = "[secret]"

// secretKeys are the fields whose values are redacted.
var secretKeys = []string{"token", "correlationtoken", "code", "cookie", "authorization", "access_token", "refresh_token"}

// secretShapes match what looks like a secret in any text: the credentials behind
// "Bearer", a JSON web token, and a token or code of Login with Amazon.
var secretShapes = regexp.MustCompile(`(?i:bearer)\s+[\w.~+/=|-]{16,}|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|\bAt[a-z]{1,3}\|[^\s"'<>,;&]+`)

// JSON returns JSON without its secrets and without the texts in secrets; for what
// is not JSON it returns "[not JSON]".
func JSON(raw []byte, secrets ...string) json.RawMessage {
	v, err := decode(raw)
	if err != nil {
		v = "[not JSON]"
	}
	r := redactor{secrets: secrets}
	out, _ := json.Marshal(r.value(v)) // it was decoded from JSON
	return out
}

// Line returns a line of a log without its secrets. A line without secrets
// comes back as it is.
func Line(line string, secrets ...string) string {
	r := redactor{secrets: secrets}
	v, err := decode([]byte(line))
	if err != nil {
		return r.text(line)
	}
	v = r.value(v)
	if !r.found {
		return line
	}
	out, _ := json.Marshal(v) // it was decoded from JSON
	return string(out)
}

// decode decodes one JSON value and keeps its numbers as they are.
func decode(raw []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	return v, err
}

// A redactor redacts one value.
type redactor struct {
	secrets []string
	found   bool // something was redacted
}

func (r *redactor) value(v any) any {
	switch v := v.(type) {
	case map[string]any:
		redacted := make(map[string]any, len(v))
		for key, value := range v {
			if _, object := value.(map[string]any); !object && isSecret(key) {
				r.found = r.found || value != Hidden
				redacted[r.text(key)] = Hidden
				continue
			}
			redacted[r.text(key)] = r.value(value)
		}
		return redacted
	case []any:
		for i := range v {
			v[i] = r.value(v[i])
		}
	case string:
		return r.text(v)
	}
	return v
}

func (r *redactor) text(s string) string {
	redacted := secretShapes.ReplaceAllString(s, Hidden)
	for _, secret := range r.secrets {
		if secret != "" {
			redacted = strings.ReplaceAll(redacted, secret, Hidden)
		}
	}
	r.found = r.found || redacted != s
	return redacted
}

func isSecret(key string) bool {
	for _, k := range secretKeys {
		if strings.EqualFold(k, key) {
			return true
		}
	}
	return false
}
