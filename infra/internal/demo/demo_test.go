package demo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/demo"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

const canary = "canary-token-of-the-home"

var binaryDir string

func TestMain(m *testing.M) {
	var err error
	if binaryDir, err = os.MkdirTemp("", "demo-test-"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(binaryDir)
	os.Exit(code)
}

// binary returns the function, built once.
var binary = sync.OnceValues(func() (string, error) {
	root, err := project.Root()
	if err != nil {
		return "", err
	}
	out := filepath.Join(binaryDir, "bootstrap")
	return out, project.Function(context.Background(), root, out)
})

func run(t *testing.T, o demo.Options) (demo.Report, error) {
	t.Helper()
	var err error
	if o.Binary, err = binary(); err != nil {
		t.Fatal(err)
	}
	o.Token = canary
	r, err := demo.Run(t.Context(), o)
	written, _ := json.Marshal(r)
	var text bytes.Buffer
	for _, s := range r.Steps {
		s.Show(ui.Paint(&text, false))
	}
	r.Show(ui.Paint(&text, false))
	if all := string(written) + text.String(); strings.Contains(all, canary) || strings.Contains(all, "linked-account") {
		t.Errorf("a token is shown: %s", all)
	}
	return r, err
}

func TestTheDemoHome(t *testing.T) {
	for name, o := range map[string]demo.Options{"https": {}, "relay": {Relay: true}} {
		t.Run(name, func(t *testing.T) { theDemoHome(t, o) })
	}
}

func theDemoHome(t *testing.T, o demo.Options) {
	r, err := run(t, o)
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK {
		t.Errorf("not OK: %+v", r)
	}
	want := []struct{ in, out, before, after string }{
		{"Alexa.Discovery.Discover", "Alexa.Discovery.Discover.Response  9 endpoints: Kitchen Light", "9 entities", "9 entities, nothing changed"},
		{"Alexa.PowerController.TurnOn  light#kitchen_light", "Alexa.Response", "Kitchen Light: off", "Kitchen Light: on, brightness 50 %"},
		{`Alexa.BrightnessController.SetBrightness  light#kitchen_light  {"brightness":40}`, "Alexa.Response", "Kitchen Light: on, brightness 50 %", "Kitchen Light: on, brightness 40 %"},
		{"Alexa.ReportState  light#kitchen_light", "Alexa.StateReport  powerState ON, brightness 40", "Kitchen Light: on, brightness 40 %", "Kitchen Light: on, brightness 40 %"},
		{"Alexa.PowerController.TurnOn  light#nowhere", "Alexa.ErrorResponse  NO_SUCH_ENDPOINT", "9 entities", "9 entities, nothing changed"},
		{"Alexa.PowerController.TurnOff  light#kitchen_light", "Alexa.ErrorResponse  BRIDGE_UNREACHABLE", "Kitchen Light: on, brightness 40 %", "Kitchen Light: on, brightness 40 %"},
	}
	if len(r.Steps) != len(want) {
		t.Fatalf("%d steps, want %d", len(r.Steps), len(want))
	}
	for i, s := range r.Steps {
		w := want[i]
		if s.In != w.in || !strings.HasPrefix(s.Out, w.out) || s.Before != w.before || s.After != w.after || !s.OK || s.Took <= 0 {
			t.Errorf("step %d: %+v\nwant %+v", i, s, w)
		}
		if !json.Valid(s.Request) || !json.Valid(s.Response) || !strings.Contains(string(s.Log), `"correlation_id"`) {
			t.Errorf("step %d: request %s, response %s, log %s", i, s.Request, s.Response, s.Log)
		}
	}
	points := map[string]demo.Metric{}
	for _, m := range r.Metrics {
		points[m.Name] = m
	}
	if s := points["Success"]; s.Points != 6 || s.Min != 0 || s.Max != 1 || s.Mean < 0.83 || s.Mean > 0.84 {
		t.Errorf("Success: %+v, want five of six", s)
	}
	// A relay may know that the home is away, and then asks nothing.
	if h := points["HomeDuration"]; h.Points != 6 && !(o.Relay && h.Points == 5) {
		t.Errorf("HomeDuration: %+v, want a point for each request to the home, also one that failed", h)
	}
}

// TestBrokenHomes breaks one thing of the home each and sees that it is told.
func TestBrokenHomes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		home  func(http.Handler) http.Handler
		step  int
		wrong string
	}{
		{"does not do what it says", swallow("TurnOn", `"name":"TurnOn"`, `"name":"ReportState"`, `"namespace":"Alexa.PowerController"`, `"namespace":"Alexa"`), 1, "expected Alexa.Response"},
		{"sets another brightness", swallow("SetBrightness", `"brightness":40`, `"brightness":80`), 2, `"on, brightness 80 %", expected "on, brightness 40 %"`},
		{"does it to another device", swallow("TurnOn", "light#kitchen_light", "light#color_light"), 1, "for the endpoint"},
		{"fails", status(500), 0, "0 endpoints were found, expected at least 9"},
		{"refuses the token", status(401), 0, "0 endpoints were found"},
		{"answers another directive", answer(`"correlationToken":"`, `"correlationToken":"x`), 1, "expected Alexa.Response"},
		{"reports another state", answer(`"value":40`, `"value":41`), 3, "does not show brightness 40"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := run(t, demo.Options{Home: tt.home(demohome.New(canary))})
			if err != nil {
				t.Fatal(err)
			}
			if r.OK || r.Steps[tt.step].OK || !strings.Contains(r.Steps[tt.step].Problem, tt.wrong) {
				t.Errorf("ok %v, step %d: %q, want %q", r.OK, tt.step, r.Steps[tt.step].Problem, tt.wrong)
			}
		})
	}
}

