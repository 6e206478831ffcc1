package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// A lister is a home that answers every Discover with the body it has.
type lister struct{ body atomic.Pointer[string] }

func newLister(t testing.TB) (*lister, string) {
	l := new(lister)
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(*l.body.Load()))
	}))
	t.Cleanup(home.Close)
	return l, home.URL
}

// offers has the home offer endpoints from now on.
func (l *lister) offers(endpoints ...string) {
	body := listed(strings.Join(endpoints, ","))
	l.body.Store(&body)
}

func listed(endpoints string) string {
	return `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"r1","payloadVersion":"3"},"payload":{"endpoints":[` + endpoints + `]}}}`
}

const plainCapability = `{"type":"AlexaInterface","interface":"Alexa","version":"3"}`

// gadget returns an endpoint with capabilities.
func gadget(id, name string, capabilities ...string) string {
	return fmt.Sprintf(`{"endpointId":%q,"friendlyName":%q,"description":"d","manufacturerName":"Home Assistant","displayCategories":null,"cookie":{"k":"v"},"capabilities":[%s]}`,
		id, name, strings.Join(capabilities, ","))
}

type discovered struct {
	Event struct {
		Payload struct {
			Endpoints []struct {
				EndpointID, FriendlyName string
				Capabilities             []struct{ Interface, Instance string }
				Cookie                   map[string]string
			}
		}
	}
}

func devicesOf(t *testing.T, app *App) (d discovered, raw []byte) {
	t.Helper()
	_, raw = invoke(t, app, discover)
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	return d, raw
}

// TestT2HostileDiscover has a home that offered three devices answer with megabytes of
// what is no list of devices. The reply has the three, the cause is malformed, and the
// memory that it takes is a small multiple of the answer's length.
func TestT2HostileDiscover(t *testing.T) {
	const size = 4_500_000
	much := func(one string) string { return strings.Repeat(one+",", size/(len(one)+1)) + one }
	members := func() string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, `"%d":0,`, i)
		}
		return b.String() + `"last":0`
	}()
	event := func(inside string) string {
		return `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"r1","payloadVersion":"3"},` + inside + `}}`
	}
	good := gadget("light#c", "C", plainCapability)
	each := func(n int, capabilities ...string) string { // n endpoints with these
		var all []string
		for i := range n {
			all = append(all, gadget(fmt.Sprintf("light#%04d", i), "A", append([]string{plainCapability}, capabilities...)...))
		}
		return listed(strings.Join(all, ","))
	}
	objects := strings.Repeat("{},", 75_000) + "{}" // almost as long as an endpoint may be
	for _, tt := range []struct{ name, body, cause string }{
		{"1.5 million empty endpoints", listed(much("{}")), "malformed"},
		{"2 million numbers", listed(much("0")), "malformed"},
		{"endpoints with an id each", listed(much(`{"endpointId":"light#a"}`)), "malformed"},
		{"lists in lists", listed(strings.Repeat("[", 9000) + strings.Repeat("]", 9000)), ""},
		{"an endpoint with 1.5 million capabilities", listed(gadget("light#a", "A", much("{}"))), ""},
		{"an endpoint with a million members", listed(`{"endpointId":"light#a",` + members + `}`), ""},
		{"a capability with a million members", listed(gadget("light#a", "A", "{"+members+"}")), ""},
		{"150 capabilities that are null each", each(1200, slices.Repeat([]string{"null"}, 150)...), ""},
		{"many state mappings each", each(18, has("Alexa.PowerController", `"semantics":{"stateMappings":[`+objects+`]}`)), ""},
		{"many modes each", each(18, has("Alexa.ModeController", `"configuration":{"supportedModes":[`+objects+`]}`)), ""},
		{"many inputs each", each(18, has("Alexa.InputController", `"inputs":[`+objects+`]`)), ""},
		{"an endpoint with a long name", listed(gadget("light#a", strings.Repeat("x", size), plainCapability)), ""},
		{"a payload with a million members", event(`"payload":{"endpoints":[` + good + `],` + members + `}`), "malformed"},
		{"an event with a million members", event(members), "malformed"},
		{"a header with a million members", `{"event":{"header":{` + members + `},"payload":{"endpoints":[]}}}`, "malformed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home, url := newLister(t)
			app, out := started(t, url, nil)
			home.offers(gadget("light#a", "A", plainCapability), gadget("light#b", "B", plainCapability), good)
			if d, raw := devicesOf(t, app); len(d.Event.Payload.Endpoints) != 3 {
				t.Fatalf("the good answer is not passed on: %s", raw)
			}
			home.body.Store(&tt.body)
			out.before = len(out.lines)
			peak := peakOf(func() {
				d, raw := devicesOf(t, app)
				if n := len(d.Event.Payload.Endpoints); tt.cause != "" && n != 3 {
					t.Errorf("%d endpoints, want the 3 last known: %.300s", n, raw)
				}
			})
			// The sender takes one copy of the answer, the reader one and a half: 24 MB without
			// the race detector, which takes more.
			if most := uint64(48 << 20); peak > most {
				t.Errorf("the answer takes %d MB, want at most %d", peak>>20, most>>20)
			}
			line := out.line(t)
			if cause, _ := line["cause"].(string); cause != tt.cause {
				t.Errorf("the cause is %q, want %q: %v", cause, tt.cause, line["error"])
			}
		})
	}
}

// peakOf returns how many bytes of heap are in use at most while f runs.
func peakOf(f func()) uint64 {
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var peak atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			runtime.ReadMemStats(&now)
			peak.Store(max(peak.Load(), now.HeapAlloc))
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return max(peak.Load(), before.HeapAlloc) - before.HeapAlloc
}

// TestT2ManyDevices has a home that offers as many devices as fit into an answer: the
// first 300 are passed on.
func TestT2ManyDevices(t *testing.T) {
	home, url := newLister(t)
	app, out := started(t, url, nil)
	var all []string
	for i := range 3900 {
		all = append(all, gadget(fmt.Sprintf("light#%04d", i), fmt.Sprint("Lamp ", i), plainCapability, plainCapability))
	}
	home.offers(all...)
	d, _ := devicesOf(t, app)
	if n := len(d.Event.Payload.Endpoints); n != 300 || d.Event.Payload.Endpoints[299].EndpointID != "light#0299" {
		t.Errorf("%d endpoints, want the first 300", n)
	}
	if line := out.line(t); line[config.EndpointsDropped.Name] != 3600.0 {
		t.Errorf("EndpointsDropped is %v, want 3600", line[config.EndpointsDropped.Name])
	}
}
