package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
)

// TestT2ResidentSet has a home answer Discover well, and then with 4.5 MB of endpoints
// that are none: the built function, with the least memory that there is, answers with
// what it knew, and its resident set stays below half of that memory.
func TestT2ResidentSet(t *testing.T) {
	token := canaries.make("eyJhbGciOiJIUzI1NiJ9.e30.")
	for _, tt := range []struct{ name, one string }{
		{"empty objects", "{}"}, {"numbers", "0"}, {"ids", `{"endpointId":"light#a"}`}, {"lists", "[[[]]]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const size, most = 4_500_000, 64 // bytes, MB
			well := demohome.New(token)
			h, err := faultyhome.New(faultyhome.Well(well), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			f := start(t, localrun.Options{}, append(at(h.URL, token), "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128")...)
			before := len(f.ask(discover()).reply.Event.Payload.Endpoints)
			hostile := "[" + strings.Repeat(tt.one+",", size/(len(tt.one)+1)) + tt.one + "]"
			h.Behave(faultyhome.Well(discovering(well, hostile)))
			h.Drop()
			o := f.ask(discover())
			o.expect(t, "Discover.Response", "malformed")
			if n := len(o.reply.Event.Payload.Endpoints); n != before || n == 0 {
				t.Errorf("%d endpoints, want the %d that are known", n, before)
			}
			var line map[string]any
			lines := f.Lines()
			if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
				t.Fatal(err)
			}
			if used, _ := line[config.MemoryUsed.Name].(float64); used <= 0 || used > most {
				t.Errorf("the resident set is %v MB, want at most %d", used, most)
			}
		})
	}
}
