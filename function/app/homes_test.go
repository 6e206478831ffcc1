package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// A house is a home that lists devices, accepts every command and keeps what it was asked.
type house struct {
	url string

	mu      sync.Mutex
	devices []string // guarded by mu
	hangs   bool     // guarded by mu
	asked   []string // guarded by mu; the bodies
	tokens  []string // guarded by mu
}

func newHouse(t testing.TB, devices ...string) *house {
	h := &house{devices: devices}
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		h.asked, h.tokens = append(h.asked, string(body)), append(h.tokens, r.Header.Get("Authorization"))
		hangs, devices := h.hangs, strings.Join(h.devices, ",")
		h.mu.Unlock()
		if hangs {
			select {
			case <-release:
			case <-r.Context().Done():
			}
			return
		}
		w.Header().Set("Content-Type", "application/json")
		var d struct {
			Directive struct {
				Header   struct{ Name, CorrelationToken string }
				Endpoint struct{ EndpointID string }
			}
		}
		_ = json.Unmarshal(body, &d)
		switch d.Directive.Header.Name {
		case "Discover":
			_, _ = io.WriteString(w, listed(devices))
		case "AcceptGrant":
			_, _ = io.WriteString(w, `{"event":{"header":{"namespace":"Alexa.Authorization","name":"AcceptGrant.Response","messageId":"r1","payloadVersion":"3"},"payload":{}}}`)
		default:
			_, _ = fmt.Fprintf(w, `{"event": {"header":{"namespace":"Alexa","name":"Response","messageId":"r1","correlationToken":%q,"payloadVersion":"3"}, "endpoint":{"endpointId":%q}, "payload":{}},"context":{}}`, d.Directive.Header.CorrelationToken, d.Directive.Endpoint.EndpointID)
		}
	}))
	t.Cleanup(func() { close(release); server.Close() })
	h.url = server.URL
	return h
}

// hang has the house answer nothing from now on, or answer again.
func (h *house) hang(hangs bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hangs = hangs
}

// requests returns the bodies since the last call.
func (h *house) requests() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	asked := h.asked
	h.asked = nil
	return asked
}

// village returns the settings of an App whose first home is the caller's, with these
// further homes.
func village(homes map[string]*house, more map[string]string) map[string]string {
	settings := map[string]string{}
	var names []string
	for name, h := range homes {
		names = append(names, name)
		settings[config.HomeVariable(config.EnvURL, name)] = h.url
		settings[config.HomeVariable(config.EnvToken, name)] = "token-of-" + name
	}
	slices.Sort(names)
	settings[config.EnvHomes] = strings.Join(names, ",")
	for name, value := range more {
		settings[name] = value
	}
	return settings
}

// command returns a directive for an endpoint.
func command(endpoint string) string { return strings.Replace(turnOn, "light#kitchen", endpoint, 1) }

func light(id, name string) string { return gadget(id, name, plainCapability) }

// TestHomesCommand sends commands to three homes: each gets its own, under the ids that it
// knows, with its own token, and otherwise byte for byte; the replies have Alexa's ids.
func TestHomesCommand(t *testing.T) {
	first, cabin, office := newHouse(t), newHouse(t), newHouse(t)
	app, out := started(t, first.url, village(map[string]*house{"cabin": cabin, "office": office}, nil))
	for endpoint, want := range map[string]struct {
		home            *house
		name, id, token string
	}{
		"light#kitchen":        {first, "first", "light#kitchen", canary},
		"cabin:light#kitchen":  {cabin, "cabin", "light#kitchen", "token-of-cabin"},
		"office:light#desk":    {office, "office", "light#desk", "token-of-office"},
		"attic:light#kitchen":  {first, "first", "attic:light#kitchen", canary}, // no home of that name: an id like any other
		"cabin:office:light#a": {cabin, "cabin", "office:light#a", "token-of-cabin"},
	} {
		t.Run(endpoint, func(t *testing.T) {
			out.before = len(out.lines)
			got, _ := invoke(t, app, command(endpoint))
			if got.Event.Header.Name != "Response" || got.Event.Endpoint.EndpointID != endpoint {
				t.Errorf("the reply is %+v", got)
			}
			for _, h := range []*house{first, cabin, office} {
				asked := h.requests()
				switch {
				case h != want.home && len(asked) > 0:
					t.Errorf("another home was asked: %s", asked)
				case h == want.home && (len(asked) != 1 || asked[0] != command(want.id)):
					t.Errorf("the home was asked %q", asked)
				case h == want.home && h.tokens[len(h.tokens)-1] != "Bearer "+want.token:
					t.Errorf("the home was shown another token")
				}
			}
			if line := out.line(t); line["home"] != want.name || line[config.DimensionHome] != want.name || line["endpoint"] != endpoint {
				t.Errorf("the line is %v", line)
			}
		})
	}
}

