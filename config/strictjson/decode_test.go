package strictjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

type base struct {
	ID    string `json:"id"`
	Count int8   `json:"count"` // hidden by everything's own
}

type Pointed struct {
	Deep uint16 `json:"deep"`
}

type clash struct{ Twice, Once string }

type Clash2 struct{ Twice string }

type leaf struct {
	Name string `json:"name"`
	Next *leaf  `json:"next,omitempty"`
}

// even reads itself.
type even int

var errOdd = errors.New("is odd")

func (e *even) UnmarshalJSON(b []byte) error {
	var n int
	if err := json.Unmarshal(b, &n); err != nil || n%2 != 0 {
		return errOdd
	}
	*e = even(n)
	return nil
}

type everything struct {
	base
	*Pointed
	clash
	Clash2
	Count    int                    `json:"count,omitempty"`
	Size     int8                   `json:"size"`
	Free     uint64                 `json:"free"`
	Ratio    float32                `json:"ratio"`
	On       *bool                  `json:"on"`
	Bytes    []byte                 `json:"bytes"`
	Raw      json.RawMessage        `json:"raw"`
	Any      any                    `json:"any"`
	Leaf     leaf                   `json:"leaf"`
	Leaves   []*leaf                `json:"leaves"`
	Pair     [2]int                 `json:"pair"`
	ByName   map[string]leaf        `json:"by_name"`
	ByNumber map[int]string         `json:"by_number"`
	ByAddr   map[netip.Addr]float64 `json:"by_addr"`
	Addr     netip.Addr             `json:"addr"`
	At       time.Time              `json:"at"`
	Even     even                   `json:"even"`
	Evens    []even                 `json:"evens"`
	Number   json.Number            `json:"number"`
	Quoted   int                    `json:"quoted,string"`
	Untagged string
	Hidden   string `json:"-"`
	hidden   string
}

