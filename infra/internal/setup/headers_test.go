package setup_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

func ExampleParseHeaders() {
	h, err := setup.ParseHeaders("CF-Access-Client-Id: id.access\nCF-Access-Client-Secret: 1234")
	fmt.Println(h.Names(), h.JSON(), err)
	// Output: [CF-Access-Client-Id CF-Access-Client-Secret] {"CF-Access-Client-Id":"id.access","CF-Access-Client-Secret":"1234"} <nil>
}

func TestParseHeaders(t *testing.T) {
	for _, tt := range []struct{ name, text, problem string }{
		{"lines", "X-One: canary\nX-Two:canary \n", ""},
		{"object", ` {"X-One": "canary"} `, ""},
		{"a colon in the value", "X-One: a:b", ""},
		{"nothing", " ", "no header"},
		{"an empty object", "{}", "no header"},
		{"no colon", "canary", "no colon"},
		{"half an object", `{"X-One": "canary"`, "not a JSON object"},
		{"a number", `{"X-One": 1}`, "not a JSON object"},
		{"no value", "X-One:", "X-One has no value"},
		{"no name", ": canary", "name that HTTP"},
		{"a blank in the name", "X One: canary", "name that HTTP"},
		{"the token's", "authorization: Bearer canary", "Authorization is a header"},
		{"two lines in one", `{"X-One": "canary\r\nX-Two: canary"}`, "characters that a header cannot have"},
		{"huge", "X-One: " + strings.Repeat("canary", 1000), "more than a parameter"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, err := setup.ParseHeaders(tt.text)
			if (err == nil) != (tt.problem == "") {
				t.Errorf("%v, %v", h.Names(), err)
			}
			if err != nil && (!strings.Contains(err.Error(), tt.problem) || strings.Contains(err.Error(), "canary")) {
				t.Errorf("error %v, want %q and no value", err, tt.problem)
			}
		})
	}
}
