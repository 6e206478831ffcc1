package core

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// MaxInput is how long the JSON input of an operation run by name may be, in bytes.
const MaxInput = 1 << 20

// Decode reads the JSON object b into the struct that v points to, as strictly as
// [strictjson.Decode], and rejects control characters in strings. The error is of
// kind [Invalid] and names the field. No input stands for {}.
func Decode(b []byte, v any) error {
	switch b = bytes.TrimSpace(b); {
	case len(b) > MaxInput:
		return Errorf(Invalid, CauseInput, "the input is %d bytes long; at most %d are accepted", len(b), MaxInput)
	case len(b) == 0 || string(b) == "null":
		b = []byte("{}")
	case b[0] != '{':
		return Errorf(Invalid, CauseInput, "the input is not a JSON object; expected {...}")
	}
	if err := strictjson.Decode(b, v); err != nil {
		return &Error{Kind: Invalid, Cause: CauseInput, Err: ofInput(err)}
	}
	into := reflect.ValueOf(v).Elem()
	for _, f := range Fields(into.Type()) {
		if path, ok := control(f.Name, into.FieldByIndex(f.index)); ok {
			return Errorf(Invalid, CauseInput, "field %s has a control character in it", path)
		}
	}
	return nil
}

// ofInput names the input where the error is of no field.
func ofInput(err error) error {
	if e, ok := errors.AsType[*strictjson.Error](err); ok && e.Path == "" {
		return fmt.Errorf("the input %s", e.Problem)
	}
	return err
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
