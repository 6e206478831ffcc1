package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/relayagent"
	"github.com/hearthgate/hearthgate/infra/internal/setup/pairing"
	"github.com/hearthgate/hearthgate/infra/testkit/alexacheck"
	"github.com/hearthgate/hearthgate/infra/testkit/keyleak"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

// An integrated is a real Home Assistant with the integration and without `alexa:` in its
// configuration, paired with a broker.
type integrated struct {
	*realhome.Home
	broker *broker.Broker
	env    []string // of the function
	line   string   // that paired it
	id     string   // of the certificate

	mu       sync.Mutex
	messages [][]byte // guarded by mu; that were published, with their topics
}

// saw keeps a message.
func (i *integrated) saw(topic string, payload []byte) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.messages = append(i.messages, []byte(topic), bytes.Clone(payload))
}

// integrate starts a broker and a home, and pairs them over the home's own API.
func integrate(t *testing.T, v realhome.Version) *integrated {
	t.Helper()
	i := unpaired(t, realhome.Options{Version: v})
	i.line, i.id = i.pair(t, false)
	return i
}

// unpaired starts a broker, and makes a home that is not paired yet.
func unpaired(t *testing.T, o realhome.Options) *integrated {
	t.Helper()
	o.WithoutAlexa = true
	return prepared(t, o)
}

