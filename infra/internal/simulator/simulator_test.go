package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/homestate"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/simulator"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// built is the function that all tests of the package run.
var built = sync.OnceValues(func() (string, error) {
	root, err := project.Root()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "simulator-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "bootstrap")
	return binary, project.Function(context.Background(), root, binary)
})

func TestMain(m *testing.M) {
	code := m.Run()
	if binary, err := built(); err == nil {
		os.RemoveAll(filepath.Dir(binary))
	}
	os.Exit(code)
}

// open opens a session that ends with the test.
func open(t *testing.T, o simulator.Options) *simulator.Session {
	t.Helper()
	var err error
	if o.Binary, err = built(); err != nil {
		t.Fatal(err)
	}
	s, err := simulator.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func say(t *testing.T, s *simulator.Session, sentence string) simulator.Turn {
	t.Helper()
	turn, err := s.Say(t.Context(), sentence)
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

// TestStories tells every story of the documents in a demo home.
func TestStories(t *testing.T) {
	const least = 12
	files, err := filepath.Glob("../../docs/stories/*.txt")
	if err != nil || len(files) < least {
		t.Fatalf("%d stories, want %d and more: %v", len(files), least, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			story, err := simulator.ParseStory(text)
			if err != nil {
				t.Fatal(err)
			}
			var shown bytes.Buffer
			c := &simulator.Console{Session: open(t, simulator.Options{Devices: story.Devices}), Out: ui.Paint(&shown, false)}
			unmet, err := c.Tell(t.Context(), story)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range unmet {
				t.Errorf("%s: %s\n%s", file, u, shown.String())
			}
		})
	}
}

// TestATurn checks everything that is shown of one directive against what it is made of.
func TestATurn(t *testing.T) {
	s := open(t, simulator.Options{})
	if first, _ := s.Last(); first.Event != "Alexa.Discovery.Discover" || len(s.Devices()) != 10 {
		t.Errorf("it begins with %s and %d devices", first.Event, len(s.Devices()))
	}
	turn := say(t, s, "turn on kitchen light")
	if turn.Before != "off" || turn.After != "on, brightness 50 %" || turn.Alexa != "OK." || turn.Outcome != "succeeded" {
		t.Errorf("%+v", turn)
	}
	if tm := turn.Times; tm.Ours <= 0 || tm.Home <= 0 || tm.Ours+tm.Network+tm.Home > tm.Total {
		t.Errorf("the times %+v do not fit into the total", tm)
	}
	var hops []string
	for _, h := range turn.Way {
		hops = append(hops, h.Operation)
		if !h.OK || h.Took > turn.Times.Total {
			t.Errorf("%+v", h)
		}
	}
	if got, want := strings.Join(hops, " "), "http_client.make_request circuit_breaker.call lambda.handle_alexa metrics.record"; got != want {
		t.Errorf("the way is %s, want %s", got, want)
	}
	for name, part := range map[string]json.RawMessage{"request": turn.Request, "reply": turn.Response, "log": turn.Log} {
		if !json.Valid(part) || strings.Contains(string(part), "no-token") {
			t.Errorf("the %s is %s", name, part)
		}
	}
	for _, d := range s.Devices() {
		if d.Name == "Kitchen Light" && (d.State != turn.After || d.Room != "Kitchen" || d.Category != "LIGHT") {
			t.Errorf("%+v", d)
		}
	}
	again, err := s.Replay(t.Context(), 0)
	if err != nil || again.Said != turn.Said || again.Event != turn.Event || bytes.Equal(again.Request, turn.Request) {
		t.Errorf("replayed: %v, %+v", err, again)
	}
	if movie := say(t, s, "activate movie"); len(movie.Changed) != 1 || movie.Changed[0] != (simulator.Change{Name: "Kitchen Light", Before: "on, brightness 50 %", After: "on, brightness 20 %"}) {
		t.Errorf("changed: %+v", movie.Changed)
	}
}

// TestMonitoring checks that the graphs have a point of every directive, and the alarms a
// state.
func TestMonitoring(t *testing.T) {
	s := open(t, simulator.Options{})
	say(t, s, "turn on kitchen light")
	say(t, s, "sing") // sends nothing
	if err := s.Break("network", ""); err != nil {
		t.Fatal(err)
	}
	say(t, s, "turn off kitchen light")
	m, err := s.Monitoring(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]float64{}
	for _, c := range m.Charts {
		for _, l := range append(slices.Clone(c.Left), c.Right...) {
			sum := 0.0
			for _, p := range l.Points {
				sum += p.Value
				if p.At.Before(m.From) || !p.At.Before(m.To) {
					t.Errorf("%s has a point at %v, outside of %v to %v", l.Label, p.At, m.From, m.To)
				}
			}
			sums[c.Title+": "+l.Label] = sum
		}
	}
	for name, want := range map[string]float64{
		"Does the circuit breaker reject?: directives": 3, "How often is it invoked? (hourly): invocations an hour": 3,
		"How long do answers take? (ms): cold starts": 1, "Does the function itself fail?: errors": 0,
	} {
		if got, ok := sums[name]; !ok || got != want {
			t.Errorf("%s: %v in all, want %v, of %v", name, got, want, sums)
		}
	}
	if len(m.Alarms) < 8 || m.Alarms[0].Name != "outage" {
		t.Errorf("the alarms are %+v", m.Alarms)
	}
}

// TestSlow checks that a slow line counts as network, and not as the home or the function.
func TestSlow(t *testing.T) {
	s := open(t, simulator.Options{})
	if err := s.Break("slow", "300ms"); err != nil {
		t.Fatal(err)
	}
	if got := s.Faults().String(); got != "slow 300ms" {
		t.Errorf("broken: %q", got)
	}
	if tm := say(t, s, "turn on outlet").Times; tm.Network < 299 || tm.Ours > 200 || tm.Home > 200 {
		t.Errorf("%+v", tm)
	}
}

// TestWhatCannotBe checks that what cannot be said or done is explained.
func TestWhatCannotBe(t *testing.T) {
	s := open(t, simulator.Options{})
	ctx := t.Context()
	say := func(sentence string) error { _, err := s.Say(ctx, sentence); return err }
	replay := func(n int) error { _, err := s.Replay(ctx, n); return err }
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"a long sentence", say(strings.Repeat("turn on ", 1000)), "write at most"},
		{"a directive without a device", say("TurnOn"), "write its name behind it"},
		{"a directive for no device", say("TurnOn Kichen Light"), "did you mean Kitchen Light?"},
		{"a payload that is no JSON", say("SetBrightness Kitchen Light {40}"), "not JSON"},
		{"a turn that is not", replay(99), "there is no turn 99"},
		{"a fault that is not", s.Break("lamp", ""), "network, slow, token, ban, restart"},
		{"a time that is not", s.Break("slow", "often"), "break slow 6s"},
		{"a word too many", s.Break("network", "now"), "one word too many"},
		{"a setting that is not", s.Set(ctx, "PATH=/"), config.EnvPolicy},
		{"a setting without a value", s.Set(ctx, config.EnvPolicy), "is not a setting"},
		{"a setting that is rejected", s.Set(ctx, config.EnvPolicy+"=[{"), "rejects"},
	} {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q in it", tt.name, tt.err, tt.want)
		}
	}
	if turn, err := s.Say(ctx, "turn on kitchen light"); err != nil || turn.Alexa != "OK." {
		t.Errorf("after a setting that was rejected: %v, %+v", err, turn)
	}
}

