package e2e_test

import (
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/relayagent"
)

// A relayed is a relay of the stage test: a broker, and what the function and the home
// need for it.
type relayed struct {
	*broker.Broker
	broker.Stage
	demo   *demohome.Home
	hidden string // token of the demo home, which only the agent knows
}

// newRelay starts a broker.
func newRelay(t testing.TB) *relayed {
	t.Helper()
	b, err := broker.Start(broker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	r := &relayed{Broker: b, hidden: canaries.make("relayed-")}
	if r.Stage, err = b.Stage("test"); err != nil {
		t.Fatal(err)
	}
	r.demo = demohome.New(r.hidden)
	return r
}

// connect connects the home with these options.
func (r *relayed) connect(t testing.TB, o relayagent.Options) *relayagent.Agent {
	t.Helper()
	o.Pairing, o.Key = r.Pairing, r.Key
	if o.Home == nil {
		o.Home = relayagent.Behind{Handler: r.demo, Token: r.hidden}
	}
	a, err := relayagent.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Cut)
	return a
}

// start starts the function at the relay.
func (r *relayed) start(t testing.TB, env ...string) *function {
	t.Helper()
	return start(t, localrun.Options{}, append(r.Environment, env...)...)
}

func TestRelay(t *testing.T) {
	r := newRelay(t)
	r.connect(t, relayagent.Options{})
	f := r.start(t)
	f.ask(command("PowerController.TurnOn", "light#kitchen_light", "{}")).expect(t, "Response", "")
}
