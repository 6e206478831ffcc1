package e2e_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/relayagent"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
	"github.com/hearthgate/hearthgate/infra/testkit/link"
)

// A relayScene is the relay of a scene: a broker, a home and the link between the broker
// and the function.
type relayScene struct {
	*scene
	*relayed
	link  *link.Link
	agent *relayagent.Agent

	mu   sync.Mutex
	read map[string]int // guarded by mu; by the id of the directive
}

// overRelay returns a fault of a relay: made sets the scene up after the broker has been
// started.
func overRelay(name, told, cause string, made func(*relayScene)) fault {
	return fault{name: name, told: told, cause: cause, made: func(s *scene) {
		r := &relayScene{scene: s, relayed: new(relayed), read: map[string]int{}}
		var err error
		if r.Broker, err = broker.Start(broker.Options{}); err != nil {
			s.fail(err)
			return
		}
		s.defers(r.Close)
		if r.Stage, err = r.Broker.Stage("test"); err != nil {
			s.fail(err)
			return
		}
		r.link, err = link.New(r.Endpoint(), 0)
		s.fail(err)
		s.defers(r.link.Close)
		r.hidden, r.demo = s.token, demohome.New(s.token)
		s.env = map[string]string{config.EnvURL: ""}
		for _, v := range r.Environment {
			name, value, _ := strings.Cut(v, "=")
			s.set(name, value)
		}
		canaries.add(s.env["AWS_SECRET_ACCESS_KEY"])
		canaries.add(s.env["AWS_SESSION_TOKEN"])
		s.set(config.EnvRelayEndpoint, "localhost:"+r.link.Port())
		s.received = func(id string) int {
			r.mu.Lock()
			defer r.mu.Unlock()
			return r.read[id]
		}
		made(r)
	}}
}

// connect connects the home.
func (r *relayScene) connect(o relayagent.Options) *relayagent.Agent {
	intercept := o.Intercept
	o.Intercept = func(a *relayagent.Agent, q relay.Request, to string) bool {
		var d struct {
			Directive struct{ Header struct{ MessageID string } }
		}
		_ = json.Unmarshal(q.Body, &d)
		r.mu.Lock()
		r.read[d.Directive.Header.MessageID]++
		r.mu.Unlock()
		return intercept == nil || intercept(a, q, to)
	}
	o.Pairing, o.Key = r.Pairing, r.Key
	if o.Home == nil {
		o.Home = relayagent.Behind{Handler: r.demo, Token: r.hidden}
	}
	a, err := relayagent.Start(context.Background(), o)
	if err != nil {
		r.fail(err)
		return nil
	}
	r.agent = a
	r.defers(a.Cut)
	return a
}

// unanswered returns the fault as one that ends before the directive is read.
func unanswered(f fault) fault {
	f.unread = true
	return f
}

// onlyCommands returns the fault as one that questions survive.
func onlyCommands(f fault) fault {
	f.once = true
	return f
}

// saying returns a fault of a home that says something, and then nothing or, if it goes
// on, what it should.
func saying(name, told, cause string, goesOn bool, say func(a *relayagent.Agent, q relay.Request, to string)) fault {
	return overRelay(name, told, cause, func(r *relayScene) {
		r.connect(relayagent.Options{Intercept: func(a *relayagent.Agent, q relay.Request, to string) bool {
			say(a, q, to)
			return goesOn
		}})
	})
}

// replying returns a fault of a home that replies so.
func replying(name, told, cause string, reply relay.Reply) fault {
	return saying(name, told, cause, false, func(a *relayagent.Agent, q relay.Request, to string) {
		reply.ID = q.ID
		_ = a.Publish(to, relayagent.Encode(reply))
	})
}

func relayFaults() (all []fault) {
	all = append(all, relayHomeFaults()...)
	all = append(all, relayReplyFaults()...)
	all = append(all, relayLineFaults()...)
	return append(all, relayRightFaults()...)
}

