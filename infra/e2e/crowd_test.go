package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
)

// A crowd is a home with 490 good endpoints and ten that Alexa would not take. It
// names them in another order each time.
type crowd struct{ good, broken []string }

func newCrowd() (c crowd) {
	const device = `{"endpointId":%q,"friendlyName":%q,"description":"Light via Home Assistant","manufacturerName":"Home Assistant",` +
		`"displayCategories":["LIGHT"],"capabilities":[%s]}`
	const capability = `{"type":"AlexaInterface","interface":"Alexa.PowerController","version":"3"}`
	for i := range 490 {
		c.good = append(c.good, fmt.Sprintf(device, fmt.Sprintf("light#%04d", i), fmt.Sprintf("Light %d", i), capability))
	}
	long := strings.Repeat("long ", 30)
	c.broken = []string{
		fmt.Sprintf(device, "light#broken0", "", capability),
		fmt.Sprintf(device, "light#broken1", long, capability),
		fmt.Sprintf(device, "light#broken2", "No capability", ""),
		fmt.Sprintf(device, "light#broken3", "Too many", capability+strings.Repeat(","+capability, 100)),
		fmt.Sprintf(device, "light#bröken4", "A character", capability),
		fmt.Sprintf(device, strings.Repeat("x", 257), "Long id", capability),
		fmt.Sprintf(device, "", "No id", capability),
		strings.Replace(fmt.Sprintf(device, "light#broken7", "Long description", capability), "Light via", long, 1),
		`{"endpointId":7}`,
		`null`,
	}
	return c
}

func (c crowd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	all := slices.Concat(c.good, c.broken)
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	io.WriteString(w, `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"m","payloadVersion":"3"},"payload":{"endpoints":[`+strings.Join(all, ",")+`]}}}`)
}

// TestCrowd asks a home with 500 endpoints, ten of them broken, which there are: Alexa
// is left with 300, the same each time, by a new process and with the home away too,
// and the line names the rest.
func TestCrowd(t *testing.T) {
	home, err := faultyhome.New(faultyhome.Well(newCrowd()), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(home.Close)
	token, dir := canaries.make("stored"), t.TempDir()
	var first []string
	ask := func(f *function, cause string) {
		t.Helper()
		before := len(f.Lines())
		o := f.ask(discover())
		o.expect(t, "Discover.Response", cause)
		line := f.Lines()[before]
		ids := endpointIDs(t, o)
		if first == nil {
			first = ids
		}
		if len(ids) != 300 || !slices.Equal(ids, first) || ids[0] != "light#0000" || ids[299] != "light#0299" {
			t.Errorf("%d endpoints, want 300 and the same each time: %.300v", len(ids), ids)
		}
		if cause != "" {
			return
		}
		for _, named := range []string{"light.broken0", "light.broken1", "light.broken2", "light.broken3", "light.broken7", "number ", "xxxxx", "light.0300", "light.0489"} {
			if !strings.Contains(line, named) {
				t.Errorf("the line does not name %s: %.2000s", named, line)
			}
		}
	}
	f := start(t, localrun.Options{Dir: dir}, at(home.URL, token)...)
	ask(f, "")
	ask(f, "")
	ask(start(t, localrun.Options{Dir: dir}, at(home.URL, token)...), "")
	home.Behave(faultyhome.Rude)
	ask(start(t, localrun.Options{Dir: dir}, at(home.URL, token)...), "reset")
}

// endpointIDs returns the ids of a discovery's endpoints.
func endpointIDs(t *testing.T, o outcome) (ids []string) {
	t.Helper()
	for _, raw := range o.reply.Event.Payload.Endpoints {
		var e endpoint
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, e.ID)
	}
	return ids
}
