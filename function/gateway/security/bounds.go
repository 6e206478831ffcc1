package security

import "strings"

func (s *scanner) skipSpace(i int) int {
	for i < len(s.text) && strings.IndexByte(" \t\r\n", s.text[i]) >= 0 {
		i++
	}
	return i
}

// until returns where a text is found from i on, or the end.
func (s *scanner) until(i int, text string) int {
	if n := strings.Index(s.text[i:], text); n >= 0 {
		return i + n
	}
	return len(s.text)
}

// run returns where the first of some characters is from i on, or an escape that may
// stand for one, or the end.
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

// credentials returns where the credentials end that begin at i, with a scheme in
// front of them or without: "Basic abc".
func (s *scanner) credentials(i int) int {
	const stop = " \t\r\n&\"'<>"
	end := s.run(i, stop)
	if word := s.text[i:end]; strings.EqualFold(word, "bearer") || strings.EqualFold(word, "basic") {
		return s.run(s.skipSpace(end), stop)
	}
	return end
}

// closing returns where the quotation mark is, with level backslashes in front, that
// closes a string, or the end.
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