func TestAHomeAssistantInUse(t *testing.T) {
	home := demohome.New(canary)
	server := httptest.NewServer(home)
	defer server.Close()

	t.Run("is only read", func(t *testing.T) {
		r, err := run(t, demo.Options{URL: server.URL + "/"})
		if err != nil {
			t.Fatal(err)
		}
		if !r.OK || len(r.Steps) != 6 {
			t.Errorf("report: %+v", r)
		}
		for _, s := range r.Steps {
			if !strings.Contains(s.In, "Discover") && !strings.Contains(s.In, "ReportState") {
				t.Errorf("sent %s", s.In)
			}
		}
	})
	t.Run("is switched where its owner says so, and back", func(t *testing.T) {
		r, err := run(t, demo.Options{URL: server.URL, Switch: "switch.outlet"})
		if err != nil {
			t.Fatal(err)
		}
		var states []string
		for _, s := range r.Steps {
			if strings.Contains(s.In, "PowerController") {
				states = append(states, s.Before+" -> "+s.After)
			}
		}
		if got, want := strings.Join(states, "; "), "Outlet: off -> Outlet: on; Outlet: on -> Outlet: off"; !r.OK || got != want {
			t.Errorf("ok %v, %s, want %s", r.OK, got, want)
		}
	})
	t.Run("cannot be switched", func(t *testing.T) {
		for _, id := range []string{"sensor.room_temperature", "light.nope"} {
			if _, err := run(t, demo.Options{URL: server.URL, Switch: id}); err == nil || !strings.Contains(err.Error(), id+" cannot be switched") {
				t.Errorf("%s: %v", id, err)
			}
		}
	})
	t.Run("refuses the token", func(t *testing.T) {
		other := httptest.NewServer(demohome.New("another"))
		defer other.Close()
		if _, err := run(t, demo.Options{URL: other.URL}); err == nil || !strings.Contains(err.Error(), "401") {
			t.Errorf("error %v", err)
		}
	})
}

// swallow changes what reaches the home of the directives of that name: pairs of
// what to replace and with what.
func swallow(name string, replace ...string) func(http.Handler) http.Handler {
	return func(home http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			if strings.Contains(string(b), `"`+name+`"`) {
				b = []byte(strings.NewReplacer(replace...).Replace(string(b)))
			}
			r.Body = io.NopCloser(bytes.NewReader(b))
			home.ServeHTTP(w, r)
		})
	}
}

// answer changes what the home answers to directives.
func answer(replace ...string) func(http.Handler) http.Handler {
	return func(home http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost {
				home.ServeHTTP(w, r)
				return
			}
			rec := httptest.NewRecorder()
			home.ServeHTTP(rec, r)
			w.WriteHeader(rec.Code)
			io.WriteString(w, strings.NewReplacer(replace...).Replace(rec.Body.String()))
		})
	}
}

// status answers every directive with a status.
func status(code int) func(http.Handler) http.Handler {
	return func(home http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				w.WriteHeader(code)
				return
			}
			home.ServeHTTP(w, r)
		})
	}
}