// TestHomesDiscover merges what three homes offer. The first home's devices are as they
// were before there were others; a name that two homes have gets a label at the others.
func TestHomesDiscover(t *testing.T) {
	mine := light("light#kitchen", "Kitchen")
	first := newHouse(t, mine, light("light#hall", "Hall"), light("cabin:light#odd", "Odd"))
	cabin := newHouse(t, light("light#kitchen", "kitchen "), light("light#porch", "Porch"))
	office := newHouse(t, light("light#porch", "Porch"), light("light#desk", "Desk"))
	app, out := started(t, first.url, village(map[string]*house{"cabin": cabin, "office": office},
		map[string]string{config.HomeVariable(config.EnvLabel, "office"): "at work"}))
	got, raw := devicesOf(t, app)
	var names []string
	for _, e := range got.Event.Payload.Endpoints {
		names = append(names, e.EndpointID+" "+e.FriendlyName)
	}
	want := []string{"light#kitchen Kitchen", "light#hall Hall", "cabin:light#kitchen kitchen  cabin", "cabin:light#porch Porch cabin", "office:light#porch Porch at work", "office:light#desk Desk"}
	if !slices.Equal(names, want) {
		t.Errorf("got %q", names)
	}
	if !strings.Contains(string(raw), mine) {
		t.Errorf("a device of the first home was changed: %s", raw)
	}
	line := out.line(t)
	if line["endpoints"] != 6.0 || line["home_cabin"].(map[string]any)["endpoints"] != 2.0 || line["home_first"].(map[string]any)["status"] != 200.0 || line["success"] != true {
		t.Errorf("the line is %v", line)
	}
}

// TestHomesOneHangs has one of two and of five homes hang: its devices stay in the list,
// the others' commands work, and only its own breaker opens.
func TestHomesOneHangs(t *testing.T) {
	for _, number := range []int{2, 5} {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			first := newHouse(t, light("light#kitchen", "Kitchen"))
			homes := map[string]*house{}
			for i := range number - 1 {
				name := string(rune('a' + i))
				homes[name] = newHouse(t, light("light#a", "Light "+name))
			}
			app, out := started(t, first.url, village(homes, map[string]string{
				config.EnvTimeout: "0.3", config.HomeVariable(config.EnvTimeout, "a"): "0.3",
			}))
			if got, _ := devicesOf(t, app); len(got.Event.Payload.Endpoints) != number {
				t.Fatalf("%d devices", len(got.Event.Payload.Endpoints))
			}
			homes["a"].hang(true)
			for range 6 {
				if got, _ := invoke(t, app, command("a:light#a")); got.Event.Payload.Type != "BRIDGE_UNREACHABLE" || got.Event.Endpoint.EndpointID != "a:light#a" {
					t.Fatalf("got %+v", got)
				}
			}
			out.before = len(out.lines)
			if got, _ := devicesOf(t, app); len(got.Event.Payload.Endpoints) != number {
				t.Errorf("while one hangs there are %d devices", len(got.Event.Payload.Endpoints))
			}
			if line := out.line(t); line["DiscoveryServedStale"] != 1.0 || line["home_a"].(map[string]any)["cause"] == nil || line["success"] != true {
				t.Errorf("the line is %v", line)
			}
			for name := range homes {
				want := "Response"
				if name == "a" {
					want = "ErrorResponse"
				}
				if got, _ := invoke(t, app, command(name+":light#a")); got.Event.Header.Name != want {
					t.Errorf("%s: got %+v", name, got)
				}
			}
			if got, _ := invoke(t, app, turnOn); got.Event.Header.Name != "Response" {
				t.Errorf("the first: got %+v", got)
			}
			all, err := core.Do(t.Context(), app.dispatcher, circuitbreaker.GetAll, core.None{})
			if err != nil {
				t.Fatal(err)
			}
			open := map[string]string{}
			for _, s := range all.Breakers {
				open[s.Breaker] = s.State
			}
			if open["home_assistant@a"] != "open" || open["home_assistant"] != "closed" {
				t.Errorf("the breakers are %v", open)
			}

			first.hang(true) // and with it the first home: the others still work
			if got, _ := devicesOf(t, app); len(got.Event.Payload.Endpoints) != number {
				t.Errorf("while two hang there are %d devices", len(got.Event.Payload.Endpoints))
			}
		})
	}
}

