package logging

import "encoding/json"

// scrubbed is a foreign value that is written without the secrets in it. Its name
// belongs to it: {"token": 7} is a secret by its name only.
type scrubbed struct {
	key   string
	value any
	scrub func(string) string
}

// MarshalJSON fails closed: what does not survive scrubbing is hidden.
func (s scrubbed) MarshalJSON() ([]byte, error) {
	const hidden = `"[hidden]"`
	if err, ok := s.value.(error); ok {
		s.value = err.Error()
	}
	b, err := json.Marshal(map[string]any{s.key: s.value})
	if err != nil {
		return []byte(hidden), nil
	}
	text := s.scrub(string(b))
	var m map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &m) != nil || m[s.key] == nil {
		return []byte(hidden), nil
	}
	return m[s.key], nil
}
