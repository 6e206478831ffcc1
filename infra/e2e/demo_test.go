package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	play "github.com/hearthgate/hearthgate/infra/internal/demo"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

// TestDemoAtARealHome is the demo of an owner who names their own Home Assistant.
func TestDemoAtARealHome(t *testing.T) {
	h := home(t)
	r, err := play.Run(t.Context(), play.Options{Binary: binary(t), URL: h.URL, Token: h.Token, Switch: "switch.outlet"})
	if err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	noSecrets(t, "the demo's report", string(written))
	if !r.OK || len(r.Steps) != 8 {
		t.Errorf("%d steps, not all of them as they should be: %s", len(r.Steps), written)
	}
}

// TestDiagnoseARealHome has the doctor's ladder meet what a Home Assistant really
// answers.
func TestDiagnoseARealHome(t *testing.T) {
	t.Run("well", func(t *testing.T) {
		h := home(t)
		diagnosed(t, start(t, localrun.Options{}, at(h.URL, h.Token)...), "discover", "")
	})
	t.Run("wrong token", func(t *testing.T) {
		diagnosed(t, start(t, localrun.Options{}, at(home(t).URL, canaries.make("wrong-"))...), "token", "unauthorized")
	})
	t.Run("banned", func(t *testing.T) {
		h := ownHome(t, realhome.Options{BanAfter: 1})
		f := start(t, localrun.Options{}, at(h.URL, canaries.make("wrong-"))...)
		diagnosed(t, f, "token", "unauthorized")
		for range 2 { // the ban comes with the request after the last that was allowed
			f.diagnose()
		}
		diagnosed(t, start(t, localrun.Options{}, at(h.URL, h.Token)...), "token", "banned")
	})
	t.Run("not configured", func(t *testing.T) {
		h := ownHome(t, realhome.Options{WithoutAlexa: true})
		diagnosed(t, start(t, localrun.Options{}, at(h.URL, h.Token)...), "endpoint", "not_configured")
	})
}

// A rung is one step of the ladder.
type rung struct {
	Name, Cause, Mend string
	OK                bool
}

// diagnose has the function go the way to the home and returns the last step.
func (f *function) diagnose() rung {
	f.t.Helper()
	v, err := f.Invoke(f.t.Context(), []byte(`{"operation":"lambda.diagnose"}`))
	if err != nil {
		f.t.Fatal(err)
	}
	noSecrets(f.t, "the diagnosis", string(v.Payload))
	var r struct{ Data struct{ Steps []rung } }
	if err := json.Unmarshal(v.Payload, &r); err != nil || len(r.Data.Steps) == 0 {
		f.t.Fatalf("%v: %s", err, v.Payload)
	}
	return r.Data.Steps[len(r.Data.Steps)-1]
}

func diagnosed(t *testing.T, f *function, step, cause string) {
	t.Helper()
	got := f.diagnose()
	if got.Name != step || got.Cause != cause || got.OK != (cause == "") || strings.TrimSpace(got.Mend) == "" && cause != "" {
		t.Errorf("got %+v, want %s of %q", got, step, cause)
	}
}
