// Package strictjson reads JSON so that no other reader can understand it
// differently: letter case counts, no object has a key twice, nothing is ignored, and
// each error names its field.
//
// It is own code, because the library that does the same costs a cold start more.
// Beside a function of aws-lambda-go and encoding/json (6.0 MiB, 328 page faults, 2.5
// ms from exec to the end of main, medians of 30 interleaved runs on x86-64) that
// decodes one directive, this is added:
//
//	this package                        76 KiB    9 faults   no time that shows
//	go-json-experiment/json v1.27.2    656 KiB   18 faults   0.15 ms
//	encoding/json/v2 (GOEXPERIMENT)    468 KiB   15 faults   0.1 ms
//
// The library's jsontext alone is 104 KiB and decodes into no struct. When
// encoding/json/v2 is linked into every program anyway, it can replace this code.
package strictjson

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// MaxDepth is how deep objects and lists may sit inside one another for [Check].
const MaxDepth = 64

// MaxMembers is how many members an object may have for [Object]: comparing the keys of
// more takes memory many times their length.
const MaxMembers = 10_000

// maxNesting is the bound of encoding/json, for values whose reader sets its own.
const maxNesting = 10000

// A Shape is what a JSON value looks like from outside.
type Shape struct {
	Kind  string // string, number, boolean, list, object or null
	Depth int    // how deep objects and lists sit inside one another; 0 for a single value
	Keys  int    // how many keys all its objects have together
}

// Check reads b once. It accepts exactly one JSON value in valid UTF-8, at most
// [MaxDepth] deep, in which no object has a key twice. The error is an [*Error].
func Check(b []byte) (Shape, error) {
	s := scanner{b: b, limit: MaxDepth, names: refuse}
	if err := s.all(); err != nil {
		return Shape{}, err
	}
	return s.shape, nil
}

// Measure is [Check] for a caller that judges the value by itself: it accepts
// values up to 10,000 levels deep, and returns the first key that an object has
// twice, or "".
func Measure(b []byte) (shape Shape, twice string, err error) {
	s := scanner{b: b, limit: maxNesting, names: note}
	if err := s.all(); err != nil {
		return Shape{}, "", err
	}
	if s.twice != nil {
		twice = s.twice.Path
	}
	return s.shape, twice, nil
}

// Object calls f for each member of the object b, in order, with the unescaped key,
// which f must not change, and the value as b has it, without space around it. It goes on after an error of f
// and returns the first, an [*Error] with the key in front of its path. A key
// that comes twice is an error too, though f sees both members; keys further down
// are not compared. More than [MaxMembers] are an error. null has no members. If b is not valid JSON, f is called for the
// members before the fault.
func Object(b []byte, f func(key, value []byte) error) error {
	s := scanner{b: b, limit: maxNesting, names: note}
	var first *Error
	members := 0
	err := s.container('{', func() *Error {
		return s.object(1, func(key []byte) *Error {
			if members++; members > MaxMembers {
				return s.fault(fmt.Sprintf("is one too many; expected at most %d members", MaxMembers))
			}
			if first == nil {
				first = s.twice
			}
			value, from, fault := s.raw()
			if fault != nil {
				return fault
			}
			if err := f(key, value); err != nil && first == nil {
				first = wrap(err, from).Under(segment(string(key)))
			}
			return nil
		})
	})
	return either(first, err)
}

// Replace returns the object b with another value of the member that the names lead to,
// and otherwise byte for byte as it was; b itself if it has no such member or is no object.
func Replace(b, value []byte, names ...string) []byte {
	s := scanner{b: b, limit: maxNesting}
	out := b
	err := s.container('{', func() *Error {
		return s.object(1, func(key []byte) *Error {
			old, from, fault := s.raw()
			if fault == nil && string(key) == names[0] {
				now := value
				if len(names) > 1 {
					now = Replace(old, value, names[1:]...)
				}
				out = slices.Concat(b[:from], now, b[from+len(old):])
			}
			return fault
		})
	})
	if err != nil {
		return b
	}
	return out
}