// TestHomesAllHang has all homes hang before any was ever asked: the reply is that of one
// home alone.
func TestHomesAllHang(t *testing.T) {
	first, cabin := newHouse(t), newHouse(t)
	app, out := started(t, first.url, village(map[string]*house{"cabin": cabin}, map[string]string{
		config.EnvTimeout: "0.2", config.HomeVariable(config.EnvTimeout, "cabin"): "0.2",
	}))
	first.hang(true)
	cabin.hang(true)
	if got, raw := devicesOf(t, app); len(got.Event.Payload.Endpoints) != 0 || !strings.Contains(string(raw), `"endpoints":[]`) {
		t.Errorf("got %s", raw)
	}
	if line := out.line(t); line["success"] != false {
		t.Errorf("the line is %v", line)
	}
}

// TestHomesShare has homes offer more than Alexa accepts: none loses a device while another
// has more, and what Alexa knows stays when more comes.
func TestHomesShare(t *testing.T) {
	lights := func(prefix string, n int) (all []string) {
		for i := range n {
			all = append(all, light(fmt.Sprintf("light#%s%03d", prefix, i), fmt.Sprintf("%s %d", prefix, i)))
		}
		return all
	}
	for name, tt := range map[string]struct{ offer, want []int }{
		"all fit":        {[]int{100, 100, 100}, []int{100, 100, 100}},
		"one is large":   {[]int{290, 20, 20}, []int{260, 20, 20}},
		"two are large":  {[]int{20, 290, 290}, []int{20, 140, 140}},
		"all are large":  {[]int{299, 299, 299}, []int{100, 100, 100}},
		"one has none":   {[]int{299, 0, 299}, []int{150, 0, 150}},
		"not divisible":  {[]int{299, 1, 299}, []int{150, 1, 149}},
		"one beyond 300": {[]int{400, 1, 0}, []int{299, 1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			homes := []*house{newHouse(t, lights("f", tt.offer[0])...), newHouse(t, lights("c", tt.offer[1])...), newHouse(t, lights("o", tt.offer[2])...)}
			app, _ := started(t, homes[0].url, village(map[string]*house{"cabin": homes[1], "office": homes[2]}, nil))
			count := func() (known map[string]bool, n []int) {
				known, n = map[string]bool{}, make([]int, 3)
				got, _ := devicesOf(t, app)
				for _, e := range got.Event.Payload.Endpoints {
					i := 0
					switch {
					case strings.HasPrefix(e.EndpointID, "cabin:"):
						i = 1
					case strings.HasPrefix(e.EndpointID, "office:"):
						i = 2
					}
					n[i]++
					known[e.EndpointID] = true
				}
				return known, n
			}
			before, n := count()
			if !slices.Equal(n, tt.want) {
				t.Fatalf("each home has %v, want %v", n, tt.want)
			}
			if tt.offer[0] <= n[0] {
				return
			}
			homes[0].mu.Lock() // a device whose id comes before all others
			homes[0].devices = append([]string{light("light#a", "A")}, homes[0].devices...)
			homes[0].mu.Unlock()
			after, _ := count()
			for id := range before {
				if !after[id] && tt.offer[0] < 300 { // beyond that each home chooses for itself first
					t.Errorf("Alexa knew %s, and it is not there any more", id)
				}
			}
		})
	}
}

