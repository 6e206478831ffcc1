package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/alexa"
)

// A thinker is a home that answers directives at once, and sentences as a test says.
func thinker(t testing.TB, think http.HandlerFunc) (url string, sentences *atomic.Int32) {
	sentences = new(atomic.Int32)
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // so that the server sees the client leave
		switch {
		case r.Method != http.MethodPost:
			w.WriteHeader(http.StatusMethodNotAllowed)
		case r.URL.Path == "/api/alexa/smart_home":
			_, _ = io.WriteString(w, handled)
		default:
			sentences.Add(1)
			think(w, r)
		}
	}))
	t.Cleanup(home.Close)
	return home.URL, sentences
}

func forever(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// said returns a sentence to our skill in a language. The API is where Alexa takes
// progressive responses; "" for a request without.
func spoken(locale, api string) string {
	return `{"version":"1.0","context":{"System":{"application":{"applicationId":"amzn1.ask.skill.home"},"user":{"userId":"u","accessToken":"` + canary + `"},` +
		fmt.Sprintf(`"apiEndpoint":%q,"apiAccessToken":"api-%s"}},`, api, canary) +
		fmt.Sprintf(`"request":{"type":"IntentRequest","requestId":"r7","timestamp":"2026-01-01T00:00:00Z","locale":%q,"intent":{"name":"Sentence","slots":{"sentence":{"name":"sentence","value":"turn on the light"}}}}}`, locale)
}

const europe = "https://api.eu.amazonalexa.com"

// hear sends an event that the caller waits so long for, and returns what is said.
func hear(t *testing.T, app *App, event string, wait time.Duration) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	b, err := app.Invoke(ctx, []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Response struct{ OutputSpeech struct{ Text string } }
	}
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r.Response.OutputSpeech.Text
}

// TestT4SlowSentence has a home that thinks longer about a sentence than Alexa waits: the
// person hears so in their language, whether Alexa takes a progressive response or not.
func TestT4SlowSentence(t *testing.T) {
	home, _ := thinker(t, forever)
	for _, tt := range []struct{ locale, want string }{
		{"en-GB", "Your home is still working on it."}, {"de-DE", "Dein Zuhause arbeitet noch daran."}, {"fr-CA", "Votre maison y travaille encore."},
		{"es-MX", "Tu casa todavía está trabajando en ello."}, {"it-IT", "La tua casa ci sta ancora lavorando."}, {"pt-BR", "Sua casa ainda está trabalhando nisso."},
		{"nl-NL", "Je huis is er nog mee bezig."}, {"ja-JP", "おうちはまだ処理中です。"}, {"hi-IN", "आपका घर अभी भी इस पर काम कर रहा है।"}, {"ar-SA", "ما زال بيتك يعمل على ذلك."},
	} {
		app, out := started(t, home, map[string]string{config.EnvSkillIDs: "amzn1.ask.skill.home"})
		if got := hear(t, app, spoken(tt.locale, ""), 300*time.Millisecond); got != tt.want {
			t.Errorf("%s: %q is said, want %q", tt.locale, got, tt.want)
		}
		if line := out.line(t); line["cause"] != "still_working" || line["success"] != false {
			t.Errorf("the line is %v", line)
		}
	}
}

