package core

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
)

// MaxInput is how long the JSON input of an operation run by name may be, in bytes.
const MaxInput = 1 << 20

// Decode reads the JSON object b into the struct that v points to, strictly. An
// unknown field, one that comes twice, a wrong type, a control character in a text
// and anything behind the object is an error of kind [Invalid] that names the
// field. No input stands for {}.
func Decode(b []byte, v any) error {
	switch b = bytes.TrimSpace(b); {
	case len(b) > MaxInput:
		return Errorf(Invalid, CauseInput, "the input is %d bytes long; at most %d are taken", len(b), MaxInput)
	case len(b) == 0 || string(b) == "null":
		b = []byte("{}")
	case b[0] != '{':
		return Errorf(Invalid, CauseInput, "the input is not a JSON object: {...} is wanted")
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	into := reflect.ValueOf(v).Elem()
	if into.Kind() != reflect.Struct || readsItself(into.Type()) {
		if err := dec.Decode(v); err != nil {
			return Errorf(Invalid, CauseInput, "%s", explain("", err))
		}
	} else if err := decodeFields(dec, into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return Errorf(Invalid, CauseInput, "there is more behind the input's JSON object")
	}
	return nil
}

// decodeFields reads an object field by field, so that whatever is wrong is known
// by its field's name.
func decodeFields(dec *json.Decoder, into reflect.Value) error {
	fields := Fields(into.Type())
	seen := map[string]bool{}
	_, err := dec.Token() // the brace
	for err == nil && dec.More() {
		var key json.Token
		if key, err = dec.Token(); err != nil {
			break
		}
		name, _ := key.(string)
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
		switch {
		case i < 0:
			return Errorf(Invalid, CauseInput, "there is no field %.60q; %s", name, known(fields))
		case seen[name]:
			return Errorf(Invalid, CauseInput, "field %s comes twice", name)
		}
		seen[name] = true
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return Errorf(Invalid, CauseInput, "%s", explain(name, err))
		}
		if err := decodeField(name, raw, into.FieldByIndex(fields[i].index)); err != nil {
			return err
		}
	}
	if err == nil {
		_, err = dec.Token() // the closing one
	}
	if err != nil {
		return Errorf(Invalid, CauseInput, "%s", explain("", err))
	}
	return nil
}

func decodeField(name string, raw []byte, into reflect.Value) error {
	if raw[0] == '[' && typeOf(into.Type()) == "string" { // bytes, which are base64 and no list of numbers
		return Errorf(Invalid, CauseInput, "field %s is a JSON array; a string is wanted", name)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into.Addr().Interface()); err != nil {
		return Errorf(Invalid, CauseInput, "%s", explain(name, err))
	}
	if path, ok := control(name, into); ok {
		return Errorf(Invalid, CauseInput, "field %s has a control character in it", path)
	}
	return nil
}

func known(fields []Field) string {
	if len(fields) == 0 {
		return "the operation takes none"
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return "there are " + strings.Join(names, ", ")
}

// explain says what is wrong with an input, or with that field of it.
func explain(name string, err error) string {
	field := "the input"
	if name != "" {
		field = "field " + name
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if e.Field != "" {
			field += "." + e.Field
		}
		return fmt.Sprintf("%s is a JSON %s; a %s is wanted", field, e.Value, typeOf(e.Type))
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return field + " ends too early: its JSON is cut off"
	}
	return field + " cannot be used: " + strings.TrimPrefix(err.Error(), "json: ")
}

// control returns the path of the first text in v that has a control character
// other than a tab or the end of a line. JSON that is kept as it came is for its
// reader to look at.
func control(path string, v reflect.Value) (string, bool) {
	switch v.Kind() {
	case reflect.String:
		return path, strings.ContainsFunc(v.String(), func(r rune) bool {
			return (r < ' ' || r == 0x7f) && r != '\t' && r != '\n' && r != '\r'
		})
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return control(path, v.Elem())
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return "", false
		}
		for i := range v.Len() {
			if p, bad := control(fmt.Sprintf("%s[%d]", path, i), v.Index(i)); bad {
				return p, true
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if p, bad := control(path, key); bad {
				return p, true
			}
			if p, bad := control(fmt.Sprintf("%s.%v", path, key), v.MapIndex(key)); bad {
				return p, true
			}
		}
	case reflect.Struct:
		for _, f := range Fields(v.Type()) {
			if p, bad := control(path+"."+f.Name, v.FieldByIndex(f.index)); bad {
				return p, true
			}
		}
	}
	return "", false
}
