package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
	"github.com/hearthgate/hearthgate/infra/testkit/nginx"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

// fronted returns the address of a home that counts which directives reach it.
func fronted(t *testing.T, h *realhome.Home) *faultyhome.Home {
	t.Helper()
	front, err := faultyhome.New(faultyhome.Pass(h.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(front.Close)
	return front
}

// TestClientCertificate has a real nginx in front of a real Home Assistant demand a client
// certificate: only with a good one does a directive get in, and any other is named.
func TestClientCertificate(t *testing.T) {
	h := home(t)
	front := fronted(t, h)
	clients, err := nginx.NewAuthority("the owner's authority")
	must(t, err)
	others, err := nginx.NewAuthority("another authority")
	must(t, err)
	sign := func(a *nginx.Authority, ends time.Duration) nginx.Identity {
		i, err := a.Sign("the function", time.Now().Add(ends))
		must(t, err)
		return i
	}
	const good = 800 * time.Hour
	right, rotated, revoked := sign(clients, good), sign(clients, good), sign(clients, good)
	list, err := clients.Revoke(revoked)
	must(t, err)
	proxy := nginx.Start(t, nginx.Options{Upstream: front.URL, Clients: clients.PEM, Revoked: list})
	for _, test := range []struct {
		name  string
		shown nginx.Identity
		cause string
	}{
		{"right", right, ""},
		{"rotated", rotated, ""},
		{"missing", nginx.Identity{}, "client_certificate"},
		{"of another authority", sign(others, good), "client_certificate"},
		{"expired", sign(clients, -time.Hour), "client_certificate"},
		{"revoked", revoked, "client_certificate"},
	} {
		t.Run(test.name, func(t *testing.T) {
			env := append(at(proxy.URL, h.Token), config.EnvCA+"="+proxy.Authority.PEM)
			if test.shown.Key != "" {
				env = append(env, config.EnvClientCertificate+"="+test.shown.Certificate+test.shown.Key)
			}
			f := start(t, localrun.Options{}, env...)
			d := command("PowerController.TurnOn", "switch#outlet", "{}")
			o := f.ask(d)
			if test.cause != "" {
				o.expect(t, "BRIDGE_UNREACHABLE", test.cause)
				f.ask(discover()).expect(t, "Discover.Response", test.cause)
			} else {
				o.done(t)
				if e, err := h.Await(t.Context(), "switch.outlet", isOn); err != nil {
					t.Errorf("the device is %v, %v", e, err)
				}
			}
			if n := front.Received()[d.id]; (n == 1) != (test.cause == "") {
				t.Errorf("the directive has reached the home %d times", n)
			}
			if said := strings.Join(f.Lines(), "\n"); test.shown.Key != "" && strings.Contains(said, strings.Split(test.shown.Key, "\n")[1]) {
				t.Error("the key is in the log")
			}
		})
	}
}

// TestPinnedKeys has a real nginx get a new key: a function that has not pinned it sends
// nothing, and one that has pinned it in time goes on.
func TestPinnedKeys(t *testing.T) {
	h := home(t)
	front := fronted(t, h)
	proxy := nginx.Start(t, nginx.Options{Upstream: front.URL})
	pinned := func(pins ...string) *function {
		return start(t, localrun.Options{}, append(at(proxy.URL, h.Token), config.EnvCA+"="+proxy.Authority.PEM, config.EnvPins+"="+strings.Join(pins, ","))...)
	}
	first := proxy.Pin()
	careless := pinned(first)
	careless.ask(reportState("switch#outlet")).expect(t, "StateReport", "")
	must(t, proxy.Renew())
	second := proxy.Pin()
	careful := pinned(first, second)
	careful.ask(reportState("switch#outlet")).expect(t, "StateReport", "")
	proxy.Kill()
	must(t, proxy.Run())
	careful.ask(reportState("switch#outlet")).expect(t, "StateReport", "")
	d := command("PowerController.TurnOn", "switch#outlet", "{}")
	careless.ask(d).expect(t, "BRIDGE_UNREACHABLE", "other_key")
	if n := front.Received()[d.id]; n != 0 {
		t.Errorf("a directive has reached a server with another key %d times", n)
	}
}

// TestFirstAddressDies has one of two real proxies in front of a real Home Assistant be
// killed in the middle of 500 directives, and come back: no command is doubled, none is lost
// that was not on its way, and questions find the way back.
func TestFirstAddressDies(t *testing.T) {
	const directives, dies, back = 500, 150, 300
	h := ownHome(t, realhome.Options{})
	front := fronted(t, h)
	first, second := nginx.Start(t, nginx.Options{Upstream: front.URL}), nginx.Start(t, nginx.Options{Upstream: front.URL})
	f := start(t, localrun.Options{}, append(at(first.URL, h.Token), config.EnvSecondURL+"="+second.URL, config.EnvCA+"="+first.Authority.PEM+second.Authority.PEM)...)
	done := map[string]bool{} // commands by id, and whether the reply says that they were carried out
	over := map[string]int{}  // directives by address
	pace := time.NewTicker(5 * time.Millisecond)
	defer pace.Stop()
	ask := func(d directive) outcome {
		o := f.ask(d)
		over[o.line.Address]++
		return o
	}
	for i := range directives {
		<-pace.C
		switch i {
		case dies:
			go first.Kill()
		case back:
			must(t, first.Run())
		}
		if i%10 == 9 {
			ask(reportState("input_number#radio_volume"))
			continue
		}
		d := command("RangeController.AdjustRangeValue/input_number.value", "input_number#radio_volume", `{"rangeValueDelta":1,"rangeValueDeltaDefault":false}`)
		o := ask(d)
		done[d.id] = o.line.Cause == ""
		if o.line.Cause != "" && o.line.Cause != "reset" {
			t.Errorf("directive %d failed with %s: %s", i, o.line.Cause, o.line.Error)
		}
	}
	received, failed := front.Received(), 0
	for id, carriedOut := range done {
		switch n := received[id]; {
		case n > 1:
			t.Errorf("a command has reached the home %d times", n)
		case carriedOut && n != 1:
			t.Error("a command was said to be carried out, and has not reached the home")
		case !carriedOut:
			failed++
		}
	}
	if failed > 1 {
		t.Errorf("%d commands failed, want at most the one that was on its way", failed)
	}
	if over[""] < dies/2 || over["second"] < directives-dies-10 {
		t.Errorf("the directives went over %v", over)
	}
	t.Logf("%d directives, %d failed; over %v", directives, failed, over)

	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Second) { // it takes half a minute until a question tries
		if o := ask(reportState("input_number#radio_volume")); o.line.Address == "" {
			break
		} else if time.Now().After(end) {
			t.Fatal("no question finds the way back to the first address")
		}
	}
	if o := ask(command("PowerController.TurnOn", "switch#outlet", "{}")); o.line.Address != "" {
		t.Errorf("after that a command goes over %q", o.line.Address)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