// TestHomesPolicies gives two homes rules of their own.
func TestHomesPolicies(t *testing.T) {
	first, cabin := newHouse(t, light("light#kitchen", "Kitchen")), newHouse(t, light("light#kitchen", "Kitchen"))
	deny := func(rule string) map[string]string {
		return map[string]string{config.HomeVariable(config.EnvPolicy, "cabin"): `[{"effect":"deny",` + rule + `}]`}
	}
	t.Run("a device", func(t *testing.T) {
		app, _ := started(t, first.url, village(map[string]*house{"cabin": cabin}, deny(`"endpoint":"light#kitchen"`)))
		if got, _ := invoke(t, app, command("light#kitchen")); got.Event.Header.Name != "Response" {
			t.Errorf("the first home's: %+v", got)
		}
		cabin.requests()
		if got, _ := invoke(t, app, command("cabin:light#kitchen")); got.Event.Header.Name != "ErrorResponse" || len(cabin.requests()) != 0 {
			t.Errorf("the cabin's: %+v", got)
		}
	})
	t.Run("the discovery", func(t *testing.T) {
		app, out := started(t, first.url, village(map[string]*house{"cabin": cabin}, deny(`"namespace":"Alexa.Discovery"`)))
		cabin.requests()
		if got, _ := devicesOf(t, app); len(got.Event.Payload.Endpoints) != 1 || len(cabin.requests()) != 0 {
			t.Errorf("got %+v", got)
		}
		if line := out.line(t); line["home_cabin"].(map[string]any)["cause"] != "policy" {
			t.Errorf("the line is %v", line)
		}
	})
	t.Run("a rule for sentences", func(t *testing.T) {
		_, out := started(t, first.url, village(map[string]*house{"cabin": cabin}, deny(`"skill":"custom"`)))
		if said := strings.Join(out.lines, "\n"); !strings.Contains(said, config.HomeVariable(config.EnvPolicy, "cabin")+" has a rule about the custom skill") {
			t.Errorf("the start says %s", said)
		}
	})
	t.Run("a wrong rule", func(t *testing.T) {
		app, out := started(t, first.url, village(map[string]*house{"cabin": cabin}, deny(`"colour":"red"`)))
		if !strings.Contains(strings.Join(out.lines, "\n"), "the home cabin is not asked: "+config.HomeVariable(config.EnvPolicy, "cabin")) {
			t.Errorf("the start says %s", out.lines)
		}
		cabin.requests()
		for event, want := range map[string]string{command("cabin:light#kitchen"): "ErrorResponse", command("light#kitchen"): "Response"} {
			if got, _ := invoke(t, app, event); got.Event.Header.Name != want {
				t.Errorf("got %+v", got)
			}
		}
		if len(cabin.requests()) != 0 {
			t.Error("a home whose rules cannot be read was asked")
		}
	})
}

// TestHomesWithoutToken starts with a home whose token was not stored yet: the others work,
// and the log and the doctor say what is missing.
func TestHomesWithoutToken(t *testing.T) {
	first, cabin := newHouse(t, light("light#kitchen", "Kitchen")), newHouse(t)
	app, out := started(t, first.url, village(map[string]*house{"cabin": cabin}, map[string]string{config.HomeVariable(config.EnvToken, "cabin"): ""}))
	const missing = "HOME_ASSISTANT_TOKEN__CABIN is missing"
	if !strings.Contains(strings.Join(out.lines, "\n"), missing) {
		t.Errorf("the start says %s", out.lines)
	}
	if got, _ := devicesOf(t, app); len(got.Event.Payload.Endpoints) != 1 || len(cabin.requests()) != 0 {
		t.Errorf("got %+v", got)
	}
	if got, _ := invoke(t, app, command("cabin:light#kitchen")); got.Event.Payload.Type == "" || len(cabin.requests()) != 0 {
		t.Errorf("got %+v", got)
	}
	for home, want := range map[string]string{"": "", "first": "", "cabin": missing, "attic": "no home"} {
		d, err := core.Do(t.Context(), app.dispatcher, lambda.Diagnose, lambda.DiagnoseInput{Home: home})
		said := fmt.Sprint(err)
		for _, s := range d.Steps {
			if s.Name == "settings" {
				said += s.Problem
			}
		}
		if want == "" && (err != nil || !d.Steps[0].OK) || !strings.Contains(said, want) {
			t.Errorf("%s: %+v, %v", home, d, err)
		}
	}
	_, err := core.Do(t.Context(), app.dispatcher, lambda.HandleScheduled, lambda.ScheduledInput{Task: config.TaskDoctor})
	if err == nil || !strings.Contains(err.Error(), "home cabin: ") {
		t.Errorf("the weekly doctor says %v", err)
	}
}

