package security

import "strings"

// A scanner goes through a text once, from left to right, and hides secrets.
type scanner struct {
	text   string
	nested int // in how many strings of other texts
	known  literals
	out    strings.Builder // the text without secrets, up to kept
	kept   int
	found  int
}

// hide replaces the text from one place to another, unless it is hidden already.
func (s *scanner) hide(from, to int, by string) {
	if from < to && strings.Trim(s.text[from:to], `\"`) != mask {
		s.replace(from, to, by, 1)
	}
}

func (s *scanner) replace(from, to int, by string, found int) {
	s.out.WriteString(s.text[s.kept:from])
	s.out.WriteString(by)
	s.kept = to
	s.found += found
}

// plain goes through a text that is not JSON as a whole. It may contain JSON, cut off
// or as a string of other JSON.
func (s *scanner) plain() {
	for i := 0; i < len(s.text); {
		switch c := s.text[i]; {
		case isLetter(c):
			i = s.word(i, s.endOfWord(i))
		case c == '-' && strings.HasPrefix(s.text[i:], pemBegin):
			i = s.privateKey(i)
		case c == ':' && strings.HasPrefix(s.text[i:], "://"):
			i = s.userinfo(i + len("://"))
		default:
			i++
		}
	}
}

const pemBegin, pemEnd = "-----BEGIN ", "-----END "

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}

func (s *scanner) endOfWord(i int) int {
	for i < len(s.text) && (isLetter(s.text[i]) || s.text[i] == '-' && !strings.HasPrefix(s.text[i:], pemBegin)) {
		i++
	}
	return i
}

// word hides the secret that the word from i to end begins, by its shape, or that
// stands behind it as behind a name. It returns where to go on.
func (s *scanner) word(i, end int) int {
	if from, to := s.shape(i, end); to > 0 {
		s.hide(from, to, mask)
		return to
	}
	sep, l, ok := s.separator(end)
	if !ok {
		return end
	}
	sure := named(s.text[i:end])
	if i > 0 && s.text[i-1] == '\\' { // its first letter may belong to an escape: \ncode=
		sure = max(sure, named(s.text[i+1:end]))
	}
	if sure == anywhere || sure == asField && (l.quoted || !l.colon) || sure == inQuery && !l.quoted && !l.colon {
		line := takesLine(s.text[i:end])
		l.header = line && (i == 0 || s.text[i-1] == '\n')
		return s.value(sep, l, line)
	}
	return end
}

// A link is the text between a name and its value.
type link struct {
	quoted bool // the name is
	level  int  // number of backslashes in front of its quotation mark, for JSON inside a string of JSON
	colon  bool // rather than an equals sign
	header bool // the name begins its line, and its value goes on to the end of it
}

// separator returns where the value of a name that ends at i begins, if it has one.
func (s *scanner) separator(i int) (after int, l link, ok bool) {
	const apart = 32 // spaces and quotation marks between a name and its value
	for from, slashes := i, 0; i < len(s.text) && i < from+apart; i++ {
		rest := s.text[i:]
		switch c := rest[0]; {
		case c == '\\':
			slashes++
			continue
		case c == '"' || c == '\'':
			if !l.quoted {
				l.quoted, l.level = true, slashes
			}
		case strings.HasPrefix(rest, "&quot;"):
			l.quoted = true
			i += len("quot;")
		case strings.HasPrefix(rest, "%22"):
			l.quoted = true
			i += len("22")
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		case strings.HasPrefix(rest, "://"), strings.HasPrefix(rest, "=="):
			return 0, l, false
		case strings.HasPrefix(rest, "=>"), strings.HasPrefix(rest, ":="):
			return i + 2, l, true
		case c == ':' || c == '=':
			l.colon = c == ':'
			return i + 1, l, true
		case len(rest) >= 3 && (strings.EqualFold(rest[:3], "%3a") || strings.EqualFold(rest[:3], "%3d")):
			l.colon = lower(rest[2]) == 'a'
			return i + 3, l, true
		default:
			return 0, l, false
		}
		slashes = 0
	}
	return 0, l, false
}

// value hides the value that begins at i or behind it, and returns where to go on.
func (s *scanner) value(i int, l link, line bool) int {
	spaced := l.colon && !l.quoted && i < len(s.text) && (s.text[i] == ' ' || s.text[i] == '\n')
	i = s.skipSpace(i)
	open := i
	for open < len(s.text) && s.text[open] == '\\' {
		open++
	}
	if open == len(s.text) {
		return open
	}
	marks := ""
	if l.quoted {
		marks = strings.Repeat(`\`, l.level) + `"`
	}
	switch c := s.text[open]; {
	case c == '"' || c == '\'':
		end := s.closing(open+1, c, open-i)
		s.hide(open+1, end, mask)
		return end
	case c == '{' || c == '[':
		end := s.bracket(open, l.level)
		s.hide(open, end, marks+mask+marks)
		return end
	case strings.HasPrefix(s.text[open:], "&quot;"):
		from := open + len("&quot;")
		end := s.until(from, "&quot;")
		s.hide(from, end, mask)
		return end
	case l.quoted:
		end := s.run(open, ",}] \t\r\n\"'")
		if literal := s.text[open:end]; literal != "null" {
			s.hide(open, end, marks+mask+marks)
		}
		return end
	case l.header, line && !(spaced && s.prose(open, 3)):
		end := s.run(open, "\r\n\"'<>")
		s.hide(open, end, mask)
		return end
	}
	if spaced && s.prose(open, 1) {
		return open
	}
	end := s.credentials(open)
	s.hide(open, end, mask)
	return end
}