// prepared is unpaired with a home whose configuration may have `alexa:`.
func prepared(t *testing.T, o realhome.Options) *integrated {
	t.Helper()
	i := new(integrated)
	var err error
	if i.broker, err = broker.Start(broker.Options{Seen: i.saw}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(i.broker.Close)
	stage, err := i.broker.Stage("test")
	if err != nil {
		t.Fatal(err)
	}
	o.Integration = filepath.Join(root(t), pairing.IntegrationDir)
	i.Home, i.env = ownHome(t, o), stage.Environment
	return i
}

// pair pairs the home, or renews its key, as `hearthgate pair --home` does, and returns the
// line that the home got and the certificate's id.
func (i *integrated) pair(t *testing.T, renew bool) (line, id string) {
	t.Helper()
	home := pairing.Home{URL: i.URL, Token: i.Token}
	flow, asked, err := home.Begin(t.Context(), "test", renew)
	if err != nil {
		t.Fatalf("%v\n%s", err, i.Log())
	}
	text, err := pairing.Request(asked)
	if err != nil {
		t.Fatal(err)
	}
	request, _ := pem.Decode([]byte(text))
	certificate, err := i.broker.Sign(request.Bytes, i.broker.HomePolicy("test"))
	if err != nil {
		t.Fatal(err)
	}
	host, port := i.broker.MQTT()
	line, err = pairing.Line(relay.Pairing{Stage: "test", Endpoint: host, Port: port, Certificate: certificate.PEM, Authority: i.broker.Authority()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := home.Finish(t.Context(), flow, line); err != nil {
		t.Fatalf("%v\n%s", err, i.Log())
	}
	return line, certificate.ID
}

// await returns when the home's retained presence has this state.
func (i *integrated) await(t *testing.T, state string) relay.Presence {
	t.Helper()
	var p relay.Presence
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		p = relay.Presence{} // a field that this one leaves out is not the last one's
		if json.Unmarshal(i.broker.Retained(relay.PresenceTopic("test")), &p) == nil && p.State == state {
			return p
		}
	}
	t.Fatalf("the presence is %+v, want %s\n%s", p, state, i.Log())
	return p
}

// command sends a command over the WebSocket of Home Assistant's frontend, and decodes its
// result into out unless that is nil.
func (i *integrated) command(t *testing.T, kind string, parameters map[string]any, out any) {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), strings.Replace(i.URL, "http", "ws", 1)+"/api/websocket", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	message := map[string]any{"id": 1, "type": kind}
	maps.Copy(message, parameters)
	var said struct {
		Type    string
		Success bool
		Result  json.RawMessage
		Error   struct{ Message string }
	}
	for _, m := range []any{map[string]any{"type": "auth", "access_token": i.Token}, message} {
		if err := conn.ReadJSON(&said); err != nil {
			t.Fatal(err)
		}
		if err := conn.WriteJSON(m); err != nil {
			t.Fatal(err)
		}
	}
	for said.Type != "result" {
		if err := conn.ReadJSON(&said); err != nil {
			t.Fatal(err)
		}
	}
	if !said.Success {
		t.Fatalf("%s failed: %s", kind, said.Error.Message)
	}
	if out != nil {
		if err := json.Unmarshal(said.Result, out); err != nil {
			t.Fatal(err)
		}
	}
}

// expose says on Home Assistant's page of exposed entities whether these are.
func (i *integrated) expose(t *testing.T, should bool, entities ...string) {
	t.Helper()
	i.command(t, "homeassistant/expose_entity", map[string]any{"assistants": []string{"conversation"}, "entity_ids": entities, "should_expose": should}, nil)
}

// notOffered are the entities that the configuration of the other tests excludes.
var notOffered = []string{"binary_sensor.basement_floor_wet", "event.push_button_press", "binary_sensor.outside_temperature_battery_charging"}

// TestIntegration has the built function use a real Home Assistant by the integration
// alone, over a broker that allows what the policies do.
func TestIntegration(t *testing.T) { eachHome(t, integration) }

func integration(t *testing.T, v realhome.Version) {
	i := integrate(t, v)
	p := i.await(t, relay.Online)
	if p.Protocol != relay.Protocol || p.Exposed != "assist" || !strings.HasPrefix(p.HomeAssistant, string(v)+".") || p.Version == "" || p.Since == 0 || p.Certificate != i.id || p.TakenOver != 0 {
		t.Errorf("the presence is %+v", p)
	}
	all, err := i.States(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var offered []string
	for _, e := range all {
		if !slices.Contains(notOffered, e.ID) {
			offered = append(offered, e.ID)
		}
	}
	i.expose(t, true, offered...)
	i.expose(t, false, notOffered...)
	r := &relayed{Broker: i.broker}
	r.Environment = i.env
	f := r.start(t)
	for _, step := range []struct {
		name string
		test func(*testing.T, *integrated, *function, realhome.Version)
	}{
		{"samples", integratedSamples},
		{"exposed entities", integratedExposure},
		{"broker restarts", integratedBroker},
		{"Home Assistant restarts", integratedRestart},
		{"used twice", integratedTwins},
		{"renewed", integratedRenewal},
		{"no key leaves", integratedCanary},
	} {
		t.Run(step.name, func(t *testing.T) { step.test(t, i, f, v) })
	}
}

// refusedGrant is the answer of a home that has no client id for events.
const refusedGrant = `// Home Assistant answers 200.
{
  "event": {
    "header": {
      "namespace": "Alexa.Authorization",
      "name": "ErrorResponse",
      "messageId": "*",
      "payloadVersion": "3"
    },
    "payload": {
      "type": "ACCEPT_GRANT_FAILED",
      "message": "Home Assistant has no client id for Alexa events"
    }
  }
}
`

// integratedAnswer returns the answer of the integration where that of `alexa:` is want.
// The integration declares only reports that it sends, and refuses a grant that it cannot
// use.
func integratedAnswer(sample string, want []byte) []byte {
	switch sample {
	case "discover":
		return bytes.ReplaceAll(want, []byte(`"proactivelyReported":true`), []byte(`"proactivelyReported":false`))
	case "accept_grant_unconfigured":
		return []byte(refusedGrant)
	}
	return want
}

// statusLine begins a recorded answer.
var statusLine = regexp.MustCompile(`^// Home Assistant answers (\d+)\.\n`)

// integratedSamples compares the answer to each sample with the one that is recorded of
// https.
func integratedSamples(t *testing.T, i *integrated, f *function, v realhome.Version) {
	if err := i.Call(t.Context(), "fan", "turn_on", map[string]any{"entity_id": "fan.living_room_fan", "percentage": 33}); err != nil {
		t.Fatal(err)
	}
	begin, err := snapshot(t.Context(), i.Home)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples(t) {
		s.directive = []byte(spelled(v, string(s.directive)))
		t.Run(s.name, func(t *testing.T) {
			want, err := recorded(v, s.name)
			if err != nil {
				t.Fatal(err)
			}
			var wrong error
			for range 3 { // see TestSamples
				begin.restore(t, i.Home)
				a, err := f.send(t.Context(), s.directive)
				if err != nil {
					t.Fatal(err)
				}
				wrong = alexacheck.Reply(s.directive, a.Payload)
				got := answers{through: a.Payload}.golden(t, s.name)
				want = integratedAnswer(s.name, want)
				if !bytes.Equal(statusLine.ReplaceAll(got, nil), statusLine.ReplaceAll(want, nil)) {
					wrong = fmt.Errorf("over the relay: %s\nover https: %s", got, want)
				}
				if wrong == nil {
					return
				}
			}
			t.Error(wrong)
		})
	}
	// What was asked for has happened.
	for _, want := range []string{"on", "off"} {
		name := "PowerController.Turn" + strings.ToUpper(want[:1]) + want[1:]
		f.ask(command(name, "switch#outlet", "{}")).done(t)
		if e, err := i.Await(t.Context(), "switch.outlet", func(e realhome.Entity) bool { return e.State == want }); err != nil {
			t.Errorf("%v: %v", e, err)
		}
	}
}

// integratedExposure sees that a discovery follows the page of exposed entities.
func integratedExposure(t *testing.T, i *integrated, f *function, _ realhome.Version) {
	has := func() bool { return bytes.Contains(f.ask(discover()).Payload, []byte(`"switch#outlet"`)) }
	if !has() {
		t.Error("the outlet is exposed, and was not discovered")
	}
	i.expose(t, false, "switch.outlet")
	if has() {
		t.Error("the outlet is not exposed any more, and was discovered")
	}
	i.expose(t, true, "switch.outlet")
	if !has() {
		t.Error("the outlet is exposed again, and was not discovered")
	}
}

// carriedOut sends a command until it is carried out.
func carriedOut(t *testing.T, f *function) {
	t.Helper()
	var last outcome
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if last = f.ask(command("PowerController.TurnOn", "switch#outlet", "{}")); last.line.Cause == "" {
			return
		}
	}
	t.Fatalf("the home is not back: %s", last.line.Error)
}

// integratedBroker restarts the broker: the home comes back by itself.
func integratedBroker(t *testing.T, i *integrated, f *function, _ realhome.Version) {
	if err := i.broker.Restart(); err != nil {
		t.Fatal(err)
	}
	i.await(t, relay.Online)
	carriedOut(t, f)
}

// integratedRestart restarts the home in the middle of directives: each is answered in a
// valid way, and the home says what it is doing.
func integratedRestart(t *testing.T, i *integrated, f *function, _ realhome.Version) {
	stop, failed := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		defer func() { failed <- n }()
		for {
			select {
			case <-stop:
				return
			default:
			}
			switch o, err := f.try(t.Context(), command("PowerController.TurnOn", "switch#outlet", "{}")); {
			case err != nil:
				t.Error(err)
				return
			case o.line.Cause != "":
				n++
				if kind := o.reply.kind(); kind != "BRIDGE_UNREACHABLE" {
					t.Errorf("the reply is %s: %s", kind, o.line.Error)
				}
				time.Sleep(20 * time.Millisecond)
			}
		}
	}()
	i.Stop()
	i.await(t, relay.Offline)
	if err := i.Launch(); err != nil {
		t.Fatal(err)
	}
	if err := i.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.await(t, relay.Online)
	i.Kill()
	i.await(t, relay.Offline)
	if err := i.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.await(t, relay.Online)
	close(stop)
	if n := <-failed; n == 0 {
		t.Error("no directive failed while the home was away")
	}
	carriedOut(t, f)
}