// TestHomesGrant sends the one code that works once: only the first home gets it.
func TestHomesGrant(t *testing.T) {
	first, cabin := newHouse(t), newHouse(t)
	app, _ := started(t, first.url, village(map[string]*house{"cabin": cabin}, nil))
	if got, _ := invoke(t, app, acceptGrant); got.Event.Header.Name != "AcceptGrant.Response" || len(first.requests()) != 1 || len(cabin.requests()) != 0 {
		t.Errorf("got %+v", got)
	}
}

// TestHomesAtOnce sends commands and discoveries to three homes at the same time.
func TestHomesAtOnce(t *testing.T) {
	first, cabin, office := newHouse(t, light("light#a", "A")), newHouse(t, light("light#a", "A")), newHouse(t, light("light#a", "A"))
	app, _ := started(t, first.url, village(map[string]*house{"cabin": cabin, "office": office}, nil))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			event, want := discover, `"office:light#a"`
			if i%4 < 3 {
				want = []string{"light#a", "cabin:light#a", "office:light#a"}[i%4]
				event, want = command(want), `"endpoint":{"endpointId":"`+want+`"}, "payload":{}`
			}
			if b, err := app.Invoke(ctx, []byte(event)); err != nil || !strings.Contains(string(b), want) {
				t.Errorf("got %s, %v", b, err)
			}
		})
	}
	all.Wait()
}

// TestHomesBehindARelay has a first home behind a relay that cannot be reached: the further
// one, by https, works.
func TestHomesBehindARelay(t *testing.T) {
	cabin := newHouse(t, light("light#a", "A"))
	settings := village(map[string]*house{"cabin": cabin}, map[string]string{
		config.EnvConnection: string(config.Relay), config.EnvRelayEndpoint: strings.TrimPrefix(dead(t, "https"), "https://"),
		config.EnvURL: "", config.EnvToken: "", config.EnvTokenSource: "", "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
	})
	app, _ := started(t, "", settings)
	if got, _ := invoke(t, app, command("cabin:light#a")); got.Event.Header.Name != "Response" {
		t.Errorf("the cabin: %+v", got)
	}
	if got, _ := invoke(t, app, turnOn); got.Event.Payload.Type != "BRIDGE_UNREACHABLE" {
		t.Errorf("the first home: %+v", got)
	}
	if got, _ := devicesOf(t, app); len(got.Event.Payload.Endpoints) != 1 || got.Event.Payload.Endpoints[0].EndpointID != "cabin:light#a" {
		t.Errorf("got %+v", got)
	}
}

// TestHomesSecondAddress has the first home with a second address, and a further one that
// cannot be reached: what is for that one goes nowhere else, nor does its token.
func TestHomesSecondAddress(t *testing.T) {
	first, second := newHouse(t), newHouse(t)
	settings := village(map[string]*house{"cabin": {url: dead(t, "http")}}, map[string]string{config.EnvSecondURL: second.url})
	app, _ := started(t, first.url, settings)
	if got, _ := invoke(t, app, command("cabin:light#a")); got.Event.Payload.Type != "BRIDGE_UNREACHABLE" {
		t.Errorf("got %+v", got)
	}
	if asked := append(first.requests(), second.requests()...); len(asked) != 0 {
		t.Errorf("another home was asked: %s", asked)
	}
}

