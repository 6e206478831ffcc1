package strictjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// nested returns n lists inside one another.
func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// object returns an object with n keys and then what is more.
func object(n int, more string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"key%d":%d,`, i, i)
	}
	return "{" + b.String() + more + "}"
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     strictjson.Shape
	}{
		{"string", `"a"`, strictjson.Shape{Kind: "string"}},
		{"number", ` -0.5e+7 `, strictjson.Shape{Kind: "number"}},
		{"boolean", "\ttrue\r\n", strictjson.Shape{Kind: "boolean"}},
		{"null", `null`, strictjson.Shape{Kind: "null"}},
		{"list", `[ ]`, strictjson.Shape{Kind: "list", Depth: 1}},
		{"object", `{ }`, strictjson.Shape{Kind: "object", Depth: 1}},
		{"nested", `{"a":[{"b":1},{"b":2}], "c":{}}`, strictjson.Shape{Kind: "object", Depth: 3, Keys: 4}},
		{"another case is another key", `{"a":1,"A":2}`, strictjson.Shape{Kind: "object", Depth: 1, Keys: 2}},
		{"one key in several objects", `[{"a":{"a":1}},{"a":1}]`, strictjson.Shape{Kind: "list", Depth: 3, Keys: 3}},
		{"many keys", object(1000, `"":0`), strictjson.Shape{Kind: "object", Depth: 1, Keys: 1001}},
		{"escapes", `{"\"":"\\\/\b\f\n\r\t\ud83d\ude00","\u0041":1,"b":1}`, strictjson.Shape{Kind: "object", Depth: 1, Keys: 3}},
		{"half a surrogate", `"\ud800"`, strictjson.Shape{Kind: "string"}},
		{"as deep as can be", nested(strictjson.MaxDepth), strictjson.Shape{Kind: "list", Depth: strictjson.MaxDepth}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := strictjson.Check([]byte(tt.in)); got != tt.want || err != nil {
				t.Errorf("got %+v, %v; want %+v", got, err, tt.want)
			}
		})
	}
}

func TestCheckRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
		offset         int64
		truncated      bool
	}{
		{"nothing", "", "the value is empty; expected JSON", 0, true},
		{"space", " \n", "the value is empty; expected JSON", 2, true},
		{"two values", `1 2`, "the value has more behind its end", 2, false},
		{"bracket too many", `{}}`, "the value has more behind its end", 2, false},
		{"mark of byte order", "\ufeff{}", `found '\ufeff', expected a value`, 0, false},
		{"cut off", `{"a":{"b":"c`, "field a.b ends too early: the JSON is cut off", 12, true},
		{"cut off after a key", `{"a"`, "field a ends too early", 4, true},
		{"cut off in a rune", "\"\xe2\x82", "the value ends too early", 3, true},
		{"cut off in a word", `[true,nul`, "field [1] ends too early", 9, true},
		{"cut off in a number", `-`, "the value ends too early", 1, true},
		{"cut off in an escape", `"\u00`, "the value ends too early", 5, true},
		{"no value", `{"a": }`, "field a is not valid JSON: found '}', expected a value", 6, false},
		{"no colon", `{"a" 1}`, "field a is not valid JSON: found '1', expected a colon", 5, false},
		{"no comma", `{"a":1 "b":2}`, "the value is not valid JSON: found '\"', expected a comma or }", 7, false},
		{"comma too many", `{"a":[1,]}`, "field a[1] is not valid JSON: found ']', expected a value", 8, false},
		{"comma before a brace", `{"a":1,}`, "found '}', expected a key in quotation marks", 7, false},
		{"key without marks", `{a:1}`, "found 'a', expected a key in quotation marks", 1, false},
		{"comment", `[1, // one`, "found '/', expected a value", 4, false},
		{"zero in front", `01`, "has more behind its end", 1, false},
		{"plus", `+1`, "found '+', expected a value", 0, false},
		{"point without digit", `1.e1`, "found 'e', expected a digit", 2, false},
		{"other word", `nil`, "found 'i', expected null", 1, false},
		{"not a number", `NaN`, "found 'N', expected a value", 0, false},
		{"control character", "{\"a\":\"\n\"}", `field a is not valid JSON: found '\n', expected an escape`, 6, false},
		{"byte 0", "\x00", `found '\x00', expected a value`, 0, false},
		{"escape that is none", `"\x"`, `found 'x', expected one of`, 2, false},
		{"escape of three digits", `"\u123g"`, "found 'g', expected four hexadecimal digits", 6, false},
		{"not UTF-8", "{\"a\":\"\xff\"}", "field a is not UTF-8", 6, false},
		{"surrogate in UTF-8", "\"\xed\xa0\x80\"", "the value is not UTF-8", 1, false},
		{"not UTF-8 outside a string", "[\xff]", "field [0] is not UTF-8", 1, false},
		{"key twice", `{"a":1,"a":1}`, "field a comes twice", 7, false},
		{"key twice, far down", `{"x":[0,{"b":{"a":1,"a":2}}]}`, "field x[1].b.a comes twice", 20, false},
		{"key twice, escaped", `{"a":1,"b":2,"\u0061":1}`, "field a comes twice", 13, false},
		{"key twice, the first escaped", `{"\u0061":1,"b":2,"a":1}`, "field a comes twice", 18, false},
		{"empty key twice", `{"":1,"":2}`, `field "" comes twice`, 6, false},
		{"halves of surrogates", `{"\ud800":1,"\udfff":1}`, "field \ufffd comes twice", 12, false},
		{"key twice among 17", object(17, `"key16":0`), "field key16 comes twice", int64(len(object(17, "")) - 1), false},
		{"key twice among 1000", object(1000, `"key0":0`), "field key0 comes twice", int64(len(object(1000, "")) - 1), false},
		{"too deep", nested(strictjson.MaxDepth + 1), "is more than 64 levels deep", strictjson.MaxDepth, false},
		{"far too deep", nested(1 << 20), "is more than 64 levels deep", strictjson.MaxDepth, false},
		{"a control character in a key", "{\"\u001b[31m\":1}", `the value is not valid JSON: found '\x1b', expected an escape`, 2, false},
		{"a key with an escape", `{"\u001b\n":}`, `field \x1b\n is not valid JSON`, 12, false},
		{"a long key", `{"` + strings.Repeat("k", 1000) + `":}`, "field " + strings.Repeat("k", 60) + " is not", 1004, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			shape, err := strictjson.Check([]byte(tt.in))
			e, ok := errors.AsType[*strictjson.Error](err)
			if !ok || shape != (strictjson.Shape{}) {
				t.Fatalf("got %+v, %v; want an *Error alone", shape, err)
			}
			if !strings.Contains(e.Error(), tt.want) || e.Offset != tt.offset || e.Truncated != tt.truncated {
				t.Errorf("got %q at %d, truncated %v; want %q at %d, %v", e, e.Offset, e.Truncated, tt.want, tt.offset, tt.truncated)
			}
		})
	}
}