// Array calls f for each element of the list b, as [Object] does for members. The
// index stands in the error's path: [2].name. null has no elements.
func Array(b []byte, f func(i int, value []byte) error) error {
	s := scanner{b: b, limit: maxNesting}
	var first *Error
	err := s.container('[', func() *Error {
		return s.list(1, func(i int) *Error {
			value, from, fault := s.raw()
			if fault != nil {
				return fault
			}
			if err := f(i, value); err != nil && first == nil {
				first = wrap(err, from).Under(index(i))
			}
			return nil
		})
	})
	return either(first, err)
}

// WriteList writes the JSON list of values, each of which is JSON: byte for byte as it is,
// where encoding/json would make another one, up to six times as long. The error is that of
// w.
func WriteList(w io.Writer, values []json.RawMessage) error {
	before, end := "[", "[]"
	for _, v := range values {
		if _, err := io.WriteString(w, before); err != nil {
			return err
		}
		if _, err := w.Write(v); err != nil {
			return err
		}
		before, end = ",", "]"
	}
	_, err := io.WriteString(w, end)
	return err
}

// ListLength returns how many bytes [WriteList] writes.
func ListLength(values []json.RawMessage) int {
	n := len("[]") + max(0, len(values)-1)*len(",")
	for _, v := range values {
		n += len(v)
	}
	return n
}

// String returns the text of the JSON string b; null is "". A surrogate without its
// other half becomes U+FFFD, as in encoding/json.
func String(b []byte) (string, error) {
	text, err := bytesOf(b)
	return string(text), err
}

// Word returns what [String] does. It is for texts that come again and again, such as
// the names of messages: one that was read lately takes no memory of its own.
func Word(b []byte) (string, error) {
	text, err := bytesOf(b)
	return words.of(text), err
}

func bytesOf(b []byte) ([]byte, error) {
	s := scanner{b: b, limit: maxNesting}
	if err := s.all(); err != nil {
		return nil, err
	}
	s.i = 0
	s.space()
	switch s.shape.Kind {
	case "null":
		return nil, nil
	case "string":
		from := s.i
		escaped, _ := s.text() // which has passed before
		return content(s.b[from:s.i], escaped), nil
	}
	return nil, s.mismatch(s.i, "string")
}

// Kind returns the kind of the JSON value b, as in [Shape], by its first byte; "" if
// there is none.
func Kind(b []byte) string {
	s := scanner{b: b}
	if s.space(); s.i == len(b) {
		return ""
	}
	return kind(b[s.i])
}

// raw returns the next value and where it begins. It does not compare its keys.
func (s *scanner) raw() (value []byte, from int, err *Error) {
	names := s.names
	s.names = ignore
	s.space()
	from = s.i
	err = s.value(1)
	s.names = names
	return s.b[from:s.i:s.i], from, err
}

// container reads the whole of s by read if it begins with open, and nothing if it
// is null.
func (s *scanner) container(open byte, read func() *Error) *Error {
	s.space()
	switch c := s.peek(); {
	case c == open:
		if err := read(); err != nil {
			return err
		}
		return s.end()
	case c == 'n':
		return s.all()
	}
	from := s.i
	if err := s.all(); err != nil {
		return err
	}
	return s.mismatch(from, kind(open))
}

// either returns the first that there is.
func either(first, err *Error) error {
	switch {
	case first != nil:
		return first
	case err != nil:
		return err
	}
	return nil
}

// content returns the text of a valid JSON string in its quotation marks, where it
// stands if it has no escapes.
func content(b []byte, escaped bool) []byte {
	if escaped {
		return []byte(unescape(b))
	}
	return b[1 : len(b)-1 : len(b)-1]
}

// unquote returns what content does.
func unquote(b []byte, escaped bool) string { return string(content(b, escaped)) }

func unescape(b []byte) (text string) {
	_ = json.Unmarshal(b, &text) // which cannot fail for a valid string
	return text
}

func index(i int) string { return fmt.Sprintf("[%d]", i) }
