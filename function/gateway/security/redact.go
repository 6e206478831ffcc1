package security

import (
	"encoding/json"
	"strings"
)

// mask stands where a secret was.
const mask = "[secret]"

// Redact returns text with every secret replaced by "[secret]", and how many there
// were. A secret is found by the name in front of it, in JSON of any nesting, in
// headers, queries and sentences, and by its shape. What cannot be told from a secret
// is replaced too. A JSON object or list stays JSON. The time is proportional to the length of text.
func Redact(text string) (clean string, secrets int) { return redact(text, 0, nil) }

// redact is Redact for a text that is nested in a number of JSON strings, and with
// known literals.
func redact(text string, nested int, known literals) (string, int) {
	const deepest = 8
	if nested > deepest {
		return mask, 1
	}
	s := scanner{text: text, nested: nested, known: known}
	if isJSON(text) {
		s.json()
		clean, found := s.result(text)
		if _, left := known.replace(clean); left > 0 { // in a number, or across strings
			return `"` + mask + `"`, found + left
		}
		return clean, found
	}
	s.text, s.found = known.replace(text) // a literal may hold what looks like an escape
	if plain := unescaped(s.text); plain != s.text {
		var more int
		s.text, more = known.replace(plain)
		s.found += more
	}
	s.plain()
	return s.result(text)
}

// result returns the redacted text, or the original if nothing was found.
func (s *scanner) result(original string) (string, int) {
	if s.found == 0 {
		return original, 0
	}
	s.out.WriteString(s.text[s.kept:])
	return s.out.String(), s.found
}

// isJSON reports whether text is a JSON object or list, whole.
func isJSON(text string) bool {
	start := strings.TrimLeft(text, " \t\r\n")
	return start != "" && (start[0] == '{' || start[0] == '[') && json.Valid([]byte(text))
}

// unescaped returns text with JSON's escapes of ASCII characters, such as \u0074 and
// \/, written plainly, so that they split no name and no token. JSON stays the same
// JSON, and so does JSON inside its strings.
func unescaped(text string) string {
	const rounds = 3 // unescaping can make new escapes
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

// escape returns the escape behind some backslashes, written plainly, and its length;
// 0 if it stays.
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
