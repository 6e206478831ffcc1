package strictjson_test

import (
	"encoding/json"
	"testing"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

func TestList(t *testing.T) {
	raw := func(texts ...string) (all []json.RawMessage) {
		for _, text := range texts {
			all = append(all, json.RawMessage(text))
		}
		return all
	}
	for _, tt := range []struct {
		values []json.RawMessage
		want   string
	}{
		{nil, `[]`}, {raw(`{}`), `[{}]`}, {raw(`"<&>"`, ` 1.50`, `null`), `["<&>", 1.50,null]`},
	} {
		got := strictjson.List(tt.values)
		if string(got) != tt.want || !json.Valid(got) {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}
