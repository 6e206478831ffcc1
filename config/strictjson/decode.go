package strictjson

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

var (
	rawMessage      = reflect.TypeFor[json.RawMessage]()
	number          = reflect.TypeFor[json.Number]()
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// Decode stores exactly one JSON value in v as encoding/json does, and is strict at
// every depth: a field that v does not have, one in another letter case, a key
// twice, a value of another kind, a list longer than its array, a list for bytes
// (which are base64) and anything behind the value are an [*Error]. Only what is
// stored as a [json.RawMessage] may hold keys twice: who reads it decides. A value
// with an UnmarshalJSON of its own is strict as far as that method is. Interfaces in
// v must be nil.
func Decode(b []byte, v any) error {
	to := reflect.ValueOf(v)
	if to.Kind() != reflect.Pointer || to.IsNil() {
		return &json.InvalidUnmarshalError{Type: reflect.TypeOf(v)}
	}
	if err := fits(b, to.Type().Elem(), false); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil {
		return nil
	}
	if located := fits(b, to.Type().Elem(), true); located != nil {
		return located
	}
	return unusable(err)
}

// fits reads b as a value of type t. With trial it stores each single value
// somewhere else, to find the one that cannot be stored.
func fits(b []byte, t reflect.Type, trial bool) *Error {
	s := scanner{b: b, limit: maxNesting, names: refuse, trial: trial}
	if s.space(); s.i == len(b) {
		return s.all()
	}
	if err := s.typed(0, t); err != nil {
		return err
	}
	return s.end()
}

// typed reads the next value, which goes into a t.
func (s *scanner) typed(level int, t reflect.Type) *Error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	s.space()
	from := s.i
	switch {
	case t == rawMessage:
		names := s.names
		defer func() { s.names = names }()
		s.names = ignore
		return s.value(level)
	case s.peek() == 'n', reflect.PointerTo(t).Implements(unmarshaler), t == number, expected(t) == "":
		return s.single(level, t)
	}
	if want := expected(t); s.i < len(s.b) && kind(s.b[s.i]) != want {
		if err := s.value(level); err != nil { // which is no JSON at all
			return err
		}
		return s.mismatch(from, want)
	}
	if reflect.PointerTo(t).Implements(textUnmarshaler) {
		return s.single(level, t)
	}
	switch t.Kind() {
	case reflect.Struct:
		return s.structure(level+1, t)
	case reflect.Map:
		return s.mapping(level+1, t)
	case reflect.Slice, reflect.Array:
		if s.peek() == '"' {
			break
		}
		return s.list(level+1, func(i int) *Error {
			if t.Kind() == reflect.Array && i >= t.Len() {
				return s.fault(fmt.Sprintf("is one too many; expected at most %d", t.Len()))
			}
			return s.typed(level+1, t.Elem())
		})
	}
	return s.single(level, t)
}

func (s *scanner) structure(level int, t reflect.Type) *Error {
	known := fieldsOf(t)
	return s.object(level, func(key []byte) *Error {
		for _, f := range known {
			if f.name == string(key) && f.quoted {
				return s.quoted(level, f.typ)
			} else if f.name == string(key) {
				return s.typed(level, f.typ)
			}
		}
		return &Error{Offset: int64(s.i), Unknown: true, Problem: list(known)}
	})
}

// mapping reads a map. Keys of another type than string can be the same though
// they are spelled differently: 1 and +1.
func (s *scanner) mapping(level int, t reflect.Type) *Error {
	from, n := s.i, 0
	err := s.object(level, func([]byte) *Error { n++; return s.typed(level, t.Elem()) })
	if err != nil || t.Key().Kind() == reflect.String && !reflect.PointerTo(t.Key()).Implements(textUnmarshaler) {
		return err
	}
	byKey := reflect.New(t)
	switch err := json.Unmarshal(s.b[from:s.i], byKey.Interface()); {
	case err == nil && byKey.Elem().Len() < n:
		return &Error{Offset: int64(from), Problem: "has two keys that mean the same"}
	case err != nil && s.trial: // and each value by itself was good
		return &Error{Offset: int64(from), Problem: "has a key that cannot be used", cause: err}
	}
	return nil
}

// quoted reads a string whose text is the JSON of a t, or null.
func (s *scanner) quoted(level int, t reflect.Type) *Error {
	s.space()
	from := s.i
	if err := s.value(level); err != nil {
		return err
	}
	text, err := String(s.b[from:s.i])
	if err != nil {
		return wrap(err, from)
	}
	if s.trial && s.b[from] == '"' && json.Unmarshal([]byte(text), reflect.New(t).Interface()) != nil {
		return &Error{Offset: int64(from), Problem: "does not hold " + article(expected(t)) + " in its quotation marks"}
	}
	return nil
}

// single reads a value that encoding/json, or its type, stores as one.
func (s *scanner) single(level int, t reflect.Type) *Error {
	from := s.i
	if err := s.value(level); err != nil || !s.trial {
		return err
	}
	raw := s.b[from:s.i]
	err := json.Unmarshal(raw, reflect.New(t).Interface())
	if err == nil {
		return nil
	}
	e := unusable(err)
	if _, ok := errors.AsType[base64.CorruptInputError](err); ok {
		e.Problem = "is not base64"
	} else if wanted, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wanted.Type == t && expected(t) == "number" {
		e.Problem = fmt.Sprintf("is %.40s; expected %s", raw, within(t))
	}
	e.Offset = int64(from)
	return e
}

// unusable returns an error for which there is no better word than its own.
func unusable(err error) *Error {
	return &Error{Problem: "cannot be used: " + strings.TrimPrefix(err.Error(), "json: "), cause: err}
}

// expected returns the kind of JSON that goes into a t; "" if it is not only one.
func expected(t reflect.Type) string {
	if reflect.PointerTo(t).Implements(textUnmarshaler) {
		return "string"
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Slice:
		if e := reflect.PointerTo(t.Elem()); t.Elem().Kind() == reflect.Uint8 && !e.Implements(unmarshaler) && !e.Implements(textUnmarshaler) {
			return "string"
		}
		return "list"
	case reflect.Array:
		return "list"
	case reflect.Interface, reflect.Func, reflect.Chan, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return ""
	}
	return "number"
}

// within says which numbers go into a t.
func within(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		most := int64(1)<<(t.Bits()-1) - 1
		return fmt.Sprintf("a whole number from %d to %d", -most-1, most)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return fmt.Sprintf("a whole number from 0 to %d", ^uint64(0)>>(64-t.Bits()))
	case reflect.Float32:
		return "a number of at most 3.4e38"
	}
	return "a number of at most 1.8e308"
}