// TestA1HomesLongID has homes with ids that Alexa just accepts, and just does not: the name
// of a further home in front counts.
func TestA1HomesLongID(t *testing.T) {
	id := func(n int) string { return "light#" + strings.Repeat("x", n-len("light#")) }
	first, cabin := newHouse(t, light(id(256), "A"), light(id(257), "B")), newHouse(t, light(id(256-len("cabin:")), "C"), light(id(257-len("cabin:")), "D"))
	app, out := started(t, first.url, village(map[string]*house{"cabin": cabin}, nil))
	got, _ := devicesOf(t, app)
	var names []string
	for _, e := range got.Event.Payload.Endpoints {
		names = append(names, e.FriendlyName)
	}
	line := out.line(t)
	if dropped := fmt.Sprint(line["home_cabin"]); !slices.Equal(names, []string{"A", "C"}) || line[config.EndpointsDropped.Name] != 2.0 || !strings.Contains(dropped, "its id does not have 1 to 250 characters") {
		t.Errorf("the devices are %q; the line is %v", names, line)
	}
}

// TestT2LongReply has homes whose devices would make a reply that is longer than Lambda
// takes: of one home by what JSON could be made of it, of two together.
func TestT2LongReply(t *testing.T) {
	long := func(prefix, text string, n int) (all []string) {
		for i := range n {
			all = append(all, strings.Replace(light(fmt.Sprintf("light#%s%d", prefix, i), fmt.Sprint(prefix, i)), `"k":"v"`, `"k":"`+text+`"`, 1))
		}
		return all
	}
	short := []string{light("light#short", "Short"), light("light#other", "Other")}
	for name, tt := range map[string]struct {
		first, cabin []string
		want         int // devices
	}{
		"one home, and something to mend": {append(long("a", strings.Repeat("<", 200_000), 20), "{}"), nil, 20},
		"one home, and nothing to mend":   {long("a", strings.Repeat("<", 200_000), 20), nil, 20},
		"a name to make up":               {[]string{strings.Replace(long("a", strings.Repeat("\u2028", 70_000), 1)[0], `"a0"`, `""`, 1)}, nil, 1},
		"two homes":                       {append(long("a", strings.Repeat("x", 200_000), 20), short...), append(long("b", strings.Repeat("x", 200_000), 20), short...), 35},
		"a further home alone is long":    {short, long("b", strings.Repeat("x", 200_000), 31), 33},
		"both just fit":                   {long("a", strings.Repeat("x", 200_000), 15), long("b", strings.Repeat("x", 200_000), 15), 30},
	} {
		t.Run(name, func(t *testing.T) {
			first, more := newHouse(t, tt.first...), map[string]string{}
			if tt.cabin != nil {
				more = village(map[string]*house{"cabin": newHouse(t, tt.cabin...)}, nil)
			}
			app, out := started(t, first.url, more)
			got, raw := devicesOf(t, app)
			if n := len(got.Event.Payload.Endpoints); n != tt.want || len(raw) > alexa.MaxPayload {
				t.Errorf("%d devices in %d bytes, want %d in at most %d: %v", n, len(raw), tt.want, alexa.MaxPayload, out.line(t)["error"])
			}
			for _, e := range short {
				if len(tt.cabin) > 0 && strings.Contains(strings.Join(tt.first, ","), e) && !strings.Contains(string(raw), e) {
					t.Errorf("a short device is left out: %s", e)
				}
			}
		})
	}
}