func TestDecode(t *testing.T) {
	yes := true
	for _, tt := range []struct {
		in   string
		want everything
	}{
		{`{}`, everything{}},
		{`null`, everything{}},
		{`{"id":"a","count":300,"Once":"b","deep":7}`, everything{base: base{ID: "a"}, Count: 300, clash: clash{Once: "b"}, Pointed: &Pointed{7}}},
		{`{"size":-128,"free":18446744073709551615,"ratio":0.5,"on":true}`, everything{Size: -128, Free: 1<<64 - 1, Ratio: 0.5, On: &yes}},
		{`{"bytes":"aGk=","raw": {"a":1,"a":2} ,"any":{"a":[1]}}`, everything{Bytes: []byte("hi"), Raw: json.RawMessage(`{"a":1,"a":2}`), Any: map[string]any{"a": []any{1.0}}}},
		{`{"leaf":{"name":"a","next":{"name":"b"}},"leaves":[{"name":"c"},null]}`, everything{Leaf: leaf{"a", &leaf{Name: "b"}}, Leaves: []*leaf{{Name: "c"}, nil}}},
		{`{"pair":[1],"by_name":{"x":{"name":"d"},"X":{}},"by_number":{"-1":"e"}}`, everything{Pair: [2]int{1}, ByName: map[string]leaf{"x": {Name: "d"}, "X": {}}, ByNumber: map[int]string{-1: "e"}}},
		{`{"addr":"::1","by_addr":{"1.2.3.4":1},"at":"2026-01-31T08:00:00Z"}`, everything{Addr: netip.MustParseAddr("::1"), ByAddr: map[netip.Addr]float64{netip.MustParseAddr("1.2.3.4"): 1}, At: time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)}},
		{`{"even":4,"evens":[2],"number":1.50,"quoted":"7","Untagged":"f"}`, everything{Even: 4, Evens: []even{2}, Number: "1.50", Quoted: 7, Untagged: "f"}},
		{`{"id":null,"size":null,"leaf":null,"leaves":null,"pair":null,"quoted":null,"bytes":null,"by_name":null}`, everything{}},
	} {
		var got everything
		if err := strictjson.Decode([]byte(tt.in), &got); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", tt.in, got, err, tt.want)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"unknown", `{"nam":1}`, `there is no field "nam"; there are id, deep, Once, count, size,`},
		{"unknown, nested", `{"leaves":[{"name":"a"},{"nam":"b"}]}`, `there is no field "leaves[1].nam"; there are name, next`},
		{"another case", `{"ID":"a"}`, `there is no field "ID"`},
		{"another case, nested", `{"leaf":{"Name":"a"}}`, `there is no field "leaf.Name"`},
		{"another case, in a map", `{"by_name":{"x":{"NAME":"a"}}}`, `there is no field "by_name.x.NAME"`},
		{"another case beside the right one", `{"leaf":{"name":"a","Name":"b"}}`, `there is no field "leaf.Name"`},
		{"letters that fold", "{\"\u017fize\":1}", "there is no field \"\u017fize\""},
		{"left out", `{"Hidden":"a"}`, `there is no field "Hidden"`},
		{"named -", `{"-":"a"}`, `there is no field "-"`},
		{"unexported", `{"hidden":"a"}`, `there is no field "hidden"`},
		{"ambiguous", `{"Twice":"a"}`, `there is no field "Twice"`},
		{"twice", `{"id":"a","id":"a"}`, "field id comes twice"},
		{"twice, nested", `{"leaf":{"next":{"name":"a","n\u0061me":"b"}}}`, "field leaf.next.name comes twice"},
		{"twice, in a map", `{"by_name":{"x":{},"x":{}}}`, "field by_name.x comes twice"},
		{"twice, in an interface", `{"any":[{"a":{"b":1,"b":1}}]}`, "field any[0].a.b comes twice"},
		{"twice, in a value that reads itself", `{"even":{"a":1,"a":2}}`, "field even.a comes twice"},
		{"the same key of a map", `{"by_number":{"1":"a","+1":"b"}}`, "field by_number has two keys that mean the same"},
		{"the same address", `{"by_addr":{"::1":1,"0::1":2}}`, "field by_addr has two keys that mean the same"},
		{"key that is no number", `{"by_number":{"one":"a"}}`, "field by_number has a key that cannot be used"},
		{"string for a number", `{"size":"1"}`, "field size is a JSON string; expected a number"},
		{"number for a string", `{"leaf":{"name":1}}`, "field leaf.name is a JSON number; expected a string"},
		{"string for a boolean", `{"on":"true"}`, "field on is a JSON string; expected a boolean"},
		{"list for an object", `{"leaf":[]}`, "field leaf is a JSON list; expected an object"},
		{"object for a list", `{"leaves":{}}`, "field leaves is a JSON object; expected a list"},
		{"boolean for a map", `{"by_name":false}`, "field by_name is a JSON boolean; expected an object"},
		{"list for bytes", `{"bytes":[104,105]}`, "field bytes is a JSON list; expected a string"},
		{"number for a time", `{"at":0}`, "field at cannot be used"},
		{"number for an address", `{"addr":0}`, "field addr is a JSON number; expected a string"},
		{"no quotation marks", `{"quoted":7}`, "field quoted is a JSON number; expected a string"},
		{"no number in them", `{"quoted":"x"}`, "field quoted does not hold a number in its quotation marks"},
		{"fraction", `{"count":1.5}`, "field count is 1.5; expected a whole number from -9223372036854775808 to 9223372036854775807"},
		{"out of range", `{"size":128}`, "field size is 128; expected a whole number from -128 to 127"},
		{"below zero", `{"free":-1}`, "field free is -1; expected a whole number from 0 to 18446744073709551615"},
		{"too large", `{"ratio":1e39}`, "field ratio is 1e39; expected a number of at most 3.4e38"},
		{"in a list", `{"pair":[1,2.5]}`, "field pair[1] is 2.5; expected a whole number"},
		{"too many", `{"pair":[1,2,3]}`, "field pair[2] is one too many; expected at most 2"},
		{"not base64", `{"bytes":"?"}`, "field bytes is not base64"},
		{"not an address", `{"addr":"home"}`, "field addr cannot be used: ParseAddr"},
		{"reads itself", `{"evens":[2,3]}`, "field evens[1] cannot be used: is odd"},
		{"not a number", `{"number":"x"}`, "field number cannot be used"},
		{"something behind", `{} {}`, "the value has more behind its end"},
		{"something behind a null", `null 1`, "the value has more behind its end"},
		{"nothing", ` `, "the value is empty; expected JSON"},
		{"cut off", `{"leaf":{"name":"a`, "field leaf.name ends too early"},
		{"cut off, of another kind", `{"leaf":["a`, "field leaf[0] ends too early"},
		{"not UTF-8", "{\"id\":\"\xff\"}", "field id is not UTF-8"},
		{"not JSON for a map", `{"by_name":x}`, "field by_name is not valid JSON: found 'x', expected a value"},
		{"deep", `{"raw":` + nested(10000) + `}`, "is more than 10000 levels deep"},
		{"list", `[]`, "the value is a JSON list; expected an object"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := strictjson.Decode([]byte(tt.in), new(everything))
			if _, ok := err.(*strictjson.Error); !ok || !strings.HasPrefix(err.Error(), tt.want) && tt.name != "deep" || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %T %.200v, want %s", err, err, tt.want)
			}
		})
	}
}