// integratedTwins connects another home with the same certificate again and again: Home
// Assistant comes back each time, and tells its owner.
func integratedTwins(t *testing.T, i *integrated, f *function, _ realhome.Version) {
	files, err := filepath.Glob(filepath.Join(i.Dir(), ".storage", "hearthgate.*.key"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the keys are %q: %v", files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	key, _ := pem.Decode(text)
	pairing, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(i.line, relay.PairingPrefix))
	if err != nil {
		t.Fatal(err)
	}
	o := relayagent.Options{Key: key.Bytes, Home: relayagent.Behind{Handler: http.NotFoundHandler()}}
	if err := json.Unmarshal(pairing, &o.Pairing); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		twin, err := relayagent.Start(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(twin.Cut)
		select {
		case <-twin.Done(): // Home Assistant has come back
		case <-time.After(30 * time.Second):
			t.Fatalf("Home Assistant does not come back\n%s", i.Log())
		}
	}
	if found := i.issues(t); !slices.Contains(found, "used_twice_test") {
		t.Errorf("the issues are %v, want one that the certificate is used twice", found)
	}
	if p := i.await(t, relay.Online); p.TakenOver != 3 {
		t.Errorf("the home says that it was taken over %d times, want 3, which stand for more", p.TakenOver)
	}
	carriedOut(t, f)
}

// integratedRenewal revokes the certificate, and pairs again by the step for it.
func integratedRenewal(t *testing.T, i *integrated, f *function, _ realhome.Version) {
	i.broker.Revoke(i.id)
	i.await(t, relay.Offline)
	i.line, i.id = i.pair(t, true)
	i.await(t, relay.Online)
	carriedOut(t, f)
}

// integratedCanary sees that the private key is in one file that no one else can read, and
// nowhere else: not in a message, the log, the storage, the diagnostics, what was paired
// with, or the lines of the function.
func integratedCanary(t *testing.T, i *integrated, f *function, _ realhome.Version) {
	files := map[string][]byte{}
	var keys []string
	err := filepath.WalkDir(i.Dir(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(path) == ".py" || filepath.Ext(path) == ".pyc" {
			return err
		}
		files[path], err = os.ReadFile(path)
		if bytes.Contains(files[path], []byte("PRIVATE KEY")) {
			keys = append(keys, path)
		}
		return err
	})
	if err != nil || len(keys) != 1 {
		t.Fatalf("private keys are in %q, want one: %v", keys, err)
	}
	if info, err := os.Stat(keys[0]); err != nil || info.Mode().Perm() != 0o600 || filepath.Base(filepath.Dir(keys[0])) != ".storage" {
		t.Errorf("%s has mode %v: %v", keys[0], info.Mode(), err)
	}
	key, err := keyleak.Of(files[keys[0]])
	if err != nil {
		t.Fatal(err)
	}
	delete(files, keys[0])
	diagnostics := i.diagnostics(t)
	if !bytes.Contains(diagnostics, []byte(`"connected":true`)) && !bytes.Contains(diagnostics, []byte(`"connected": true`)) {
		t.Errorf("the diagnostics are %s", diagnostics)
	}
	pairing, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(i.line, relay.PairingPrefix))
	if err != nil {
		t.Fatal(err)
	}
	files["the diagnostics"], files["the pairing"], files["the function's lines"] = diagnostics, pairing, []byte(strings.Join(f.Lines(), "\n"))
	for what, text := range files {
		if key.In(text) {
			t.Errorf("%s has the key", what)
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.messages) < 200 {
		t.Errorf("%d messages were seen", len(i.messages)/2)
	}
	for n, m := range i.messages {
		if key.In(m) {
			t.Errorf("the message %d to %s has the key", n/2, i.messages[n&^1])
		}
	}
	for what, text := range map[string][]byte{"the diagnostics": diagnostics, "the presence": i.broker.Retained(relay.PresenceTopic("test"))} {
		if bytes.Contains(text, []byte("BEGIN CERTIFICATE")) {
			t.Errorf("%s: %s", what, text)
		}
	}
}
