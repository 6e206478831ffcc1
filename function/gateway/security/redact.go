package security

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
)

// mask stands where a secret was.
const mask = "[secret]"

// A RedactInput is the input of [Redact].
type RedactInput struct {
	Text string `json:"text" required:"true" doc:"JSON or any other text"`
}

// Check refuses an input without a text.
func (in RedactInput) Check() error {
	if in.Text == "" {
		return errors.New("field text is missing")
	}
	return nil
}

// Redacted is a text without secrets.
type Redacted struct {
	Text  string `json:"text"`
	Found int    `json:"found" doc:"how many secrets were replaced"`
}

func (k *Keeper) redact(_ context.Context, in RedactInput) (Redacted, error) {
	text, n := k.Scrub(in.Text)
	return Redacted{text, n}, nil
}

// Scrub returns text with every secret replaced by "[secret]", and how many there
// were: found by the name in front of it, in JSON of any nesting, in headers,
// queries and plain sentences, and by its shape. What it cannot tell from a secret
// it takes for one. JSON stays JSON. It takes time in proportion to the text.
func Scrub(text string) (string, int) { return scrub(text, 0) }

// scrub is Scrub for a text that is in so many texts, each a string of the next.
func scrub(text string, in int) (string, int) {
	const deep = 8
	if in > deep {
		return mask, 1
	}
	s := scrubber{text: text, in: in}
	if isJSON(text) {
		s.json()
	} else {
		s.text = unescaped(text)
		s.plain()
	}
	if s.found == 0 {
		return text, 0
	}
	s.out.WriteString(s.text[s.kept:])
	return s.out.String(), s.found
}

// isJSON reports whether text is a JSON object or list, whole.
func isJSON(text string) bool {
	start := strings.TrimLeft(text, " \t\r\n")
	return start != "" && (start[0] == '{' || start[0] == '[') && json.Valid([]byte(text))
}

// unescaped returns text with the letters and signs in it that JSON's escapes
// hide, such as \u0074 and \/, written plainly, so that no name and no token is
// split by them. JSON stays the same JSON, and so does JSON inside its strings.
func unescaped(text string) string {
	const rounds = 3 // of escapes that come out of escapes
	for range rounds {
		again := unescape(text)
		if again == text {
			break
		}
		text = again
	}
	return text
}

func unescape(text string) string {
	if !strings.Contains(text, `\u00`) && !strings.Contains(text, `\/`) {
		return text
	}
	var b strings.Builder
	kept := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		from := i
		for i < len(text) && text[i] == '\\' {
			i++
		}
		plain, length := escape(text[i:], i-from)
		if length > 0 {
			b.WriteString(text[kept:from])
			b.WriteString(plain)
			kept = i + length
			i = kept - 1
		}
	}
	b.WriteString(text[kept:])
	return b.String()
}

// escape returns what stands behind some backslashes, written plainly, and how
// long it was; 0 if that is not to be changed.
func escape(behind string, backslashes int) (plain string, length int) {
	if strings.HasPrefix(behind, "/") {
		return "/", 1
	}
	if len(behind) < 5 || behind[:3] != "u00" {
		return "", 0
	}
	c, ok := hexByte(behind[3], behind[4])
	switch {
	case !ok || c < ' ' || c > '~':
		return "", 0
	case c != '"' && c != '\\':
		return string(rune(c)), 5
	case backslashes == 1:
		return `\` + string(rune(c)), 5
	}
	return `\\\` + string(rune(c)), 5 // as a string inside a string has it
}

func hexByte(a, b byte) (byte, bool) {
	const digits = "0123456789abcdef"
	high, low := strings.IndexByte(digits, lower(a)), strings.IndexByte(digits, lower(b))
	return byte(high<<4 | low), high >= 0 && low >= 0
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