// TestScriptsThatAreWrong checks that a script is rejected before its first line is said.
func TestScriptsThatAreWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "no line",
		"# only a comment":                  "no line",
		"turn on a\nexpect nonsense x":      "line 2",
		"turn on a\nexpect says":            "line 2",
		"wait forever":                      "line 1",
		"wait 2h":                           "line 1",
		"turn on a\nhome with 300 devices":  "line 2",
		"home with many devices\nturn on a": "line 1",
	} {
		if _, err := simulator.ParseStory([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q in it", text, err, want)
		}
	}
}

// TestUnmet checks that what is not as expected is found, and by its line.
func TestUnmet(t *testing.T) {
	story, err := simulator.ParseStory([]byte("turn on kitchen light\nexpect says Never.\nexpect state Kitchen Light: off\nexpect state Cellar: on\nexpect devices 3\n"))
	if err != nil {
		t.Fatal(err)
	}
	c := &simulator.Console{Session: open(t, simulator.Options{}), Out: ui.Paint(&bytes.Buffer{}, false)}
	unmet, err := c.Tell(t.Context(), story)
	if err != nil || len(unmet) != 4 {
		t.Fatalf("%v, %q", err, unmet)
	}
	if want := `line 2: says is "OK.", expected "Never."`; unmet[0] != want {
		t.Errorf("%q, want %q", unmet[0], want)
	}
}