// relayHomeFaults are those of the home and its connection.
func relayHomeFaults() []fault {
	none := relayagent.Options{}
	return []fault{
		overRelay("none", "", "", func(r *relayScene) { r.connect(none) }),
		unanswered(overRelay("never paired", away, "home_offline", func(*relayScene) {})),
		unanswered(overRelay("offline", away, "home_offline", func(r *relayScene) { r.fail(r.connect(none).Stop()) })),
		unanswered(overRelay("power failure", away, "home_offline", func(r *relayScene) { r.connect(none).Cut(); r.gone() })),
		unanswered(overRelay("power failure, just now", away, "home_offline", func(r *relayScene) {
			r.connect(none)
			r.up = func() { r.agent.Cut(); r.gone() }
		})),
		unanswered(overRelay("certificate revoked", away, "home_offline", func(r *relayScene) {
			r.connect(none)
			r.up = func() { r.Revoke(r.Certificate.ID); r.gone() }
		})),
		unanswered(overRelay("starting", away, "starting", func(r *relayScene) { r.connect(relayagent.Options{State: relay.Starting}) })),
		overRelay("started, just now", "", "", func(r *relayScene) {
			r.connect(relayagent.Options{State: relay.Starting})
			r.up = func() { r.fail(r.agent.Announce(relay.Online)) }
			r.pause = arrives
		}),
		overRelay("connected, just now", "", "", func(r *relayScene) {
			r.up = func() { r.connect(none) }
			r.pause = arrives
		}),
		overRelay("a presence that is garbage", "", "", func(r *relayScene) {
			r.connect(none)
			r.up = func() { r.fail(r.agent.Publish(relay.PresenceTopic("test"), []byte("{"))) }
			r.pause = arrives
		}),
		overRelay("a state of tomorrow", "", "", func(r *relayScene) { r.connect(relayagent.Options{State: "dreaming"}) }),
		overRelay("the home's clock is ahead", "", "", func(r *relayScene) {
			r.connect(relayagent.Options{Now: func() time.Time { return time.Now().Add(3 * time.Hour) }})
		}),
		overRelay("the home's clock is behind", "", "", func(r *relayScene) {
			r.connect(relayagent.Options{Now: func() time.Time { return time.Now().Add(-3 * time.Hour) }})
		}),
		overRelay("two homes with one certificate", "", "", func(r *relayScene) {
			r.connect(none)
			r.up = func() { r.connect(none) }
			r.pause = relayagent.SettlesAfter + arrives
		}),
		late(saying("frozen", away, "timeout", false, func(*relayagent.Agent, relay.Request, string) {})),
		late(saying("acknowledges, and hangs", away, "timeout", false, func(a *relayagent.Agent, q relay.Request, to string) {
			_ = a.Publish(to, relayagent.Encode(relay.Reply{ID: q.ID, Status: relay.Accepted}))
		})),
		late(saying("takes two seconds", "", "", true, func(a *relayagent.Agent, q relay.Request, to string) {
			_ = a.Publish(to, relayagent.Encode(relay.Reply{ID: q.ID, Status: relay.Accepted}))
			if !bytes.Contains(q.Body, []byte("ReportState")) { // which confirms a Lock, and would not fit in any more
				time.Sleep(2 * time.Second)
			}
		})),
	}
}

// arrives is how long a message takes to the function on a busy machine.
const arrives = 100 * time.Millisecond

