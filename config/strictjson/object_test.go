package strictjson_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// directive is what Amazon sends to set a light's color, 1.2 KB.
var directive = `{"directive":{"header":{"namespace":"Alexa.ColorController","name":"SetColor","messageId":"0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",` +
	`"correlationToken":"` + strings.Repeat("dFMb0z+PgpgdDmluhJ1LddFvSqZ/jCc8ptlAKulUj90j", 12) + `==","payloadVersion":"3"},` +
	`"endpoint":{"scope":{"type":"BearerToken","token":"` + strings.Repeat("Atza|IwEBIJfV", 14) + `"},"endpointId":"light#kitchen_ceiling",` +
	`"cookie":{"area":"kitchen","floor":"ground"}},"payload":{"color":{"hue":350.5,"saturation":0.7138,"brightness":0.6524}}}}`

func TestObject(t *testing.T) {
	planted := errors.New("is planted")
	sees := func(fail string) (func(key, value []byte) error, *strings.Builder) {
		var seen strings.Builder
		return func(key, value []byte) error {
			fmt.Fprintf(&seen, "%s=%s ", key, value)
			if strings.HasPrefix(string(key), fail) {
				return planted
			}
			return nil
		}, &seen
	}
	for _, tt := range []struct{ name, in, fail, seen, err string }{
		{"members in order", ` { "b" : [1, 2] , "a":"x" } `, "-", `b=[1, 2] a="x" `, ""},
		{"no members", `{}`, "-", "", ""},
		{"null", ` null `, "-", "", ""},
		{"unescaped", `{"\u0061\n":"\u0061"}`, "-", "a\n=\"\\u0061\" ", ""},
		{"an empty key", `{"":1}`, "-", `=1 `, ""},
		{"keys further down", `{"a":{"b":1,"b":2}}`, "-", `a={"b":1,"b":2} `, ""},
		{"an error of the caller", `{"a":1,"x1":2,"x2":3,"b":4}`, "x", "a=1 x1=2 x2=3 b=4 ", "field x1 is planted"},
		{"a key twice", `{"a":1,"b":2,"a":3,"c":4}`, "-", "a=1 b=2 a=3 c=4 ", "field a comes twice"},
		{"a key twice, after an error", `{"a":1,"x":2,"a":3}`, "x", "a=1 x=2 a=3 ", "field x is planted"},
		{"a key twice, before an error", `{"a":1,"a":2,"x":3}`, "x", "a=1 a=2 x=3 ", "field a comes twice"},
		{"list", `[1]`, "-", "", "the value is a JSON list; expected an object"},
		{"string", ` "a"`, "-", "", "the value is a JSON string; expected an object"},
		{"not JSON", `{"a":1,"b":}`, "-", "a=1 ", "field b is not valid JSON"},
		{"something behind", `{"a":1} 2`, "-", "a=1 ", "the value has more behind its end"},
		{"nothing", ``, "-", "", "the value is empty"},
		{"not null", `nil`, "-", "", "the value is not valid JSON: found 'i', expected null"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, seen := sees(tt.fail)
			err := strictjson.Object([]byte(tt.in), f)
			if seen.String() != tt.seen || tt.err == "" && err != nil || !strings.HasPrefix(fmt.Sprint(err), tt.err) && tt.err != "" {
				t.Errorf("saw %q, %v; want %q, %q", seen, err, tt.seen, tt.err)
			}
			if _, ok := err.(*strictjson.Error); !ok && err != nil {
				t.Errorf("%v is a %T, want an *Error", err, err)
			}
			if errors.Is(err, planted) != strings.Contains(tt.err, "planted") {
				t.Errorf("%v does not hold the caller's error, or another", err)
			}
		})
	}
}

