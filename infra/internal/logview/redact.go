package logview

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Hidden stands where a secret was.
const Hidden = "[secret]"

// secretKeys are the fields whose values are not shown, whoever sent them.
var secretKeys = []string{"token", "correlationtoken", "code", "cookie"}

// Redact returns JSON without its secrets and without the texts in secrets; what is
// no JSON is not returned at all.
func Redact(raw []byte, secrets ...string) json.RawMessage {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		v = "[not JSON]"
	}
	out, _ := json.Marshal(hidden(v)) // it was decoded from JSON
	for _, s := range secrets {
		if s != "" {
			out = bytes.ReplaceAll(out, []byte(s), []byte(Hidden))
		}
	}
	return out
}

func hidden(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = hidden(value)
			if _, object := value.(map[string]any); !object && isSecret(key) {
				v[key] = Hidden
			}
		}
	case []any:
		for i := range v {
			v[i] = hidden(v[i])
		}
	}
	return v
}

func isSecret(key string) bool {
	for _, k := range secretKeys {
		if strings.EqualFold(k, key) {
			return true
		}
	}
	return false
}
