package strictjson

import "unicode/utf8"

// text reads a string and says whether there are escapes in it.
func (s *scanner) text() (escaped bool, err *Error) {
	for s.i++; s.i < len(s.b); {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return escaped, nil
		case c == '\\':
			escaped = true
			if err := s.escape(); err != nil {
				return true, err
			}
		case c < ' ':
			return escaped, s.unexpected("an escape such as \\n for a control character")
		case c < utf8.RuneSelf:
			s.i++
		default:
			r, n := utf8.DecodeRune(s.b[s.i:])
			if r == utf8.RuneError && n == 1 {
				if !utf8.FullRune(s.b[s.i:]) {
					return escaped, s.cutOff()
				}
				return escaped, s.fault("is not UTF-8")
			}
			s.i += n
		}
	}
	return escaped, s.cutOff()
}

func (s *scanner) escape() *Error {
	s.i++
	switch s.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.i++
		return nil
	case 'u':
		s.i++
		for range 4 {
			if c := s.peek(); !digit(c) && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
				return s.unexpected("four hexadecimal digits")
			}
			s.i++
		}
		return nil
	}
	return s.unexpected(`one of "\/bfnrtu after a backslash`)
}

func (s *scanner) word(w string) *Error {
	for i := range len(w) {
		if s.peek() != w[i] {
			return s.unexpected(w)
		}
		s.i++
	}
	return nil
}

func (s *scanner) number() *Error {
	if s.peek() == '-' {
		s.i++
	}
	if s.peek() == '0' {
		s.i++
	} else if err := s.digits(); err != nil {
		return err
	}
	if s.peek() == '.' {
		s.i++
		if err := s.digits(); err != nil {
			return err
		}
	}
	if s.peek() == 'e' || s.peek() == 'E' {
		s.i++
		if s.peek() == '+' || s.peek() == '-' {
			s.i++
		}
		return s.digits()
	}
	return nil
}

func (s *scanner) digits() *Error {
	if !digit(s.peek()) {
		return s.unexpected("a digit")
	}
	for digit(s.peek()) {
		s.i++
	}
	return nil
}

func (s *scanner) space() {
	for s.i < len(s.b) && (s.b[s.i] == ' ' || s.b[s.i] == '\n' || s.b[s.i] == '\r' || s.b[s.i] == '\t') {
		s.i++
	}
}

// peek returns the next byte, 0 at the end. JSON has no byte 0 outside its faults.
func (s *scanner) peek() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}