// TestPath checks what an error from far down says, and where.
func TestPath(t *testing.T) {
	shared := &strictjson.Error{Path: "", Problem: "is shared"}
	read := func(b string) error {
		return strictjson.Object([]byte(b), func(key, value []byte) error {
			switch string(key) {
			case "directive":
				return strictjson.Object(value, func(_, value []byte) error {
					_, err := strictjson.String(value)
					return err
				})
			case "list":
				return strictjson.Array(value, func(_ int, value []byte) error {
					return strictjson.Object(value, func(_, _ []byte) error { return shared })
				})
			}
			return nil
		})
	}
	for _, tt := range []struct {
		in, want string
		offset   int64
	}{
		{`{"directive": {"name": 7}}`, "field directive.name is a JSON number; expected a string", 23},
		{`{"directive": {"name": {}}}`, "field directive.name is a JSON object; expected a string", 23},
		{`{"directive": 7}`, "field directive is a JSON number; expected an object", 14},
		{`{"list": [{}, {"a": 1}]}`, "field list[1].a is shared", 20},
		{`{"list": [{}, 1]}`, "field list[1] is a JSON number; expected an object", 14},
		{`{"list": {}}`, "field list is a JSON object; expected a list", 9},
	} {
		for range 2 { // an error that f returns again stays as it is
			e, ok := errors.AsType[*strictjson.Error](read(tt.in))
			if !ok || e.Error() != tt.want || e.Offset != tt.offset {
				t.Errorf("%s: got %v at %d, want %s at %d", tt.in, e, e.Offset, tt.want, tt.offset)
			}
		}
	}
}

func TestArray(t *testing.T) {
	for _, tt := range []struct{ name, in, seen, err string }{
		{"elements in order", ` [ 1 , "a",[{"b":1,"b":1}] ] `, `0=1 1="a" 2=[{"b":1,"b":1}] `, ""},
		{"no elements", `[ ]`, "", ""},
		{"null", `null`, "", ""},
		{"an error", `[0,true,false]`, "0=0 1=true 2=false ", "field [1] is true"},
		{"object", `{}`, "", "the value is a JSON object; expected a list"},
		{"cut off", `[0,`, "0=0 ", "field [1] ends too early"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var seen strings.Builder
			err := strictjson.Array([]byte(tt.in), func(i int, value []byte) error {
				fmt.Fprintf(&seen, "%d=%s ", i, value)
				if s := string(value); s == "true" || s == "false" {
					return errors.New("is " + s)
				}
				return nil
			})
			if seen.String() != tt.seen || tt.err == "" && err != nil || tt.err != "" && !strings.HasPrefix(fmt.Sprint(err), tt.err) {
				t.Errorf("saw %q, %v; want %q, %q", &seen, err, tt.seen, tt.err)
			}
		})
	}
}

func TestString(t *testing.T) {
	for _, tt := range []struct{ in, want, err string }{
		{` "küche" `, "küche", ""},
		{`"\u0061\n\ud83d\ude00"`, "a\n😀", ""},
		{`"\ud800x"`, "\ufffdx", ""},
		{`null`, "", ""},
		{`7`, "", "the value is a JSON number; expected a string"},
		{`true`, "", "the value is a JSON boolean; expected a string"},
		{`"a`, "", "the value ends too early"},
		{`"a" "b"`, "", "the value has more behind its end"},
		{``, "", "the value is empty"},
	} {
		got, err := strictjson.String([]byte(tt.in))
		if got != tt.want || tt.err == "" && err != nil || tt.err != "" && !strings.HasPrefix(fmt.Sprint(err), tt.err) {
			t.Errorf("String(%s) = %q, %v; want %q, %q", tt.in, got, err, tt.want, tt.err)
		}
	}
}

func TestKind(t *testing.T) {
	for in, want := range map[string]string{
		" \n{}": "object", "[": "list", `"a"`: "string", "-1": "number", "0": "number", "true": "boolean", "false": "boolean", "\tnull": "null", "": "", " ": "",
	} {
		if got := strictjson.Kind([]byte(in)); got != want {
			t.Errorf("Kind(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCheckAllocatesNothing(t *testing.T) {
	b := []byte(directive)
	if n := testing.AllocsPerRun(100, func() { _, _ = strictjson.Check(b) }); n != 0 {
		t.Errorf("Check allocates %v times for a directive, want 0", n)
	}
}

func BenchmarkCheck(b *testing.B) {
	in := []byte(directive)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := strictjson.Check(in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkValid is encoding/json beside BenchmarkCheck.
func BenchmarkValid(b *testing.B) {
	in := []byte(directive)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if !json.Valid(in) {
			b.Fatal("not valid")
		}
	}
}

// BenchmarkObject reads a directive's header, as the function does.
func BenchmarkObject(b *testing.B) {
	in := []byte(directive)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		var name string
		err := strictjson.Object(in, func(_, value []byte) error {
			return strictjson.Object(value, func(key, value []byte) error {
				if string(key) != "header" {
					return nil
				}
				return strictjson.Object(value, func(key, value []byte) (err error) {
					if string(key) == "name" {
						name, err = strictjson.String(value)
					}
					return err
				})
			})
		})
		if name != "SetColor" || err != nil {
			b.Fatal(name, err)
		}
	}
}
