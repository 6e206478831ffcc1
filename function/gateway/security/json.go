package security

import (
	"encoding/json"
	"strings"
)

// json goes through a JSON text string by string, so that what it hides is a whole
// value or a part of a string.
func (s *scanner) json() {
	for i := 0; ; {
		n := strings.IndexByte(s.text[i:], '"')
		if n < 0 {
			return
		}
		from := i + n + 1
		end := s.closing(from, '"', 0)
		i = end + 1
		s.content(from, end)
		if colon := s.skipSpace(i); colon < len(s.text) && s.text[colon] == ':' {
			if key := s.decoded(from, end); !strings.Contains(key, mask) && named(key) >= asField {
				i = s.member(s.skipSpace(colon + 1))
			}
		}
	}
}

// decoded returns the value of the string whose content is between two places.
func (s *scanner) decoded(from, to int) string {
	raw := s.text[from:to]
	if strings.IndexByte(raw, '\\') < 0 {
		return raw
	}
	var text string
	if json.Unmarshal([]byte(`"`+raw+`"`), &text) != nil {
		return raw
	}
	return text
}

// member hides the value that begins at i, and returns where it ends.
func (s *scanner) member(i int) int {
	end := i
	switch s.text[i] {
	case '"':
		end = s.closing(i+1, '"', 0) + 1
	case '{', '[':
		end = s.bracket(i, 0)
	default:
		end = s.run(i, ",}] \t\r\n")
	}
	if value := s.text[i:end]; value != `""` && value != "null" {
		s.hide(i, end, `"`+mask+`"`)
	}
	return end
}

// content hides the secrets in the content of a string.
func (s *scanner) content(from, to int) {
	text, n := redact(s.decoded(from, to), s.nested+1, s.known)
	if n == 0 {
		return
	}
	s.replace(from, to, inJSON(text, false), n)
}
