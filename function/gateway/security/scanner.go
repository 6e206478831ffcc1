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

// hide replaces the text from one place to another; text that is hidden already
// stays.
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

// plain goes through what is not JSON as a whole. JSON may be in it, cut off, or
// as a string of other JSON.
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

// word looks at the word from i to end, as a secret by its shape and as a name with
// a secret behind it, and returns where to go on.
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
	if i > 0 && s.text[i-1] == '\\' { // whose letter may be the escape's: \ncode=
		sure = max(sure, named(s.text[i+1:end]))
	}
	if sure == anywhere || sure == asField && (l.quoted || !l.colon) || sure == inQuery && !l.quoted && !l.colon {
		line := takesLine(s.text[i:end])
		l.header = line && (i == 0 || s.text[i-1] == '\n')
		return s.value(sep, l, line)
	}
	return end
}

// A link is what is between a name and its value.
type link struct {
	quoted bool // the name is
	level  int  // number of backslashes in front of its quotation mark, for JSON inside a string of JSON
	colon  bool // and not an equals sign
	header bool // the name begins its line, and its value goes on to the end of it
}

// separator returns where the value of a name that ends at i begins, if there is one.
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

// value hides the value that begins at or behind i and returns where to go on.
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

func (s *scanner) skipSpace(i int) int {
	for i < len(s.text) && strings.IndexByte(" \t\r\n", s.text[i]) >= 0 {
		i++
	}
	return i
}

// until returns where what begins at i is followed by a text, or the end.
func (s *scanner) until(i int, text string) int {
	if n := strings.Index(s.text[i:], text); n >= 0 {
		return i + n
	}
	return len(s.text)
}

// run returns where the first of some characters is, or an escape that may stand
// for one.
func (s *scanner) run(i int, stop string) int {
	for ; i < len(s.text); i++ {
		if strings.IndexByte(stop, s.text[i]) >= 0 {
			return i
		}
		if s.text[i] == '\\' && i+1 < len(s.text) && strings.IndexByte(`"\nrt`, s.text[i+1]) >= 0 {
			return i
		}
	}
	return i
}

// credentials returns where what begins at i ends, the scheme in front of it
// included: "Basic abc".
func (s *scanner) credentials(i int) int {
	const stop = " \t\r\n&\"'<>"
	end := s.run(i, stop)
	if word := s.text[i:end]; strings.EqualFold(word, "bearer") || strings.EqualFold(word, "basic") {
		return s.run(s.skipSpace(end), stop)
	}
	return end
}

// closing returns where the quotation mark is that closes a string, one with level
// backslashes in front, or the end.
func (s *scanner) closing(i int, mark byte, level int) int {
	for from := i; ; i++ {
		n := strings.IndexByte(s.text[i:], mark)
		if n < 0 {
			return len(s.text)
		}
		i += n
		slashes := s.slashes(from, i)
		if ends(slashes, level) {
			return i - min(slashes, level)
		}
		from = i + 1
	}
}

// slashes counts the backslashes in front of i, down to from.
func (s *scanner) slashes(from, i int) int {
	n := 0
	for i-n > from && s.text[i-n-1] == '\\' {
		n++
	}
	return n
}

// ends reports whether a quotation mark behind so many backslashes closes a string
// whose first mark had level of them: it is not one inside the string, and it may
// close a string that this one is in.
func ends(slashes, level int) bool {
	return slashes < level || slashes%(2*(level+1)) == level
}

// bracket returns where the object or list that begins at i ends, or the end of
// the text or of the string that it is in.
func (s *scanner) bracket(i, level int) int {
	depth, quoted, inside := 0, false, 0
	for from := i; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			slashes := s.slashes(from, i)
			from = i + 1
			switch {
			case slashes < level:
				return i - slashes
			case !quoted:
				quoted, inside = true, slashes
			case ends(slashes, inside):
				quoted = false
			}
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return i
}
