package security

import "strings"

// A sentence may go on behind a name that usually stands in front of a secret:
// "...give away the token: use the final address". There the word behind the name is
// no value. A value is what has the shape of one, or stands alone on its line.

// schemes are the words in front of credentials.
var schemes = []string{"bearer", "basic", "digest", "negotiate", "ntlm", "token", "apikey"}

func isScheme(word string) bool {
	for _, scheme := range schemes {
		if strings.EqualFold(word, scheme) {
			return true
		}
	}
	return false
}

// prose reports whether a sentence goes on at i, behind a name and a colon: with at
// least so many words, the first of which is no scheme of credentials.
func (s *scanner) prose(i, words int) bool {
	const enough = 256 // bytes, which have the words that count
	ahead := scanner{text: s.text[i:min(len(s.text), i+enough)]}
	line := ahead.text[:ahead.run(0, "\r\n")]
	cut := len(line) == enough // so that its last word may go on
	for n := range words {
		word, rest, whole := strings.Cut(strings.TrimLeft(line, " \t"), " ")
		bare := strings.TrimRight(word, ".,;:!?)")
		switch end := strings.TrimPrefix(word, bare); {
		case cut && !whole, !isWord(strings.TrimLeft(bare, "(")), n == 0 && isScheme(bare):
			return false
		case strings.ContainsAny(end, ".!?"): // the sentence ends here
			return true
		case n > 0 && strings.HasSuffix(end, ":"): // another name, with a value of its own
			return false
		}
		line = rest
	}
	rest := strings.TrimLeft(line, " \t")
	next, _, whole := strings.Cut(rest, " ")
	return rest != "" && !(cut && !whole) && !strings.HasSuffix(next, ":") && !strings.Contains(next, "=")
}

// proseBehindBearer reports whether "Bearer", which ends at one place, is a word of a
// sentence that goes on at the other: "it begins with Bearer and a space".
func (s *scanner) proseBehindBearer(end, i int) bool {
	if s.text[end:i] != " " {
		return false
	}
	next := s.text[i:s.endOfWord(i)]
	return strings.EqualFold(next, "token") || strings.EqualFold(next, "tokens") || s.prose(i, 1)
}

// isWord reports whether text could be a word of a sentence, rather than a password
// or a token: letters, in lower case but for the first or in capitals, in syllables,
// and not too many of them. Parts may be joined by an apostrophe, a hyphen or a slash.
func isWord(text string) bool {
	const longest, consonants = 16, 5 // "strengths" has five consonants in a row
	if text == "" || strings.Trim(text, "'-/") != text {
		return false
	}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\'' || r == '-' || r == '/' }) {
		tail := part[1:]
		if len(part) > longest || strings.ToLower(tail) != tail && strings.ToUpper(part) != part {
			return false
		}
		row := 0
		for _, c := range []byte(part) {
			switch c = lower(c); {
			case c >= 0x80 || strings.IndexByte("aeiouy", c) >= 0:
				row = 0
			case 'a' <= c && c <= 'z':
				if row++; row > consonants {
					return false
				}
			default:
				return false
			}
		}
	}
	return true
}
