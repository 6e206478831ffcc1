package security

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hearthgate/hearthgate/function/core"
)

// literals are spellings of the secret values in effect, the longest first.
type literals []string

func newLiterals(values []core.Secret) (all literals) {
	const shortest = 8 // bytes
	for _, value := range values {
		for _, text := range slices.Compact([]string{value.Reveal(), sent(value.Reveal()), credentials(value.Reveal())}) {
			if len(text) >= shortest && text != mask {
				all = append(all, spellings(text)...)
			}
		}
	}
	return all.sorted()
}

// sent returns a value as a header carries it.
func sent(value string) string { return strings.Trim(value, " \t") }

// credentials returns what is behind the scheme in the value of a header, as in "Basic
// abc"; "" without one.
func credentials(value string) string {
	scheme, rest, _ := strings.Cut(sent(value), " ")
	if !isScheme(scheme) {
		return ""
	}
	return sent(rest)
}

// sorted returns l, the longest first and each once.
func (l literals) sorted() literals {
	slices.SortFunc(l, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(l)
}

// spellings returns text and its escaped forms.
func spellings(text string) []string {
	all := []string{text}
	for _, html := range []bool{false, true} {
		quoted := inJSON(text, html)
		all = append(all, quoted, inJSON(quoted, html))
	}
	for _, escaped := range []string{url.QueryEscape(text), url.PathEscape(text)} {
		all = append(all, escaped, lowerEscapes(escaped))
	}
	digits := hex.EncodeToString([]byte(text))
	return append(append(all, digits, strings.ToUpper(digits)), inBase64(text)...)
}

// inBase64 returns what base64 makes of text wherever it begins in what is encoded: the
// characters that depend on text alone, in both alphabets.
func inBase64(text string) (all []string) {
	for before := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, before), text...))
		first := (before*8 + 5) / 6          // of the characters without a bit of what is before
		last := (before + len(text)) * 8 / 6 // and without one of what is behind
		whole := encoded[first:min(last, len(encoded))]
		all = append(all, whole, strings.NewReplacer("+", "-", "/", "_").Replace(whole))
	}
	return all
}

// inJSON returns text as the content of a JSON string.
func inJSON(text string, escapeHTML bool) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(escapeHTML)
	_ = enc.Encode(text) // a string into memory: cannot fail
	return b.String()[1 : b.Len()-2]
}

// lowerEscapes returns text with %2F written as %2f.
func lowerEscapes(text string) string {
	b := []byte(text)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			b[i+1], b[i+2] = lower(b[i+1]), lower(b[i+2])
			i += 2
		}
	}
	return string(b)
}

// replace returns text without the literals, and how many there were. They are found as
// they are, and behind the escapes of URLs and HTML, in whatever mixture.
func (l literals) replace(text string) (clean string, found int) {
	for _, literal := range l {
		if n := strings.Count(text, literal); n > 0 {
			text = strings.ReplaceAll(text, literal, mask)
			found += n
		}
	}
	if len(l) == 0 || !escapes(text) {
		return text, found
	}
	plain, from := unwrapped(text)
	for _, literal := range l {
		literal = spaced(literal)
		var out strings.Builder
		kept, at := 0, 0
		for {
			n := strings.Index(plain[at:], literal)
			if n < 0 {
				break
			}
			out.WriteString(text[kept:from[at+n]] + mask)
			at += n + len(literal)
			kept = from[at]
			found++
		}
		if at > 0 {
			text = out.String() + text[kept:]
			plain, from = unwrapped(text)
		}
	}
	return text, found
}

// escapes reports whether text may have escapes of URLs or HTML in it. "50 %" has none.
func escapes(text string) bool {
	for i, c := range []byte(text) {
		if c == '&' || c == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]) {
			return true
		}
	}
	return false
}

func isHex(c byte) bool {
	c |= 0x20
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
}

// spaced returns text with a blank for each plus, which stands for one in a query.
func spaced(text string) string { return strings.ReplaceAll(text, "+", " ") }

// unwrapped returns text as [decoded] and [spaced] have it, decoded as often as it may
// have been escaped.
func unwrapped(text string) (plain string, from []int) {
	const rounds = 3
	plain, from = decoded(text)
	for range rounds - 1 {
		again, inner := decoded(plain)
		if again == plain {
			break
		}
		for i, at := range inner {
			inner[i] = from[at]
		}
		plain, from = again, inner
	}
	return spaced(plain), from
}

// entities are the names that HTML has for the characters it escapes.
var entities = map[string]byte{"lt": '<', "gt": '>', "amp": '&', "quot": '"', "apos": '\''}

// entity returns the character of ASCII that HTML has a name or a number for: amp, #38,
// #x26.
func entity(name string) (c byte, ok bool) {
	name = strings.ToLower(name)
	digits, numbered := strings.CutPrefix(name, "#")
	if !numbered {
		c, ok = entities[name]
		return c, ok
	}
	base := 10
	if hexadecimal, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hexadecimal, 16
	}
	n, err := strconv.ParseUint(digits, base, 7)
	return byte(n), err == nil
}

// decoded returns text without the escapes of URLs and HTML, and for each of its bytes,
// and for its end, where that begins in text.
func decoded(text string) (plain string, from []int) {
	b := make([]byte, 0, len(text))
	from = make([]int, 0, len(text)+1)
	for i := 0; i < len(text); {
		c, n := text[i], 1
		switch c {
		case '%':
			if i+2 < len(text) {
				if v, err := hex.DecodeString(text[i+1 : i+3]); err == nil {
					c, n = v[0], 3
				}
			}
		case '&':
			const longest = 10 // with zeros in front of the digits
			if end := strings.IndexByte(text[i:min(len(text), i+longest)], ';'); end > 0 {
				if v, ok := entity(text[i+1 : i+end]); ok {
					c, n = v, end+1
				}
			}
		}
		b, from = append(b, c), append(from, i)
		i += n
	}
	return string(b), append(from, len(text))
}
