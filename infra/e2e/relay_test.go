package e2e_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/relayagent"
	"github.com/hearthgate/hearthgate/infra/testkit/alexacheck"
	"github.com/hearthgate/hearthgate/infra/testkit/mosquitto"
)

// A relayed is a relay of the stage test: a broker, and what the function and the home
// need for it.
type relayed struct {
	*broker.Broker // nil where the relay is over Mosquitto
	broker.Stage
	over   carrier
	demo   *demohome.Home
	hidden string // token of the demo home, which only the agent knows
}

// A carrier is a broker of any make.
type carrier interface {
	Stage(name string) (broker.Stage, error)
	Revoke(certificate string) error
	Restart() error
	Close()
}

// newRelay starts a broker.
func newRelay(t testing.TB) *relayed {
	t.Helper()
	b, err := broker.Start(broker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return relayOver(t, b, b)
}

// relayOver returns the relay over a broker, which b is too if it is of that package.
func relayOver(t testing.TB, over carrier, b *broker.Broker) *relayed {
	t.Helper()
	r := &relayed{Broker: b, over: over, hidden: canaries.make("relayed-")}
	var err error
	if r.Stage, err = over.Stage("test"); err != nil {
		t.Fatal(err)
	}
	r.demo = demohome.New(r.hidden)
	return r
}

// overEach runs a test over the broker that judges as AWS IoT Core does, and over Mosquitto.
// It starts relays with the function that it is given.
func overEach(t *testing.T, test func(t *testing.T, begin func(testing.TB) *relayed)) {
	t.Run("mochi", func(t *testing.T) { test(t, newRelay) })
	t.Run("mosquitto", func(t *testing.T) {
		test(t, func(t testing.TB) *relayed { return relayOver(t, mosquitto.Start(t, root(t), "test"), nil) })
	})
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

// TestRelaySamples sends each sample over https and over the relay, to homes of the same
// kind: the answers are the same, save for what differs from one moment to the next.
func TestRelaySamples(t *testing.T) { overEach(t, relaySamples) }

func relaySamples(t *testing.T, begin func(testing.TB) *relayed) {
	r := begin(t)
	r.connect(t, relayagent.Options{})
	relayed := r.start(t)
	token := canaries.make("direct-")
	home := httptest.NewServer(demohome.New(token))
	defer home.Close()
	direct := start(t, localrun.Options{}, at(home.URL, token)...)
	for _, s := range samples(t) {
		t.Run(s.name, func(t *testing.T) {
			a, err := relayed.send(t.Context(), s.directive)
			if err != nil {
				t.Fatal(err)
			}
			for _, wrong := range a.judge(alexacheck.Reply(s.directive, a.Payload)) {
				t.Error(wrong)
			}
			b, err := direct.send(t.Context(), s.directive)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := still(a.Payload), bytes.TrimSpace(still(b.Payload)); !bytes.Equal(got, want) {
				t.Errorf("over https: %s\nover the relay: %s", want, got)
			}
		})
	}
}

// TestRelaySkill says sentences and an intent of the custom skill over the relay.
func TestRelaySkill(t *testing.T) { overEach(t, relaySkill) }

func relaySkill(t *testing.T, begin func(testing.TB) *relayed) {
	r := begin(t)
	r.connect(t, relayagent.Options{})
	f := r.start(t, config.EnvSkillIDs+"="+skillID)
	token := canaries.make("direct-")
	home := httptest.NewServer(demohome.New(token))
	defer home.Close()
	direct := start(t, localrun.Options{}, skillAt(home.URL, token)...)
	for _, said := range []request{intent("Sentence_turn", "on the kitchen light"), intent("Sentence_what", "is the meaning of life"), intent("Unheard", "")} {
		got, want := f.says(said), direct.says(said)
		if got.Response != want.Response || got.line.Cause != want.line.Cause {
			t.Errorf("%+v: over the relay %+v (%s: %s), over https %+v (%s)", said, got.Response, got.line.Cause, got.line.Error, want.Response, want.line.Cause)
		}
	}
}

// TestRelayDiagnosis diagnoses relays of which one thing is wrong.
func TestRelayDiagnosis(t *testing.T) { overEach(t, relayDiagnosis) }

func relayDiagnosis(t *testing.T, begin func(testing.TB) *relayed) {
	for name, tt := range map[string]struct {
		break_      func(*relayed) (env []string)
		home        *relayagent.Options // nil for none
		step, cause string
		found       string // in what the step found
		advice      string // what one of the steps advises, behind its name; "" for none
	}{
		"nothing":   {home: &relayagent.Options{}, step: "discover", found: "endpoints"},
		"no broker": {break_: func(r *relayed) []string { r.over.Close(); return nil }, step: "tcp", cause: "no_route"},
		"no such name": {break_: func(*relayed) []string {
			return []string{config.EnvRelayEndpoint + "=" + strings.Repeat("x", 64) + ".test"}
		}, step: "dns", cause: "dns"},
		"another authority": {break_: func(*relayed) []string { return []string{config.EnvCA + "="} }, step: "tls", cause: "missing_intermediate"},
		"other credentials": {break_: func(*relayed) []string { return []string{"AWS_SESSION_TOKEN=x"} }, step: "connect", cause: "denied"},
		"never paired":      {step: "presence", cause: "home_offline"},
		"starting":          {home: &relayagent.Options{State: relay.Starting}, step: "presence", cause: "starting", found: "starting since 20"},
		"an old integration": {home: &relayagent.Options{Describe: func(p *relay.Presence) { p.Protocol, p.Version = 1, "0.9.0" }}, step: "discover", found: "endpoints",
			advice: "integration: the integration is older than this hearthgate needs"},
		"a new integration": {home: &relayagent.Options{Describe: func(p *relay.Presence) { p.Protocol = relay.Protocol + 1 }}, step: "discover", found: "endpoints",
			advice: "integration: the integration speaks a later version"},
		"a certificate in two places": {home: &relayagent.Options{Describe: func(p *relay.Presence) { p.TakenOver = 3 }}, step: "discover", found: "endpoints",
			advice: "presence: another client with the home's certificate has ended its connection, 3 times or more within 10 minutes: it is likely"},
		"frozen":     {home: &relayagent.Options{Intercept: func(*relayagent.Agent, relay.Request, string) bool { return false }}, step: "round_trip", cause: "timeout"},
		"no devices": {home: &relayagent.Options{Home: relayagent.Behind{Handler: http.NotFoundHandler()}}, step: "discover", cause: "not_configured"},
	} {
		t.Run(name, func(t *testing.T) {
			r := begin(t)
			if r.Broker == nil && tt.cause == "denied" {
				return // Mosquitto does not read credentials
			}
			var env []string
			if tt.break_ != nil {
				env = tt.break_(r)
			}
			if tt.home != nil {
				r.connect(t, *tt.home)
			}
			f := r.start(t, env...)
			v, err := f.Invoke(t.Context(), []byte(`{"operation":"lambda.diagnose"}`))
			if err != nil {
				t.Fatal(err)
			}
			noSecrets(t, "the diagnosis", string(v.Payload))
			var d struct{ Data wire.Diagnosis }
			if err := json.Unmarshal(v.Payload, &d); err != nil || len(d.Data.Steps) == 0 {
				t.Fatalf("%v: %s", err, v.Payload)
			}
			last := d.Data.Steps[len(d.Data.Steps)-1]
			if last.Name != tt.step || last.Cause != tt.cause || d.Data.OK != (tt.cause == "") || !strings.Contains(last.Found, tt.found) || tt.cause != "" && (last.Problem == "" || last.Fix == "") {
				t.Errorf("it ends with %+v, want %+v", last, tt)
			}
			var advice []string
			for _, s := range d.Data.Steps {
				if s.Name == "tls" {
					continue // the certificates of the brokers are for a day
				}
				for _, a := range s.Advice {
					advice = append(advice, s.Name+": "+a)
				}
			}
			if got := strings.Join(advice, "; "); !strings.HasPrefix(got, tt.advice) || tt.advice == "" && got != "" {
				t.Errorf("it advises %q, want %q", got, tt.advice)
			}
		})
	}
}

// TestRelayOffline sees that directives to a home that is away are answered at once, with
// nothing published and the breaker closed, and that the home is asked again when it is
// back.
func TestRelayOffline(t *testing.T) { overEach(t, relayOffline) }

func relayOffline(t *testing.T, begin func(testing.TB) *relayed) {
	r := begin(t)
	var asked atomic.Int64
	count := relayagent.Options{Intercept: func(*relayagent.Agent, relay.Request, string) bool { asked.Add(1); return true }}
	home := r.connect(t, count)
	f := r.start(t)
	turnOn := command("PowerController.TurnOn", "light#kitchen_light", "{}")
	f.ask(discover()).expect(t, "Discover.Response", "")
	if err := home.Stop(); err != nil {
		t.Fatal(err)
	}
	before := asked.Load()
	for i := range 20 {
		o := f.ask(turnOn)
		if i > 0 { // the home may be leaving while the first one is asked
			checkAway(t, f, relay.Offline)
		}
		o.expect(t, "BRIDGE_UNREACHABLE", "home_offline")
		if generous := time.Second; o.Duration > generous {
			t.Errorf("answered after %v", o.Duration)
		}
	}
	if o := f.ask(discover()); len(o.reply.Event.Payload.Endpoints) < 5 {
		t.Errorf("no last known good discovery: %s", o.Payload)
	}
	f.ask(reportState("light#kitchen_light")).expect(t, "StateReport", "home_offline")
	if n := asked.Load() - before; n != 0 {
		t.Errorf("%d requests were published to a home that is away", n)
	}
	r.connect(t, count)
	for end := time.Now().Add(10 * time.Second); ; {
		if o := f.ask(turnOn); o.line.Cause == "" || time.Now().After(end) {
			o.done(t)
			break
		}
	}
	if asked.Load() == before {
		t.Error("the home was not asked when it was back")
	}
}

// checkAway checks what the last line says of a home that was not asked.
func checkAway(t *testing.T, f *function, state string) {
	t.Helper()
	lines := f.Lines()
	var l struct {
		Presence     string
		Since        *time.Time `json:"presence_since"`
		HomeOffline  *float64
		HomeDuration *float64
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &l); err != nil || l.Presence != state || (l.Since == nil) != (state == wire.Never) || l.HomeOffline == nil || *l.HomeOffline != 1 || l.HomeDuration != nil {
		t.Errorf("%v: the line has %+v, want %s: %s", err, l, state, lines[len(lines)-1])
	}
	if !strings.Contains(lines[len(lines)-1], `{"Name":"HomeOffline","Unit":"None"}`) {
		t.Errorf("the line does not declare the metric: %s", lines[len(lines)-1])
	}
}

// TestRelayStatus reads what the function's status says of the home, while it was never
// there, starts, is online, was taken over, and is offline; and the line of a directive
// that is answered at once.
func TestRelayStatus(t *testing.T) {
	r := newRelay(t)
	f := r.start(t)
	status := func(state string, online bool) wire.Relay {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); ; {
			var s struct{ Data wire.Status } // new for each answer: a field that one leaves out is not the last one's
			v, err := f.Invoke(t.Context(), []byte(`{"operation":"lambda.status"}`))
			if err != nil || json.Unmarshal(v.Payload, &s) != nil || len(s.Data.Relays) != 1 {
				t.Fatalf("%v: %s", err, v.Payload)
			}
			got := s.Data.Relays[0]
			if got.State == state || time.Now().After(end) {
				if got.State != state || (got.Problem == "") != online || slices.Contains(s.Data.Reasons, got.Problem) == online {
					t.Errorf("want %s, online %v: %+v, health %d", state, online, got, s.Data.OverallHealth)
				}
				return got
			}
		}
	}
	turnOn := command("PowerController.TurnOn", "light#kitchen_light", "{}")
	if never := status(wire.Never, false); never.Since != nil || never.Integration != "" {
		t.Errorf("never connected: %+v", never)
	}
	f.ask(turnOn).expect(t, "BRIDGE_UNREACHABLE", "home_offline")
	checkAway(t, f, wire.Never)
	taken := 0
	home := r.connect(t, relayagent.Options{State: relay.Starting, Describe: func(p *relay.Presence) { p.TakenOver = taken }})
	status(relay.Starting, false)
	f.ask(turnOn).expect(t, "BRIDGE_UNREACHABLE", "starting")
	checkAway(t, f, relay.Starting)
	taken = 2
	began := time.Now().Add(-time.Minute)
	if err := home.Announce(relay.Online); err != nil {
		t.Fatal(err)
	}
	online := status(relay.Online, true)
	block, _ := pem.Decode([]byte(r.Pairing.Certificate))
	if online.Since == nil || online.Since.Before(began) || online.Integration != config.Version() || online.Protocol != relay.Protocol || online.TakenOver != 2 || online.Certificate != fmt.Sprintf("%x", sha256.Sum256(block.Bytes)) {
		t.Errorf("online: %+v", online)
	}
	f.ask(turnOn).done(t)
	if lines := f.Lines(); strings.Contains(lines[len(lines)-1], "presence") || !strings.Contains(lines[len(lines)-1], config.HomeDuration.Name) {
		t.Errorf("the line of a directive that reached the home is %s", lines[len(lines)-1])
	}
	if err := home.Stop(); err != nil {
		t.Fatal(err)
	}
	status(relay.Offline, false)
}

// TestRelayRepeats sees that a home repeats its presence without being asked, since the
// same time.
func TestRelayRepeats(t *testing.T) {
	r := newRelay(t)
	var said atomic.Int64
	r.connect(t, relayagent.Options{Announce: 10 * time.Millisecond, Describe: func(*relay.Presence) { said.Add(1) }})
	var first []byte
	for end := time.Now().Add(20 * time.Second); said.Load() < 10; time.Sleep(time.Millisecond) {
		if first == nil {
			first = r.Retained(relay.PresenceTopic("test"))
		}
		if time.Now().After(end) {
			t.Fatalf("it said %d times that it is there", said.Load())
		}
	}
	if last := r.Retained(relay.PresenceTopic("test")); !bytes.Equal(first, last) || len(first) == 0 {
		t.Errorf("first %s, then %s", first, last)
	}
}

// TestRelayRights sees that each right of both ends is needed for a working relay, and
// nothing else is asked.
func TestRelayRights(t *testing.T) {
	r := newRelay(t)
	home := r.connect(t, relayagent.Options{})
	f := r.start(t)
	f.ask(discover()).expect(t, "Discover.Response", "")
	if err := home.Stop(); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, right := range r.Rights() {
		if !right.Allowed {
			t.Errorf("%+v was asked for in vain", right)
		}
		used[strings.Fields(right.By)[0]+" "+right.Action+" "+right.Resource[strings.LastIndex(right.Resource, ":")+1:]] = true
	}
	for _, p := range []struct {
		by       string
		document []byte
	}{{"role", r.FunctionPolicy("test")}, {"certificate", r.HomePolicy("test")}} {
		var policy struct {
			Statement []struct{ Action, Resource string }
		}
		if err := json.Unmarshal(p.document, &policy); err != nil {
			t.Fatal(err)
		}
		for _, s := range policy.Statement {
			resource := s.Resource[strings.LastIndex(s.Resource, ":")+1:]
			match := func(right string) bool {
				return strings.HasPrefix(right, p.by+" "+s.Action+" "+strings.TrimSuffix(resource, "*"))
			}
			if !slices.ContainsFunc(slices.Collect(maps.Keys(used)), match) {
				t.Errorf("the right of the %s to %s on %s is not used", p.by, s.Action, resource)
			}
		}
	}
}

// TestRelayLong carries what is too long to go without compression: a directive of 40 KB,
// and a discovery of 300 endpoints, more than a message may have. A discovery that does not
// fit compressed is an error that says so.
func TestRelayLong(t *testing.T) { overEach(t, relayLong) }

func relayLong(t *testing.T, begin func(testing.TB) *relayed) {
	r := begin(t)
	r.connect(t, relayagent.Options{Home: answering300{r}, Intercept: func(_ *relayagent.Agent, q relay.Request, _ string) bool {
		if bytes.Contains(q.Body, []byte("InitiateSessionWithOffer")) && !bytes.Contains(q.Body, []byte(strings.Repeat("x", 40_000))) {
			t.Errorf("the directive came as %.200s", q.Body)
		}
		return true
	}})
	f := r.start(t)
	f.ask(command("RTCSessionController.InitiateSessionWithOffer", "camera#door", `{"sessionId":"s","offer":{"format":"SDP","value":"`+strings.Repeat("x", 40_000)+`"}}`))
	if o := f.ask(discover()); len(o.reply.Event.Payload.Endpoints) != 300 || len(o.Payload) < relay.MaxMessage {
		t.Errorf("%d endpoints in %d bytes (%s)", len(o.reply.Event.Payload.Endpoints), len(o.Payload), o.line.Error)
	}
	f.ask(reportState("light#random")).expect(t, "INTERNAL_ERROR", "oversized")
}

// answering300 is a home with 300 endpoints, and a report that no compression makes short.
type answering300 struct{ r *relayed }

func (a answering300) Answer(ctx context.Context, q relay.Request) (relay.Status, json.RawMessage, string) {
	if bytes.Contains(q.Body, []byte("light#random")) {
		random := make([]byte, 200_000)
		_, _ = rand.Read(random)
		b, _ := json.Marshal(random)
		return relay.Done, b, ""
	}
	if !bytes.Contains(q.Body, []byte(`"Discover"`)) {
		return relayagent.Behind{Handler: a.r.demo, Token: a.r.hidden}.Answer(ctx, q)
	}
	var endpoints []string
	for i := range 300 {
		endpoints = append(endpoints, fmt.Sprintf(`{"endpointId":"light#%d","manufacturerName":"Home Assistant","friendlyName":"Light %d","description":"light.light_%[1]d via Home Assistant, in a room with a long name","displayCategories":["LIGHT"],"cookie":{},"capabilities":[{"type":"AlexaInterface","interface":"Alexa.PowerController","version":"3","properties":{"supported":[{"name":"powerState"}],"proactivelyReported":false,"retrievable":true}},{"type":"AlexaInterface","interface":"Alexa","version":"3"}]}`, i, i))
	}
	return relay.Done, json.RawMessage(`{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"m","payloadVersion":"3"},"payload":{"endpoints":[` + strings.Join(endpoints, ",") + `]}}}`), ""
}