// TestA2Homes locks a door of each of two homes, of which the further one confirms and the
// first does not, and the other way round: what is said is true, of the device that Alexa
// knows, and the home is asked for the device that it knows.
func TestA2Homes(t *testing.T) {
	const property = `{"namespace":"Alexa.LockController","name":"lockState","value":%q}`
	door := func(report string) (url string) {
		home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if strings.Contains(string(body), ":lock#") {
				t.Errorf("the home is asked for a device that it does not know: %s", body)
			}
			name, state := "Response", fmt.Sprintf(property, "LOCKED")
			if strings.Contains(string(body), `"ReportState"`) {
				name, state = "StateReport", report
			}
			_, _ = fmt.Fprintf(w, `{"event":{"header":{"namespace":"Alexa","name":%q,"messageId":"r","payloadVersion":"3"},"endpoint":{"endpointId":"lock#a"},"payload":{}},"context":{"properties":[%s]}}`, name, state)
		}))
		t.Cleanup(home.Close)
		return home.URL
	}
	const away = `{"namespace":"Alexa.EndpointHealth","name":"connectivity","value":{"value":"UNREACHABLE"}}`
	for name, tt := range map[string]struct{ report, says string }{
		"done": {fmt.Sprintf(property, "LOCKED"), "LOCKED"}, "jammed": {fmt.Sprintf(property, "JAMMED"), "JAMMED"}, "offline": {away, "ENDPOINT_UNREACHABLE"},
	} {
		for _, confirms := range []string{"", "cabin"} {
			t.Run(name+" at "+confirms, func(t *testing.T) {
				t.Parallel()
				url := door(tt.report)
				settings := village(map[string]*house{"cabin": {url: url}}, map[string]string{config.EnvConfirm: config.ConfirmNone, config.HomeVariable(config.EnvConfirm, "cabin"): config.ConfirmNone})
				settings[config.HomeVariable(config.EnvConfirm, confirms)] = config.ConfirmLock
				app, _ := started(t, url, settings)
				for _, home := range []string{"", "cabin"} {
					says, id := "LOCKED", config.EndpointID(home, "lock#a")
					if home == confirms {
						says = tt.says
					}
					event := strings.NewReplacer("Alexa.PowerController", "Alexa.LockController", "TurnOn", "Lock").Replace(command(id))
					got, raw := invoke(t, app, event)
					if got.Event.Endpoint.EndpointID != id || !strings.Contains(string(raw), `"`+says+`"`) || says != "LOCKED" && strings.Contains(string(raw), `"LOCKED"`) {
						t.Errorf("the reply about %s is %s, want %s", id, raw, says)
					}
				}
			})
		}
	}
}

// TestS2HomesPolicies has rules of a further home spelled in several ways, and commands for
// its devices: what Home Assistant would take for a device that the rule names is denied.
func TestS2HomesPolicies(t *testing.T) {
	first, cabin := newHouse(t), newHouse(t)
	for rule, denied := range map[string][]string{
		`"endpoint":"LOCK.Front_*"`:                {`cabin:lock#front_door`, `cabin:LOCK#FRONT_door`, `cabin:lock.front_door`, `cabin\u003alock\u0023front_door`},
		`"endpoint":"*.front_door"`:                {`cabin:lock#front_door`, `cabin:cover#front_door`},
		`"namespace":"alexa.POWERcontroller"`:      {`cabin:lock#front_door`, `cabin:light#a`},
		`"name":"turn?n","endpoint":"l*.a"`:        {`cabin:light#a`, `cabin:lock#A`},
		`"endpoint":"light.a","name":"*"`:          {`cabin:light#a`},
		`"endpoint":"light.other","name":"TurnOn"`: {},
	} {
		app, _ := started(t, first.url, village(map[string]*house{"cabin": cabin}, map[string]string{config.HomeVariable(config.EnvPolicy, "cabin"): `[{"effect":"Deny",` + rule + `}]`}))
		for _, id := range denied {
			cabin.requests()
			if got, _ := invoke(t, app, command(id)); got.Event.Payload.Type != "INSUFFICIENT_PERMISSIONS" || len(cabin.requests()) != 0 {
				t.Errorf("%s, %s: got %+v", rule, id, got)
			}
		}
		for _, id := range []string{"lock#front_door", "light#a", "cabin:light#b"} {
			want := "Response"
			if id == "cabin:light#b" && strings.Contains(rule, "POWER") {
				want = "ErrorResponse"
			}
			if got, _ := invoke(t, app, command(id)); got.Event.Header.Name != want {
				t.Errorf("%s, %s: got %+v", rule, id, got)
			}
		}
	}
}