func TestDecodeInto(t *testing.T) {
	for _, tt := range []struct {
		in   string
		into any
		want string // printed
		err  string
	}{
		{`[1,2]`, new([]int), "[1 2]", ""},
		{`{"a":{"b":1}}`, new(map[string]map[string]int), "map[a:map[b:1]]", ""},
		{`{"a":{"b":1,"b":1}}`, new(map[string]map[string]int), "", "field a.b comes twice"},
		{`{"a":{"b":1,"b":1}}`, new(any), "", "field a.b comes twice"},
		{`{"a":1,"a":1}`, new(json.RawMessage), `{"a":1,"a":1}`, ""},
		{`{"a":`, new(json.RawMessage), "", "field a ends too early"},
		{`7`, new(even), "", "the value cannot be used: is odd"},
		{`{"a":1}`, new(struct{}), "", `there is no field "a"; there are none`},
		{`1`, new(func()), "", "the value cannot be used"},
		{`"a"`, new(chan int), "", "the value cannot be used"},
		{`{"A":1}`, &struct{ *Pointed }{}, "", `there is no field "A"; there are deep`},
		{`{}`, everything{}, "", "json: Unmarshal(non-pointer"},
		{`{}`, nil, "", "json: Unmarshal(nil)"},
		{`{}`, (*everything)(nil), "", "json: Unmarshal(nil"},
	} {
		err := strictjson.Decode([]byte(tt.in), tt.into)
		if tt.err != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.err)) || tt.err == "" && err != nil {
			t.Errorf("%s into a %T: got %v, want %q", tt.in, tt.into, err, tt.err)
		}
		if tt.err == "" {
			got := reflect.ValueOf(tt.into).Elem().Interface()
			if raw, ok := got.(json.RawMessage); ok {
				got = string(raw)
			}
			if fmt.Sprint(got) != tt.want {
				t.Errorf("%s into a %T: got %v, want %s", tt.in, tt.into, got, tt.want)
			}
		}
	}
}

// TestDecodeHoldsCause checks that what a type says of its value can be found.
func TestDecodeHoldsCause(t *testing.T) {
	if err := strictjson.Decode([]byte(`{"even":1}`), new(everything)); !errors.Is(err, errOdd) {
		t.Errorf("%v does not hold the type's own error", err)
	}
}

// FuzzDecode compares with encoding/json, which accepts all that Decode accepts, and
// reads the same. What Decode refuses beyond that has a reason that is named here.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"id":"a","count":300,"Once":"b","deep":7,"size":-128,"free":1,"ratio":0.5,"on":true,"bytes":"aGk=","raw":{"a":1,"a":2},"any":{"a":[1]}}`,
		`{"leaf":{"name":"a","next":{"Name":"b"}},"leaves":[{"name":"c"},null],"pair":[1,2,3],"by_name":{"x":{"name":"d"}},"by_number":{"1":"a","+1":"b"}}`,
		`{"addr":"::1","by_addr":{"1.2.3.4":1},"at":"2026-01-31T08:00:00Z","even":4,"evens":[2],"number":1.50,"quoted":"7","Untagged":"f"}`,
		`{"id":null,"bytes":[1,2],"any":{"a":1,"a":1}}`, `{} {}`, "{\"id\":\"\xff\"}", `{"even":{"a":1,"a":2}}`,
	} {
		f.Add([]byte(seed))
	}
	reasons := []string{
		"comes twice", "there is no field", "two keys that mean the same", "one too many", "is not UTF-8",
		"field bytes is a JSON list", "more than 10000 levels", "field quoted is a JSON", "has more behind its end",
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var ours, theirs everything
		err := strictjson.Decode(b, &ours)
		dec := json.NewDecoder(bytes.NewReader(b))
		dec.DisallowUnknownFields()
		other := dec.Decode(&theirs)
		if err != nil {
			for _, reason := range reasons {
				if strings.Contains(err.Error(), reason) {
					return
				}
			}
			if other == nil {
				t.Fatalf("Decode refuses %q: %v", b, err)
			}
			return
		}
		if other != nil || !reflect.DeepEqual(ours, theirs) {
			t.Fatalf("%q\n Decode:        %+v\n encoding/json: %+v, %v", b, ours, theirs, other)
		}
		if json.Unmarshal(b, new(any)) != nil {
			t.Fatalf("Decode accepts %q, which is not one JSON value", b)
		}
	})
}

// TestFieldsAreThoseOfEncodingJSON looks for a field that encoding/json writes and
// Decode does not know, or reads elsewhere.
func TestFieldsAreThoseOfEncodingJSON(t *testing.T) {
	yes := true
	full := everything{base{"a", 1}, &Pointed{2}, clash{"b", "c"}, Clash2{"d"}, 3, 4, 5, 6, &yes, []byte("e"), json.RawMessage("7"), "f", leaf{"g", nil},
		[]*leaf{{}}, [2]int{8, 9}, map[string]leaf{"h": {}}, map[int]string{10: "i"}, map[netip.Addr]float64{}, netip.MustParseAddr("::1"), time.Unix(0, 0).UTC(),
		12, []even{14}, "16", 17, "j", "k", "l"}
	written, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	var got everything
	if err := strictjson.Decode(written, &got); err != nil {
		t.Fatal(err)
	}
	full.base.Count, full.clash.Twice, full.Clash2.Twice, full.Hidden, full.hidden = 0, "", "", "", "" // which JSON does not hold
	if !reflect.DeepEqual(got, full) {
		t.Errorf("read back %+v\nwant      %+v", got, full)
	}
}
