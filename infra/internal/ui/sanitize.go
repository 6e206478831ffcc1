package ui

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode/utf8"
)

// marker begins a style of ours. Text from elsewhere cannot contain it, because it has a
// random part, so that no such text can set a style.
var marker = "\x1b" + rand.Text()[:10]

// markLength is how long a mark is: the marker, a code of two digits, and an m.
var markLength = len(mark("00"))

func mark(code string) string { return marker + code + "m" }

// erasing and clearing are the codes of marks that are not styles: they erase the line and
// the screen.
const erasing, clearing = "99", "98"

// A sink is what everything for a person passes on its way to w. It shows control
// characters and marks of direction as escapes: in the name of a device, in a
// certificate or in an error they could change the terminal, or make a text look like
// another one. Ends of lines and tabs stay. The escapes are those of JSON, in whose
// strings they mean the same.
type sink struct {
	w        io.Writer
	coloured bool

	mu   sync.Mutex
	tail []byte // guarded by mu; the beginning of a character that is not whole yet
}

// Write writes b to w. The number of bytes is that of b.
func (s *sink) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := append(s.tail, b...)
	whole := len(text) - partial(text)
	s.tail = append([]byte(nil), text[whole:]...)
	clean := Sanitize(string(text[:whole]))
	if _, err := io.WriteString(s.w, s.styled(clean)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// partial returns how many bytes at the end of text may be the beginning of a character.
func partial(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if last := text[len(text)-n:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return n
			}
			break
		}
	}
	return 0
}

// styled returns text with the marks of styles as a terminal understands them.
func (s *sink) styled(text string) string {
	if !strings.Contains(text, marker) {
		return text
	}
	var out bytes.Buffer
	for {
		before, after, ok := strings.Cut(text, marker)
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		code, rest := after[:2], after[3:]
		switch {
		case code == erasing:
			out.WriteString("\r\x1b[K")
		case code == clearing:
			out.WriteString("\x1b[H\x1b[2J")
		case s.coloured && code == "00":
			out.WriteString("\x1b[0m")
		case s.coloured:
			out.WriteString("\x1b[" + code + "m")
		}
		text = rest
	}
}

// Sanitize returns text with control characters and marks of direction as escapes, such
// as \u001b. Ends of lines, tabs and our own styles stay.
func Sanitize(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, unsafe) {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); {
		if isMark(text[i:]) {
			out.WriteString(text[i : i+markLength])
			i += markLength
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r > 0xffff && unsafe(r):
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		case unsafe(r):
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteRune(r) // U+FFFD for a byte that is no character
		}
		i += n
	}
	return out.String()
}

// isMark reports whether text begins with a mark.
func isMark(text string) bool {
	if !strings.HasPrefix(text, marker) || len(text) < markLength || text[markLength-1] != 'm' {
		return false
	}
	for _, c := range []byte(text[len(marker) : markLength-1]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// unsafe reports whether a character changes a terminal or the order of a text: C0, DEL,
// C1, marks of direction, further ends of lines, and what is invisible. The joiners of
// emoji and of some scripts stay.
func unsafe(r rune) bool {
	switch {
	case r == '\n', r == '\t':
		return false
	case r < ' ', r == 0x7f, 0x80 <= r && r <= 0x9f:
		return true
	case r == 0x061c, r == 0x200e, r == 0x200f, 0x2028 <= r && r <= 0x202e, 0x2060 <= r && r <= 0x206f:
		return true
	case r == 0xad, r == 0x115f, r == 0x1160, r == 0x180e, r == 0x200b, r == 0x3164, r == 0xffa0:
		return true
	}
	return r == 0xfeff || 0xfff9 <= r && r <= 0xfffb || 0xe0000 <= r && r <= 0xe007f
}