// TestS2HomesWithoutToken has rules of a home whose token was not stored yet: they hold
// before it is asked the first time.
func TestS2HomesWithoutToken(t *testing.T) {
	app, _ := started(t, newHouse(t).url, village(map[string]*house{"cabin": newHouse(t)}, map[string]string{
		config.HomeVariable(config.EnvToken, "cabin"): "", config.HomeVariable(config.EnvPolicy, "cabin"): `[{"effect":"deny","name":"Unlock"}]`,
	}))
	for name, denied := range map[string]bool{"Unlock": true, "Lock": false} {
		_, err := core.Do(t.Context(), app.dispatcher, security.AuthorizeDirective, security.DirectiveInput{Home: "cabin", Namespace: "Alexa.LockController", Name: name, Endpoint: "lock#a"})
		if (core.CauseOf(err) == core.CausePolicy) != denied {
			t.Errorf("%s: %v, want that it is denied: %v", name, err, denied)
		}
	}
}

// TestA4HomesToken has a further home reject its token: the line and the doctor name the
// command for that home's token, and the first home goes on.
func TestA4HomesToken(t *testing.T) {
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	defer refusing.Close()
	first := newHouse(t, light("light#a", "A"))
	app, out := started(t, first.url, village(map[string]*house{"cabin": {url: refusing.URL}}, nil))
	const mend = "`hearthgate token --stage test/cabin`"
	got, _ := invoke(t, app, command("cabin:light#a"))
	if said := fmt.Sprint(out.line(t)["error"]); got.Event.Payload.Type != "INVALID_AUTHORIZATION_CREDENTIAL" || !strings.Contains(said, mend) {
		t.Errorf("the reply is %+v, the error %q, want %s", got, said, mend)
	}
	d, err := core.Do(t.Context(), app.dispatcher, lambda.Diagnose, lambda.DiagnoseInput{Home: "cabin"})
	if said := fmt.Sprint(d, err); !strings.Contains(said, mend) {
		t.Errorf("the doctor says %s, want %s", said, mend)
	}
	if got, _ := devicesOf(t, app); len(got.Event.Payload.Endpoints) != 1 {
		t.Errorf("the first home's devices: %+v", got)
	}
	if got, _ := invoke(t, app, command("light#a")); got.Event.Header.Name != "Response" {
		t.Errorf("the first home: %+v", got)
	}
}

// TestS1Homes goes to a further home by every way, with an allow-list, for whom it is open
// and for whom not.
func TestS1Homes(t *testing.T) {
	as := func(event, token string) string {
		return strings.Replace(event, `"token":"`+canary, `"token":"`+token, 1)
	}
	for name, tt := range map[string]struct {
		event   string
		reached bool
	}{
		"the owner":                  {as(command("cabin:light#a"), "owner-token"), true},
		"a guest":                    {as(command("cabin:light#a"), "guest-token"), false},
		"no one":                     {as(command("cabin:light#a"), ""), false},
		"an unknown token":           {as(command("cabin:light#a"), "stolen-token"), false},
		"a broken token":             {as(command("cabin:light#a"), `a\nb`), false},
		"a discovery of the owner":   {as(discover, "owner-token"), true},
		"a discovery of a guest":     {as(discover, "guest-token"), false},
		"a discovery of no one":      {as(discover, ""), false},
		"the owner says a sentence":  {said("Sentence_turn", "owner-token"), false}, // the first home hears it
		"the owner's denied command": {strings.Replace(as(command("cabin:light#a"), "owner-token"), "TurnOn", "TurnOff", 1), false},
	} {
		for way, event := range ways(tt.event) {
			t.Run(name+", "+way, func(t *testing.T) {
				g, cabin := newGuarded(t), newHouse(t, light("light#a", "A"))
				app, _ := g.start(t, village(map[string]*house{"cabin": cabin}, map[string]string{
					config.EnvAllowedUsers: "amzn1.account.OWNER", config.HomeVariable(config.EnvPolicy, "cabin"): `[{"effect":"deny","name":"turnoff"}]`,
				}))
				cabin.requests()
				b, err := app.Invoke(t.Context(), []byte(event))
				if reached := len(cabin.requests()) > 0; err != nil || reached != tt.reached {
					t.Errorf("the home was asked: %v, want %v: %s, %v", reached, tt.reached, b, err)
				}
			})
		}
	}
}
