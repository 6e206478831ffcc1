package demo

import (
	"context"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/homestate"
)

// The device of the demo home that the play is about.
const (
	lamp       = "light.kitchen_light"
	lampPoint  = "light#kitchen_light"
	nowhere    = "light#nowhere"
	powerState = "powerState"
)

var discover = directive{namespace: "Alexa.Discovery", name: "Discover"}

func turn(on bool, endpoint string) directive {
	name := "TurnOff"
	if on {
		name = "TurnOn"
	}
	return directive{namespace: "Alexa.PowerController", name: name, endpoint: endpoint}
}

func report(endpoint string) directive {
	return directive{namespace: "Alexa", name: "ReportState", endpoint: endpoint}
}

// demoPlay returns the scenes for a demo home, which goes down by home.
func demoPlay(home breakable) []scene {
	return []scene{
		{
			title: "Which devices are there?", send: discover,
			want: func(r reply, before homestate.State) string {
				return first(r.is("Alexa.Discovery.Discover.Response"), r.finds(lampPoint, len(before)))
			},
		},
		{
			title: "Turn on the kitchen light", note: "Home Assistant answers at once, with the state from before the light has acted.", send: turn(true, lampPoint), about: lamp, changes: []string{lamp},
			want: answered, home: is(lamp, "on, brightness 50 %"),
		},
		{
			title: "Set the kitchen light to 40 percent", about: lamp, changes: []string{lamp},
			send: directive{"Alexa.BrightnessController", "SetBrightness", lampPoint, `{"brightness":40}`},
			want: answered, home: is(lamp, "on, brightness 40 %"),
		},
		{
			title: "Is the kitchen light on?", send: report(lampPoint), about: lamp,
			want: func(r reply, _ homestate.State) string {
				return first(r.is("Alexa.StateReport"), r.says(powerState, "ON"), r.says("brightness", "40"))
			},
		},
		{
			title: "Turn on a light that is not there", send: turn(true, nowhere),
			want: func(r reply, _ homestate.State) string { return r.is("Alexa.ErrorResponse", "NO_SUCH_ENDPOINT") },
		},
		{
			title: "Turn off the kitchen light while the home is down", send: turn(false, lampPoint), about: lamp, down: home,
			want: func(r reply, _ homestate.State) string { return r.is("Alexa.ErrorResponse", "BRIDGE_UNREACHABLE") },
			home: is(lamp, "on, brightness 40 %"),
		},
	}
}

// real plays at a Home Assistant in use: it reads, and switches one entity if the owner
// names it. For a home that is down it uses a port of this machine on which nothing
// listens.
func real(ctx context.Context, o Options) (Report, error) {
	h := homestate.Home{URL: strings.TrimRight(o.URL, "/"), Token: o.Token, Headers: o.Headers, Client: o.Client}
	now, err := h.States(ctx)
	if err != nil {
		return Report{}, err
	}
	was := now[o.Switch].State
	if o.Switch != "" && was != "on" && was != "off" {
		return Report{}, fmt.Errorf("%s cannot be switched: its state is %q, expected on or off; name the entity as Home Assistant does, such as light.kitchen", o.Switch, now[o.Switch])
	}
	closed := &demohome.Server{}
	if err := closed.Start(); err != nil {
		return Report{}, err
	}
	closed.Stop()
	away, err := start(ctx, o, closed.URL())
	if err != nil {
		return Report{}, err
	}
	defer away.Close()
	return perform(ctx, o, h, realPlay(o.Switch, was == "on", away))
}

// realPlay returns the scenes for a Home Assistant in use.
func realPlay(id string, on bool, away *localrun.Function) []scene {
	some := []string{anything}
	scenes := []scene{
		{
			title: "Which devices are there?", send: discover, changes: some,
			want: func(r reply, _ homestate.State) string {
				return first(r.is("Alexa.Discovery.Discover.Response"), r.finds("", 1))
			},
			follow: reports,
		},
		{
			title: "What is the state of a device that is not there?", send: report(nowhere), changes: some,
			want: func(r reply, _ homestate.State) string { return r.is("Alexa.ErrorResponse", "NO_SUCH_ENDPOINT") },
		},
		{
			title: "What is its state while the home is down?", send: report(nowhere), changes: some, function: away,
			want: func(r reply, _ homestate.State) string {
				return first(r.is("Alexa.StateReport"), r.says("connectivity", "UNREACHABLE"))
			},
		},
	}
	if id == "" {
		return scenes
	}
	point := strings.Replace(id, ".", "#", 1)
	for _, to := range []bool{!on, on} {
		want := "off"
		if to {
			want = "on"
		}
		scenes = append(scenes, scene{
			title: "Turn " + want + " " + id, send: turn(to, point), about: id, changes: some,
			want: answered, home: is(id, want),
		})
	}
	return scenes
}

// reports asks for the state of the first endpoints that were found.
func reports(r reply, _ homestate.State) []scene {
	const most = 3
	var scenes []scene
	for _, e := range r.Event.Payload.Endpoints[:min(most, len(r.Event.Payload.Endpoints))] {
		scenes = append(scenes, scene{
			title: "What is the state of " + e.Name + "?", send: report(e.ID), about: homestate.EntityID(e.ID), changes: []string{anything},
			want: func(r reply, _ homestate.State) string { return r.is("Alexa.StateReport") },
		})
	}
	return scenes
}

// answered returns what is wrong with a reply that should be Alexa.Response.
func answered(r reply, _ homestate.State) string { return r.is("Alexa.Response") }

// is returns a check that an entity's state begins with want.
func is(id, want string) func(homestate.State) string {
	return func(after homestate.State) string {
		if got := after[id].String(); !strings.HasPrefix(got, want) {
			return problem("in the home %s is %q, expected %q", id, got, want)
		}
		return ""
	}
}

// says checks that a reply has a property with this value.
func (r reply) says(name, value string) string {
	if !r.has(name, value) {
		return problem("the reply does not show %s %s", name, value)
	}
	return ""
}

// finds checks that a discovery has enough endpoints, and one of them.
func (r reply) finds(id string, least int) string {
	found := id == ""
	for _, e := range r.Event.Payload.Endpoints {
		found = found || e.ID == id
	}
	switch n := len(r.Event.Payload.Endpoints); {
	case n < least:
		return problem("%d endpoints were found, expected at least %d", n, least)
	case !found:
		return problem("the endpoint %s was not found", id)
	}
	return ""
}
