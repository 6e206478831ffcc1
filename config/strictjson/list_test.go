package strictjson_test

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// full takes so many bytes more.
type full struct{ left int }

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(b), nil
}

func TestWriteList(t *testing.T) {
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
		var b bytes.Buffer
		err := strictjson.WriteList(&b, tt.values)
		if got := b.String(); got != tt.want || !json.Valid(b.Bytes()) || err != nil {
			t.Errorf("got %s, %v; want %s", got, err, tt.want)
		}
		if n := strictjson.ListLength(tt.values); n != len(tt.want) {
			t.Errorf("the length of %s is %d", tt.want, n)
		}
		for most := range tt.want {
			if err := strictjson.WriteList(&full{most}, tt.values); err != io.ErrShortWrite {
				t.Errorf("%s into %d bytes: %v", tt.want, most, err)
			}
		}
	}
}
