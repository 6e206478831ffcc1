package e2e_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
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
			checkResident(t, f, most)
		})
	}
}

// TestT2ResidentSetOfHomes has several homes at once offer devices that are as long as they
// may be, all of their answers together and more of them than fit into a reply: those that
// fit are offered, and the resident set stays below half of the least memory.
func TestT2ResidentSetOfHomes(t *testing.T) {
	token := canaries.make("eyJhbGciOiJIUzI1NiJ9.e30.")
	for _, tt := range []struct {
		homes, size int // size of an answer, in bytes
		known       bool
	}{
		{2, alexa.MaxPayload - 10_000, false}, {3, 2*alexa.MaxPayload/3 - 10_000, false}, {9, 2*alexa.MaxPayload/9 - 10_000, false},
		{9, 4_500_000, true}, // longer than that of one of nine may be
	} {
		t.Run(fmt.Sprintf("%d homes, %d bytes each", tt.homes, tt.size), func(t *testing.T) {
			const long, most = 200_000, 64 // bytes, MB
			well := demohome.New(token)
			env := append(at("", token), "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128")
			var names []string
			var homes []*faultyhome.Home
			for i := range tt.homes {
				h, err := faultyhome.New(faultyhome.Well(well), nil)
				if err != nil {
					t.Fatal(err)
				}
				defer h.Close()
				homes = append(homes, h)
				name := ""
				if i > 0 {
					name = fmt.Sprint("h", i)
					names = append(names, name)
				}
				env = append(env, config.HomeVariable(config.EnvURL, name)+"="+h.URL, config.HomeVariable(config.EnvToken, name)+"="+token)
			}
			f := start(t, localrun.Options{}, append(env, config.EnvHomes+"="+strings.Join(names, ","))...)
			before := len(f.ask(discover()).reply.Event.Payload.Endpoints)
			var all []string
			for i := range tt.size / long {
				all = append(all, fmt.Sprintf(`{"endpointId":"light#%d","friendlyName":"%[1]d","manufacturerName":"m","description":"d","displayCategories":["LIGHT"],"cookie":{"a":%q},"capabilities":[{"type":"AlexaInterface","interface":"Alexa.PowerController","version":"3"}]}`,
					i, strings.Repeat("x", long-500)))
			}
			for _, h := range homes {
				h.Behave(faultyhome.Well(discovering(well, "["+strings.Join(all, ",")+"]")))
				h.Drop()
			}
			o := f.ask(discover())
			o.expect(t, "Discover.Response", "")
			if n := len(o.reply.Event.Payload.Endpoints); tt.known && n != before || !tt.known && (n < 20 || n == len(all)*tt.homes) {
				t.Errorf("%d endpoints of %d, before %d", n, len(all)*tt.homes, before)
			}
			checkResident(t, f, most)
		})
	}
}

// checkResident checks the resident set, in MB, that the last line has.
func checkResident(t *testing.T, f *function, most float64) {
	t.Helper()
	var line map[string]any
	lines := f.Lines()
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
		t.Fatal(err)
	}
	if used, _ := line[config.MemoryUsed.Name].(float64); used <= 0 || used > most {
		t.Errorf("the resident set is %v MB, want at most %v", used, most)
	}
}