// TestT4Progress has a home that takes half of the time, or more than all of it, and
// looks at what Alexa gets meanwhile, and when that does not answer either.
func TestT4Progress(t *testing.T) {
	const wait = 900 * time.Millisecond
	half := func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(wait / 2)
		_, _ = io.WriteString(w, `{"response":{"response_type":"action_done","speech":{"plain":{"speech":"It is on"}}}}`)
	}
	quick := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"response":{"response_type":"action_done","speech":{"plain":{"speech":"It is on"}}}}`)
	}
	for _, tt := range []struct {
		name     string
		think    http.HandlerFunc
		api      http.HandlerFunc
		want     string
		progress int
		said     any // on the line
	}{
		{"half of the time", half, nil, "It is on", 1, true},
		{"all of the time", forever, nil, "Your home is still working on it.", 1, true},
		{"at once", quick, nil, "It is on", 0, nil},
		{"half, and Alexa rejects it", half, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, "It is on", 1, false},
		{"half, and Alexa hangs", half, forever, "It is on", 1, false},
		{"all, and Alexa hangs", forever, forever, "Your home is still working on it.", 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			home, sentences := thinker(t, tt.think)
			var mu sync.Mutex
			var asked []string
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				b, _ := io.ReadAll(r.Body)
				mu.Lock()
				asked = append(asked, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization")+" "+string(b))
				mu.Unlock()
				if tt.api != nil {
					tt.api(w, r)
					return
				}
				w.WriteHeader(http.StatusNoContent)
			}))
			defer api.Close()
			env := map[string]string{config.EnvURL: home, config.EnvToken: canary, config.EnvTokenSource: "stored", config.EnvSkillIDs: "amzn1.ask.skill.home"}
			out := &writer{}
			app := New(Options{Getenv: func(name string) string { return env[name] }, Output: out, Alexa: api.URL})
			app.Start(t.Context())
			out.before = len(out.lines)
			if got := hear(t, app, spoken("en-US", europe), wait); got != tt.want || sentences.Load() != 1 {
				t.Errorf("%q is said after %d requests, want %q", got, sentences.Load(), tt.want)
			}
			mu.Lock()
			defer mu.Unlock()
			want := `POST /v1/directives Bearer api-` + canary + ` {"header":{"requestId":"r7"},"directive":{"type":"VoicePlayer.Speak","speech":"One moment, please."}}`
			if len(asked) != tt.progress || len(asked) == 1 && asked[0] != want {
				t.Errorf("Alexa was asked %q, want %d times %s", asked, tt.progress, want)
			}
			if line := out.line(t); line["progress_said"] != tt.said {
				t.Errorf("the line says %v, want %v", line["progress_said"], tt.said)
			}
			if strings.Contains(strings.Join(out.lines, ""), canary) {
				t.Errorf("the log shows a token: %s", out.lines)
			}
		})
	}
}

// TestT4ProgressGoesToAmazonAlone has requests name other hosts than Amazon's: none gets
// the token, whatever it looks like.
func TestT4ProgressGoesToAmazonAlone(t *testing.T) {
	home, _ := thinker(t, forever)
	var mu sync.Mutex
	var dialled []string
	for endpoint, want := range map[string]string{
		europe: "api.eu.amazonalexa.com:443", "https://api.amazonalexa.com": "api.amazonalexa.com:443", "https://api.fe.amazonalexa.com/": "api.fe.amazonalexa.com:443",
		"http://api.eu.amazonalexa.com": "", "https://api.eu.amazonalexa.com.example.org": "", "https://example.org/api.eu.amazonalexa.com": "",
		"https://api.eu.amazonalexa.com@example.org": "", "https://u:p@api.eu.amazonalexa.com": "", "https://api.eu.amazonalexa.com:8443": "",
		"https://API.example.org": "", "//api.eu.amazonalexa.com": "", "api.eu.amazonalexa.com": "", "": "", "https://169.254.169.254": "", "\x00": "",
	} {
		mu.Lock()
		dialled = nil
		mu.Unlock()
		env := map[string]string{config.EnvURL: home, config.EnvToken: canary, config.EnvTokenSource: "stored", config.EnvSkillIDs: "amzn1.ask.skill.home"}
		app := New(Options{Getenv: func(name string) string { return env[name] }, Output: io.Discard, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if strings.HasPrefix(address, "127.0.0.1:") {
				return new(net.Dialer).DialContext(ctx, network, address)
			}
			mu.Lock()
			defer mu.Unlock()
			dialled = append(dialled, address)
			return nil, fmt.Errorf("nobody is called here")
		}})
		app.Start(t.Context())
		hear(t, app, spoken("en-US", endpoint), 200*time.Millisecond)
		mu.Lock()
		if got := strings.Join(dialled, ","); got != want && !strings.HasPrefix(got, want+",") || want == "" && got != "" {
			t.Errorf("%q: dialled %q, want %q", endpoint, got, want)
		}
		mu.Unlock()
	}
}

// TestT4BreakerOfItsOwn has a home think too long about many sentences, and then fail at
// them: the lights go on working, slow sentences are not held back, failing ones are.
func TestT4BreakerOfItsOwn(t *testing.T) {
	var failing atomic.Bool
	home, sentences := thinker(t, func(w http.ResponseWriter, r *http.Request) {
		if failing.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		forever(w, r)
	})
	app, out := started(t, home, map[string]string{config.EnvSkillIDs: "amzn1.ask.skill.home"})
	for range 8 {
		hear(t, app, spoken("en-US", ""), 150*time.Millisecond)
	}
	if n := sentences.Load(); n != 8 {
		t.Errorf("%d sentences reached the home, want 8", n)
	}
	failing.Store(true)
	for range 8 {
		hear(t, app, spoken("en-US", ""), time.Second)
	}
	if n := sentences.Load() - 8; n != 5 {
		t.Errorf("%d failing sentences reached the home, want 5", n)
	}
	out.before = len(out.lines)
	if _, b := invoke(t, app, turnOn); !bytes.Equal(b, []byte(handled)) {
		t.Errorf("the light does not go on: %s, %v", b, out.line(t)["error"])
	}
}

// TestT4PhrasesInEveryLanguage looks that no language lacks a phrase, or has that of
// another one.
func TestT4PhrasesInEveryLanguage(t *testing.T) {
	english := alexa.PhrasesFor("en-US")
	for _, locale := range []string{"en-US", "de-DE", "fr-FR", "es-ES", "it-IT", "pt-BR", "nl-NL", "ja-JP", "hi-IN", "ar-SA"} {
		p := alexa.PhrasesFor(locale)
		for i, phrase := range []string{p.Moment, p.Working, p.Refused, p.Unsupported} {
			other := []string{english.Moment, english.Working, english.Refused, english.Unsupported}[i]
			if phrase == "" || locale != "en-US" && phrase == other {
				t.Errorf("%s: phrase %d is %q", locale, i, phrase)
			}
		}
	}
}
