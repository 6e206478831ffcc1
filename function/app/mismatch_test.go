package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mismatch returns where JSON differs from what is wanted, with both values; "" if it
// does not. In want, an object names the fields that must be right, and null stands
// for a field that is absent or null. A list is complete; where an object stands for it,
// that names some of its items, by index or, as "name=cache", by the text of a field.
// What is not known exactly is a text: "<time>" is a time in UTC, "<id>" a UUID of
// version 7, "<2..3>" a number from 2 to 3, and "~..." whatever the regular expression
// matches.
func mismatch(want string, got any) string {
	var w any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		return fmt.Sprintf("the want %q is not JSON: %v", want, err)
	}
	return differs("", w, got)
}

func differs(path string, want, got any) string {
	switch w := want.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(w)) {
			item, ok := child(got, key)
			if !ok && w[key] != nil {
				return fmt.Sprintf("%s.%s is absent, want %v", path, key, w[key])
			}
			if problem := differs(path+"."+key, w[key], item); problem != "" {
				return problem
			}
		}
		if len(w) > 0 {
			return ""
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(w) {
			return fmt.Sprintf("%s is %v, want the %d items %v", path, got, len(w), w)
		}
		for i := range w {
			if problem := differs(fmt.Sprintf("%s.%d", path, i), w[i], list[i]); problem != "" {
				return problem
			}
		}
		return ""
	case string:
		if fits(w, got) {
			return ""
		}
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Sprintf("%s is %v, want %v", path, got, want)
	}
	return ""
}

func child(v any, key string) (item any, ok bool) {
	switch v := v.(type) {
	case map[string]any:
		item, ok = v[key]
	case []any:
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(v) {
			return v[i], true
		}
		field, text, _ := strings.Cut(key, "=")
		for _, item := range v {
			if o, isObject := item.(map[string]any); isObject && o[field] == text {
				return o, true
			}
		}
	}
	return item, ok
}

var bounds = regexp.MustCompile(`^<([0-9.e-]*[0-9])\.\.([0-9.e]+)>$`)

// forms are those of texts that are not known exactly.
var forms = map[string]*regexp.Regexp{
	"<time>": regexp.MustCompile(`^2\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`),
	"<id>":   regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`),
}

func fits(want string, got any) bool {
	text, isText := got.(string)
	number, isNumber := got.(float64)
	if form := forms[want]; form != nil {
		return isText && form.MatchString(text)
	}
	if re, ok := strings.CutPrefix(want, "~"); ok {
		return isText && regexp.MustCompile(re).MatchString(text)
	}
	if m := bounds.FindStringSubmatch(want); m != nil {
		low, _ := strconv.ParseFloat(m[1], 64)
		high, _ := strconv.ParseFloat(m[2], 64)
		return isNumber && low <= number && number <= high
	}
	return false
}

func TestMismatch(t *testing.T) {
	for _, tt := range []struct{ want, got, problem string }{
		{`1`, `1`, ""},
		{`1`, `2`, " is 2, want 1"},
		{`{"a":1}`, `{"a":1,"b":2}`, ""},
		{`{"a":1}`, `{"b":2}`, ".a is absent, want 1"},
		{`{"a":null}`, `{"b":2}`, ""},
		{`{"a":null}`, `{"a":0}`, ".a is 0, want <nil>"},
		{`{}`, `{"a":0}`, " is map[a:0], want map[]"},
		{`{}`, `{}`, ""},
		{`{"a":{"b":["x"]}}`, `{"a":{"b":["y"]}}`, ".a.b.0 is y, want x"},
		{`["x"]`, `["x","y"]`, " is [x y], want the 1 items [x]"},
		{`[]`, `null`, " is <nil>, want the 0 items []"},
		{`{"1":"y"}`, `["x","y"]`, ""},
		{`{"2":"y"}`, `["x","y"]`, ".2 is absent, want y"},
		{`{"a=y":{"b":2}}`, `[{"a":"x","b":1},{"a":"y","b":2}]`, ""},
		{`{"a=y":{"b":2}}`, `[{"a":"x","b":2},{"a":"y","b":1}]`, ".a=y.b is 1, want 2"},
		{`{"a=z":{"b":2}}`, `[{"a":"x","b":2}]`, ".a=z is absent, want map[b:2]"},
		{`"<time>"`, `"2026-01-31T08:00:00.5Z"`, ""},
		{`"<time>"`, `"2026-01-31T08:00:00+01:00"`, " is 2026-01-31T08:00:00+01:00, want <time>"},
		{`"<id>"`, `"01a21571-7402-7501-a9a6-a91fbe77e6b3"`, ""},
		{`"<id>"`, `"01a21571-7402-4501-a9a6-a91fbe77e6b3"`, " is 01a21571-7402-4501-a9a6-a91fbe77e6b3, want <id>"},
		{`"<2..3>"`, `3`, ""},
		{`"<2..3>"`, `3.01`, " is 3.01, want <2..3>"},
		{`"<2..3>"`, `"2"`, " is 2, want <2..3>"},
		{`"~^a+$"`, `"aa"`, ""},
		{`"~^a+$"`, `"ab"`, " is ab, want ~^a+$"},
		{`"~1"`, `1`, " is 1, want ~1"},
	} {
		var got any
		if err := json.Unmarshal([]byte(tt.got), &got); err != nil {
			t.Fatal(err)
		}
		if problem := mismatch(tt.want, got); problem != tt.problem {
			t.Errorf("want %s, got %s: the problem is %q, want %q", tt.want, tt.got, problem, tt.problem)
		}
	}
}
