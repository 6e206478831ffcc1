package core_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config/strictjson"
	"github.com/hearthgate/hearthgate/function/core"
)

type nestedInput struct {
	Names []string `json:"names"`
}

type decodeInput struct {
	nestedInput
	Text  string                 `json:"text"`
	Times int                    `json:"times"`
	For   core.Seconds           `json:"for_seconds"`
	Bytes []byte                 `json:"bytes"`
	Value json.RawMessage        `json:"value"`
	Maps  map[string]nestedInput `json:"maps"`
	Any   any                    `json:"any"`
}

func TestDecode(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want decodeInput
	}{
		{``, decodeInput{}},
		{" \n", decodeInput{}},
		{` null `, decodeInput{}},
		{`{}`, decodeInput{}},
		{`{"text":"a\t\r\nb","times":-3,"for_seconds":0.5,"names":["x"]}`, decodeInput{nestedInput{[]string{"x"}}, "a\t\r\nb", -3, 5e8, nil, nil, nil, nil}},
		{`{"bytes":"AAE=","maps":{"A":{"names":null},"a":{}},"any":null}`, decodeInput{Bytes: []byte{0, 1}, Maps: map[string]nestedInput{"A": {}, "a": {}}}},
		{`{"value":{"a":"\u0000","a":1}}`, decodeInput{Value: json.RawMessage(`{"a":"\u0000","a":1}`)}}, // its reader judges it
	} {
		var got decodeInput
		if err := core.Decode([]byte(tt.in), &got); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %+v, %v; want %+v", tt.in, got, err, tt.want)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`{"txt":"a"}`, `there is no field "txt"; there are names, text, times, for_seconds, bytes, value, maps, any`},
		{`{"Text":"a"}`, `there is no field "Text"`},
		{`{"maps":{"a":{"Names":[]}}}`, `there is no field "maps.a.Names"; there are names`},
		{`{"maps":{"a":{"names":[],"names":[]}}}`, `field maps.a.names comes twice`},
		{`{"any":{"a":1,"\u0061":1}}`, `field any.a comes twice`},
		{`{"text":"a","text":"b"}`, `field text comes twice`},
		{`{"times":"a"}`, `field times is a JSON string; expected a number`},
		{`{"times":1.5}`, `field times is 1.5; expected a whole number from`},
		{`{"names":["a",7]}`, `field names[1] is a JSON number; expected a string`},
		{`{"for_seconds":"a"}`, `field for_seconds cannot be used: "a" is not a number of seconds`},
		{`{"bytes":[1]}`, `field bytes is a JSON list; expected a string`},
		{`{"text":"a\u0000"}`, `field text has a control character in it`},
		{`{"names":["a","\u007f"]}`, `field names[1] has a control character in it`},
		{`{"maps":{"a":{"names":["\u001b"]}}}`, `field maps.a.names[0] has a control character in it`},
		{`{"maps":{"\u0001":{}}}`, `field maps has a control character in it`},
		{`{"any":"\u0001"}`, `field any has a control character in it`},
		{`[]`, `the input is not a JSON object; expected {...}`},
		{`{`, `the input ends too early: the JSON is cut off`},
		{`{"text":"a`, `field text ends too early: the JSON is cut off`},
		{`{"text" "a"}`, `field text is not valid JSON: found '"', expected a colon`},
		{"{\"text\":\"\xff\"}", `field text is not UTF-8`},
		{`{} {}`, `the input has more behind its end`},
		{`{"text":"` + strings.Repeat("a", core.MaxInput) + `"}`, `the input is 1048587 bytes long; at most 1048576 are accepted`},
	} {
		err := core.Decode([]byte(tt.in), new(decodeInput))
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%.80s: got %v, want %s", tt.in, err, tt.want)
			continue
		}
		if core.KindOf(err) != core.Invalid || core.CauseOf(err) != core.CauseInput {
			t.Errorf("%.80s: got kind %v and cause %v, want invalid and input", tt.in, core.KindOf(err), core.CauseOf(err))
		}
	}
}

// TestDecodeHoldsPlace checks that a caller can find the field that is wrong.
func TestDecodeHoldsPlace(t *testing.T) {
	err := core.Decode([]byte(`{"maps":{"a":{"names":[7]}}}`), new(decodeInput))
	if e, ok := errors.AsType[*strictjson.Error](err); !ok || e.Path != "maps.a.names[0]" || e.Offset != 23 {
		t.Errorf("got %#v, want the path maps.a.names[0] and the offset 23", e)
	}
}