// TestASecretHome checks that no turn has a secret of the home or of the account.
func TestASecretHome(t *testing.T) {
	const token, header = "canary-of-the-home", "canary-of-a-header"
	home := httptest.NewServer(demohome.New(token))
	defer home.Close()
	s := open(t, simulator.Options{
		Home: homestate.Home{URL: home.URL + "/", Token: token, Headers: map[string]string{"X-Gate": header}},
		Env:  []string{config.EnvHeaders + `={"X-Gate":"` + header + `"}`}, Token: "canary-of-the-account",
	})
	for _, sentence := range []string{"turn on outlet", "open home", "turn off the outlet", "TurnOn light.nope"} {
		say(t, s, sentence)
	}
	b, err := json.Marshal(s.Turns())
	if err != nil || len(s.Turns()) != 5 {
		t.Fatalf("%d turns, %v", len(s.Turns()), err)
	}
	if i := bytes.Index(b, []byte("canary")); i >= 0 {
		t.Errorf("a secret is shown: %s", b[max(0, i-100):i+50])
	}
	home.Close()
	if turn := say(t, s, "turn on outlet"); turn.Outcome != "failed" || turn.After != "" {
		t.Errorf("with a home that is gone: %+v", turn)
	}
}

// TestEveryLocale opens the custom skill in each locale, is helped, and stops, in the words
// of that locale.
func TestEveryLocale(t *testing.T) {
	words := map[string][3]string{ // opens it, help, stop
		"en": {"open home", "help", "stop"}, "de": {"öffne zuhause", "hilfe", "stopp"}, "fr": {"ouvre maison", "aide", "arrête"}, "es": {"abre casa", "ayuda", "para"},
		"it": {"apri casa", "aiuto", "ferma"}, "pt": {"abra casa", "ajuda", "pare"}, "nl": {"open thuis", "hulp", "stop"}, "ja": {"うちを開いて", "ヘルプ", "ストップ"},
		"hi": {"घर खोलो", "मदद", "रुको"}, "ar": {"افتحي البيت", "مساعدة", "توقفي"},
	}
	for _, locale := range config.Locales() {
		language, _, _ := strings.Cut(locale, "-")
		w, ok := words[language]
		if !ok {
			t.Errorf("no words for %s", locale)
			continue
		}
		s := open(t, simulator.Options{Locale: locale})
		for i, sentence := range w {
			turn := say(t, s, sentence)
			if turn.Alexa == "" || turn.Open != (i < 2) || !strings.HasPrefix(turn.SSML, "<speak>") || turn.Outcome != "succeeded" {
				t.Errorf("%s: %q: %+v", locale, sentence, turn)
			}
		}
	}
}

func TestCompletion(t *testing.T) {
	c := &simulator.Console{Session: open(t, simulator.Options{})}
	for typed, want := range map[string]string{
		"turn on kit": "turn on Kitchen Light", "lock f": "lock Front Door", "his": "history", "break t": "break token", "activate ": "activate Movie",
	} {
		if got := c.Complete(typed); len(got) != 1 || got[0] != want {
			t.Errorf("%q is completed as %q, want %q", typed, got, want)
		}
	}
	if got := c.Complete("lock k"); len(got) > 0 {
		t.Errorf("a light is locked: %q", got)
	}
}

func TestItEnds(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the person has stopped it")
	s := open(t, simulator.Options{})
	if err := s.Break("slow", "30s"); err != nil {
		t.Fatal(err)
	}
	go cancel(why)
	if _, err := s.Say(ctx, "turn on kitchen light"); !errors.Is(err, why) {
		t.Errorf("the error is %v", err)
	}
}