// gone waits until the broker has noticed that the home is gone.
func (r *relayScene) gone() {
	for end := time.Now().Add(5 * time.Second); !bytes.Contains(r.Retained(relay.PresenceTopic("test")), []byte(relay.Offline)); {
		if time.Now().After(end) {
			r.fail(fmt.Errorf("the broker does not notice that the home is gone"))
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// relayReplyFaults are those of what the home says.
func relayReplyFaults() []fault {
	publish := func(payload string) func(*relayagent.Agent, relay.Request, string) {
		return func(a *relayagent.Agent, _ relay.Request, to string) { _ = a.Publish(to, []byte(payload)) }
	}
	const huge = 100 << 20
	good := json.RawMessage(`{"event":{"header":{"namespace":"Alexa","name":"Response","messageId":"x","payloadVersion":"3"},"payload":{}}}`)
	return []fault{
		replying("400", internal, "refused_request", relay.Reply{Status: relay.NotUnderstood, Problem: "what is this " + canaries.make("Bearer ")}),
		replying("403", "INSUFFICIENT_PERMISSIONS", "not_allowed", relay.Reply{Status: relay.NotAllowed}),
		replying("404", away, "not_configured", relay.Reply{Status: relay.NotKnown}),
		replying("410", away, "timeout", relay.Reply{Status: relay.TooLate}),
		replying("413", internal, "oversized", relay.Reply{Status: relay.TooLong}),
		replying("500", internal, "server_error", relay.Reply{Status: relay.Failed, Problem: "KeyError: 'x'"}),
		replying("503", away, "starting", relay.Reply{Status: relay.NotReady}),
		replying("a status of tomorrow", away, "unexpected_status", relay.Reply{Status: 299}),
		replying("done, without a body", internal, "malformed", relay.Reply{Status: relay.Done}),
		replying("a body that is no answer", internal, "malformed", relay.Reply{Status: relay.Done, Body: json.RawMessage(`{"message":"API running."}`)}),
		late(saying("100 MB, compressed", away, "timeout", false, publish(bomb(huge)))),
		late(saying("garbage", away, "timeout", false, publish("\x00\xff not JSON"))),
		late(saying("broken compression", away, "timeout", false, publish("\x1f\x8b\x08 broken"))),
		late(saying("nothing", away, "timeout", false, publish(""))),
		saying("garbage, then an answer", "", "", true, publish(`{"id":`)),
		saying("another's answer, then its own", "", "", true, func(a *relayagent.Agent, _ relay.Request, to string) {
			_ = a.Publish(to, relayagent.Encode(relay.Reply{ID: "another", Status: relay.Failed}))
		}),
		late(saying("an answer to another process", away, "timeout", false, func(a *relayagent.Agent, q relay.Request, _ string) {
			_ = a.Publish(relay.ReplyTopic("test", "another"), relayagent.Encode(relay.Reply{ID: q.ID, Status: relay.Done, Body: good}))
		})),
		saying("acknowledged five times", "", "", true, func(a *relayagent.Agent, q relay.Request, to string) {
			for range 5 {
				_ = a.Publish(to, relayagent.Encode(relay.Reply{ID: q.ID, Status: relay.Accepted}))
			}
		}),
		saying("each reply twice", "", "", true, func(a *relayagent.Agent, q relay.Request, to string) {
			_ = a.Publish(to, packed(relay.Reply{ID: q.ID, Status: relay.Accepted}))
			_ = a.Publish(to, packed(relay.Reply{ID: q.ID, Status: relay.Accepted}))
		}),
	}
}

// packed returns a reply that is compressed although it is short.
func packed(r relay.Reply) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_ = json.NewEncoder(z).Encode(r)
	_ = z.Close()
	return b.Bytes()
}

// relayLineFaults are those of the broker and of the function's connection to it.
func relayLineFaults() []fault {
	none := relayagent.Options{}
	up := func(name, told, cause string, do func(*relayScene)) fault {
		return overRelay(name, told, cause, func(r *relayScene) {
			r.connect(none)
			r.up = func() { do(r) }
		})
	}
	return []fault{
		up("cut while idle", "", "", func(r *relayScene) { r.link.Cut(); r.pause = arrives }),
		late(unanswered(onlyCommands(up("half-open", away, "timeout", func(r *relayScene) { r.link.Freeze() })))),
		onlyCommands(saying("cut in the middle", away, "reset", true, nil)).with(func(r *relayScene) {
			var cut sync.Once
			r.connect(relayagent.Options{Intercept: func(_ *relayagent.Agent, q relay.Request, _ string) bool {
				cut.Do(r.link.Cut)
				return true
			}})
		}),
		up("the broker restarts", "", "", func(r *relayScene) {
			r.fail(r.Restart())
			r.connect(none)
			r.pause = arrives
		}),
		unanswered(up("the broker is down", away, "refused", func(r *relayScene) { r.Broker.Close(); r.link.Close(); r.pause = arrives })),
		unanswered(overRelay("nothing listens", away, "refused", func(r *relayScene) { r.link.Close() })),
		unanswered(overRelay("no such host", away, "dns", func(r *relayScene) { r.set(config.EnvRelayEndpoint, strings.Repeat("x", 64)+".test") })),
		unanswered(overRelay("certificate of an unknown authority", away, "tls", func(r *relayScene) { r.set(config.EnvCA, "") })),
		unanswered(overRelay("closes in the handshake", away, "tls", doorOf(faultyhome.Curt))),
		unanswered(late(overRelay("hangs in the handshake", away, "timeout", doorOf(faultyhome.Silent)))),
		unanswered(overRelay("no address", internal, "settings", func(r *relayScene) { r.set(config.EnvRelayEndpoint, "") })),
		unanswered(overRelay("the function's clock is wrong", away, "denied", func(r *relayScene) {
			r.elsewhere(broker.Options{Now: func() time.Time { return time.Now().Add(time.Hour) }})
		})),
		unanswered(overRelay("the account's quota of connects is used up", away, "rate_limited", func(r *relayScene) { r.elsewhere(broker.Options{MaxConnects: -1}) })),
		unanswered(overRelay("the credentials have expired", away, "denied", func(r *relayScene) { r.set("AWS_SESSION_TOKEN", canaries.make("old")) })),
		unanswered(overRelay("the secret key is another", away, "denied", func(r *relayScene) { r.set("AWS_SECRET_ACCESS_KEY", canaries.make("other")) })),
		unanswered(overRelay("another region", away, "denied", func(r *relayScene) { r.set("AWS_REGION", "eu-west-1") })),
	}
}

// with returns the fault with another relay.
func (f fault) with(made func(*relayScene)) fault {
	f.made = overRelay(f.name, f.told, f.cause, made).made
	return f
}

// doorOf returns what puts something else in the place of the broker.
func doorOf(b faultyhome.Behaviour) func(*relayScene) {
	return func(r *relayScene) {
		h, err := faultyhome.New(b, nil)
		if err != nil {
			r.fail(err)
			return
		}
		r.defers(h.Close)
		r.set(config.EnvRelayEndpoint, strings.TrimPrefix(h.URL, "http://"))
	}
}

// elsewhere has the function use another broker.
func (r *relayScene) elsewhere(o broker.Options) {
	b, err := broker.Start(o)
	if err != nil {
		r.fail(err)
		return
	}
	r.defers(b.Close)
	s, err := b.Stage("test")
	r.fail(err)
	for _, v := range s.Environment {
		name, value, _ := strings.Cut(v, "=")
		r.set(name, value)
	}
}

// relayRightFaults take one right each away from the function, or from the home.
func relayRightFaults() (all []fault) {
	function := map[string][2]string{
		"iot:Connect":                 {away, "denied"},
		"iot:Publish":                 {away, "denied"},
		"iot:Subscribe to replies":    {away, "denied"},
		"iot:Subscribe to presence":   {away, "denied"},
		"iot:Receive of replies":      {away, "timeout"},
		"iot:Receive of the presence": {away, "home_offline"},
	}
	for i, name := range []string{"iot:Connect", "iot:Publish", "iot:Subscribe to replies", "iot:Subscribe to presence", "iot:Receive of replies", "iot:Receive of the presence"} {
		f := overRelay("the function lacks "+name, function[name][0], function[name][1], func(r *relayScene) {
			r.connect(relayagent.Options{})
			policy, err := without(r.FunctionPolicy("test"), i)
			r.fail(err)
			role, err := r.Role(policy)
			r.fail(err)
			for _, v := range role.Environment("us-east-1") {
				name, value, _ := strings.Cut(v, "=")
				r.set(name, value)
			}
		})
		f.slow = name == "iot:Receive of replies"
		f.unread = unread(!f.slow)
		all = append(all, f)
	}
	return all
}

// without returns a policy without one of its statements.
func without(policy []byte, i int) ([]byte, error) {
	var p struct {
		Version   string
		Statement []json.RawMessage
	}
	if err := json.Unmarshal(policy, &p); err != nil || i >= len(p.Statement) {
		return nil, fmt.Errorf("the policy has %d statements: %w", len(p.Statement), err)
	}
	p.Statement = append(p.Statement[:i:i], p.Statement[i+1:]...)
	return json.Marshal(p)
}

// TestRelayFaultMatrix sends every kind of directive under every fault of a relay, each to
// a fresh function, and writes the table to .build/relay-faults.txt.
func TestRelayFaultMatrix(t *testing.T) { playMatrix(t, relayFaults(), 20, "relay-faults.txt") }