// TestErrorIsShort checks that a text cannot make its error as long as itself.
func TestErrorIsShort(t *testing.T) {
	long := `{"` + strings.Repeat("é", 500) + `":`
	_, _, err := strictjson.Measure([]byte(strings.Repeat(long, 5000)))
	if err == nil || len(err.Error()) > 700 || !utf8.ValidString(err.Error()) {
		t.Errorf("got %d bytes: %.100v; want a short error", len(err.Error()), err)
	}
}

func TestMeasure(t *testing.T) {
	for _, tt := range []struct {
		name, in, twice, err string
		want                 strictjson.Shape
	}{
		{"a value", `{"a":[1]}`, "", "", strictjson.Shape{Kind: "object", Depth: 2, Keys: 1}},
		{"the first key that comes twice", `{"a":{"b":1,"b":2},"a":[[]]}`, "b", "", strictjson.Shape{Kind: "object", Depth: 3, Keys: 4}},
		{"the empty key twice", `[{"":1,"":2}]`, `""`, "", strictjson.Shape{Kind: "list", Depth: 2, Keys: 2}},
		{"deep", nested(10000), "", "", strictjson.Shape{Kind: "list", Depth: 10000}},
		{"too deep", nested(10001), "", "more than 10000 levels", strictjson.Shape{}},
		{"not JSON", `[`, "", "ends too early", strictjson.Shape{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, twice, err := strictjson.Measure([]byte(tt.in))
			if got != tt.want || twice != tt.twice || (err == nil) != (tt.err == "") || !strings.Contains(fmt.Sprint(err), tt.err) {
				t.Errorf("got %+v, %q, %v; want %+v, %q, %s", got, twice, err, tt.want, tt.twice, tt.err)
			}
		})
	}
}

// oracle judges by encoding/json alone what Check accepts.
func oracle(b []byte) bool {
	if !json.Valid(b) || !utf8.Valid(b) {
		return false
	}
	type level struct {
		keys map[string]bool // nil for a list
		key  bool            // whether a key is next
	}
	var open []level
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	for {
		token, err := dec.Token()
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		if n := len(open); n > 0 && open[n-1].keys != nil && token != json.Delim('}') {
			if open[n-1].key {
				name := token.(string)
				if open[n-1].keys[name] {
					return false
				}
				open[n-1].keys[name], open[n-1].key = true, false
				continue
			}
			open[n-1].key = true
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{map[string]bool{}, true})
		case json.Delim('['):
			open = append(open, level{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
		if len(open) > strictjson.MaxDepth {
			return false
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		directive, `{"a":1,"a":1}`, `{"a":1,"\u0061":1}`, `[{"\ud800":1,"\udfff":"\ud83d\ude00"}]`, nested(64), nested(65),
		object(20, `"key3":0`), object(16, `"k":[-0.1e+5,1E9,01]`), "\"\xff\"", `{"a":[1,{"b":nul`, ` true `, `1 2`, `"\u12`, "\ufeff1",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		shape, err := strictjson.Check(b)
		if want := oracle(b); (err == nil) != want {
			t.Fatalf("Check(%q) says %v; encoding/json says that it is good: %v", b, err, want)
		}
		measured, twice, fault := strictjson.Measure(b)
		if (fault == nil) != (json.Valid(b) && utf8.Valid(b)) {
			t.Fatalf("Measure(%q) says %v; encoding/json says otherwise", b, fault)
		}
		if err == nil && (measured != shape || twice != "") {
			t.Fatalf("Measure(%q) = %+v, %q; Check says %+v", b, measured, twice, shape)
		}
		if e, ok := errors.AsType[*strictjson.Error](err); ok && (e.Offset < 0 || e.Offset > int64(len(b)) || len(e.Error()) > 700) {
			t.Fatalf("Check(%q) says %v at %d", b, e, e.Offset)
		}
	})
}
