package core

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// MaxInput is how long the JSON input of an operation run by name may be, in bytes.
const MaxInput = 1 << 20

// Execute runs the operation called name, "cache.get", on JSON and returns JSON.
// The input is strict: an unknown field, a wrong type or anything behind the
// value is an error of kind [Invalid] that names the field. No input stands for
// {}. An operation that JSON cannot express, or that is not there, says so.
func Execute(ctx context.Context, d *Dispatcher, name string, input []byte) (json.RawMessage, error) {
	s := d.names[name]
	if s == nil {
		return nil, Errorf(NotFound, "unknown_operation", "there is no operation %.100q; `hearthgate op` lists them", name)
	}
	if reason := s.GoOnly(); reason != "" {
		return nil, named(s, Errorf(Invalid, "go_only", "it cannot be run by name: %s", reason))
	}
	in, err := d.bound[s].decode(input)
	if err != nil {
		return nil, named(s, err)
	}
	out, err := d.do(ctx, s, in)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(out)
	return b, named(s, err)
}

// Decode reads the JSON object b into the struct that v points to, as strictly as
// [Execute] does. Its errors are of kind [Invalid] and name the field.
func Decode(b []byte, v any) error {
	switch b = bytes.TrimSpace(b); {
	case len(b) > MaxInput:
		return Errorf(Invalid, "input", "the input is %d bytes long; at most %d are taken", len(b), MaxInput)
	case len(b) == 0 || string(b) == "null":
		b = []byte("{}")
	case b[0] != '{':
		return Errorf(Invalid, "input", "the input is not a JSON object: {...} is wanted")
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return Errorf(Invalid, "input", "%s", explain(err))
	}
	if _, err := dec.Token(); err != io.EOF {
		return Errorf(Invalid, "input", "there is more behind the input's JSON object")
	}
	return nil
}

// explain says what is wrong with an input in words that name the field.
func explain(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return "field " + e.Field + " is a JSON " + e.Value + "; a " + e.Type.String() + " is wanted"
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "the input's JSON ends too early"
	}
	return "the input cannot be used: " + strings.TrimPrefix(err.Error(), "json: ")
}
