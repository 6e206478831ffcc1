package strictjson

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// names says what happens when an object has a key twice.
type names uint8

const (
	ignore names = iota
	note         // in the scanner's twice
	refuse
)

// A scanner goes through a JSON text once. It recurses, at most limit levels deep.
type scanner struct {
	b     []byte
	i     int // of the next byte
	limit int
	names names
	trial bool // try each single value of a typed one; see [Decode]

	shape Shape
	twice *Error // the first key that came twice, if names is note
}

// all reads one value and the end.
func (s *scanner) all() *Error {
	s.space()
	if s.i == len(s.b) {
		return &Error{Offset: int64(s.i), Problem: "is empty; expected JSON", Truncated: true}
	}
	s.shape.Kind = kind(s.b[s.i])
	if err := s.value(0); err != nil {
		return err
	}
	return s.end()
}

func (s *scanner) end() *Error {
	s.space()
	if s.i < len(s.b) {
		return s.fault("has more behind its end")
	}
	return nil
}

// value reads the next value, which sits inside level objects and lists.
func (s *scanner) value(level int) *Error {
	s.space()
	switch c := s.peek(); {
	case c == '{':
		return s.object(level+1, nil)
	case c == '[':
		return s.list(level+1, nil)
	case c == '"':
		_, err := s.text()
		return err
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	case c == '-' || digit(c):
		return s.number()
	}
	return s.unexpected("a value")
}

// object reads an object of the level. member reads one value; nil reads any.
func (s *scanner) object(level int, member func(key []byte) *Error) *Error {
	if err := s.enter(level); err != nil {
		return err
	}
	if s.peek() == '}' {
		s.i++
		return nil
	}
	var known keys
	for {
		s.space()
		if s.peek() != '"' {
			return s.unexpected("a key in quotation marks")
		}
		from := s.i
		escaped, err := s.text()
		if err != nil {
			return err
		}
		key := s.b[from:s.i]
		s.shape.Keys++
		if s.names != ignore && known.has(key, escaped) {
			again := &Error{Path: segment(unquote(key, escaped)), Offset: int64(from), Problem: "comes twice"}
			if s.names == refuse {
				return again
			}
			if s.twice == nil {
				s.twice = again
			}
		}
		if s.space(); s.peek() != ':' {
			return s.unexpected("a colon").Under(segment(unquote(key, escaped)))
		}
		s.i++
		if member != nil {
			err = member(content(key, escaped))
		} else {
			err = s.value(level)
		}
		if err != nil {
			return err.Under(segment(unquote(key, escaped)))
		}
		if more, err := s.next('}'); !more {
			return err
		}
	}
}

// list reads a list of the level. element reads one value; nil reads any.
func (s *scanner) list(level int, element func(i int) *Error) *Error {
	if err := s.enter(level); err != nil {
		return err
	}
	if s.peek() == ']' {
		s.i++
		return nil
	}
	for i := 0; ; i++ {
		var err *Error
		if element != nil {
			err = element(i)
		} else {
			err = s.value(level)
		}
		if err != nil {
			return err.Under(index(i))
		}
		if more, err := s.next(']'); !more {
			return err
		}
	}
}

// enter reads an opening bracket and the space behind it.
func (s *scanner) enter(level int) *Error {
	if level > s.limit {
		return s.fault(fmt.Sprintf("is more than %d levels deep", s.limit))
	}
	s.shape.Depth = max(s.shape.Depth, level)
	s.i++
	s.space()
	return nil
}

// next reads a comma, or the closing bracket.
func (s *scanner) next(closing byte) (more bool, err *Error) {
	s.space()
	switch s.peek() {
	case ',':
		s.i++
		return true, nil
	case closing:
		s.i++
		return false, nil
	}
	return false, s.unexpected("a comma or " + string(closing))
}

// unexpected says what is there instead of what JSON has there.
func (s *scanner) unexpected(want string) *Error {
	if s.i >= len(s.b) {
		return s.cutOff()
	}
	r, n := utf8.DecodeRune(s.b[s.i:])
	if r == utf8.RuneError && n == 1 {
		return s.fault("is not UTF-8")
	}
	return s.fault(fmt.Sprintf("is not valid JSON: found %q, expected %s", r, want))
}

func (s *scanner) cutOff() *Error {
	return &Error{Offset: int64(len(s.b)), Problem: "ends too early: the JSON is cut off", Truncated: true}
}

func (s *scanner) fault(problem string) *Error {
	return &Error{Offset: int64(s.i), Problem: problem}
}

// mismatch says that the value at offset is not of the kind that is expected.
func (s *scanner) mismatch(offset int, want string) *Error {
	return &Error{Offset: int64(offset), Problem: "is a JSON " + kind(s.b[offset]) + "; expected " + article(want)}
}

func article(kind string) string {
	if strings.HasPrefix(kind, "object") {
		return "an " + kind
	}
	return "a " + kind
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// kind names the kind of a value by its first byte.
func kind(c byte) string {
	switch c {
	case '"':
		return "string"
	case '{':
		return "object"
	case '[':
		return "list"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}
