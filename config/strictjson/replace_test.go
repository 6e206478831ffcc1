package strictjson_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

func TestReplace(t *testing.T) {
	for name, tt := range map[string]struct{ object, want string }{
		"deep":            {`{"a": {"b" : {"c":1, "d":[2]}}, "e":3}`, `{"a": {"b" : {"c":"x", "d":[2]}}, "e":3}`},
		"no such member":  {`{"a":{"b":{"d":1}}}`, `{"a":{"b":{"d":1}}}`},
		"another kind":    {`{"a":{"b":[1]}}`, `{"a":{"b":[1]}}`},
		"an escaped name": {`{"\u0061":{"b":{"c":null}}}`, `{"\u0061":{"b":{"c":"x"}}}`},
		"no object":       {`[1]`, `[1]`},
		"null":            {`null`, `null`},
		"cut off":         {`{"a":{"b":{"c":1}}`, `{"a":{"b":{"c":1}}`},
		"empty":           {``, ``},
	} {
		if got := strictjson.Replace([]byte(tt.object), []byte(`"x"`), "a", "b", "c"); string(got) != tt.want {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

// FuzzReplace compares with what encoding/json makes of an object without a name twice.
func FuzzReplace(f *testing.F) {
	for _, seed := range []string{`{"a":{"b":1}}`, `{"a":{"b":{}},"c":[{"b":2}]}`, `{"x":{"a":{"b":"\u00e9"}}}`, `{"a":null}`, ` {} `} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, object string) {
		if _, twice, err := strictjson.Measure([]byte(object)); err != nil || twice != "" {
			return
		}
		var before, after any
		if json.Unmarshal([]byte(object), &before) != nil {
			return
		}
		if err := json.Unmarshal(strictjson.Replace([]byte(object), []byte(`7`), "a", "b"), &after); err != nil {
			t.Fatalf("what was JSON is none any more: %v", err)
		}
		top, _ := before.(map[string]any)
		if inner, ok := top["a"].(map[string]any); ok {
			if _, ok := inner["b"]; ok {
				inner["b"] = 7.0
			}
		}
		if !reflect.DeepEqual(before, after) {
			t.Errorf("got %v, want %v", after, before)
		}
	})
}
