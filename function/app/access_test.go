package app

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

const homeSkill = "amzn1.ask.skill.home"

// said returns a request of the custom skill: a sentence, or an intent of the owner's
// own.
func said(intent, token string) string {
	user := `{"userId":"u"}`
	if token != "" {
		user = `{"userId":"u","accessToken":"` + token + `"}`
	}
	slots := ""
	if strings.HasPrefix(intent, config.SentenceIntent) {
		slots = `,"slots":{"` + config.SentenceSlot + `":{"name":"` + config.SentenceSlot + `","value":"unlock the front door"}}`
	}
	request := `{"type":"IntentRequest","requestId":"r","timestamp":"2026-01-01T00:00:00Z","locale":"en-US","intent":{"name":"` + intent + `"` + slots + `}}`
	if strings.HasSuffix(intent, "Request") {
		request = `{"type":"` + intent + `","requestId":"r","timestamp":"2026-01-01T00:00:00Z","locale":"en-US","intent":{"name":"` + config.SentenceIntent + `"}}`
	}
	return `{"version":"1.0","session":{"new":true,"sessionId":"s","application":{"applicationId":"` + homeSkill + `"},"user":` + user + `},` +
		`"context":{"System":{"application":{"applicationId":"` + homeSkill + `"},"user":` + user + `}},"request":` + request + `}`
}

// A guarded is a home that counts the requests that carry a token, and an Amazon that
// knows an owner and a guest.
type guarded struct {
	home, amazon *httptest.Server
	used         atomic.Int32
}

func newGuarded(t *testing.T) *guarded {
	g := new(guarded)
	g.home = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			g.used.Add(1)
		}
		switch r.URL.Path {
		case "/api/conversation/process":
			_, _ = io.WriteString(w, `{"response":{"response_type":"action_done","speech":{"plain":{"speech":"Unlocked"}}},"conversation_id":"c"}`)
		case "/api/alexa":
			_, _ = io.WriteString(w, `{"version":"1.0","response":{"outputSpeech":{"type":"PlainText","text":"Own"}}}`)
		default:
			_, _ = io.WriteString(w, handled)
		}
	}))
	t.Cleanup(g.home.Close)
	g.amazon = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Authorization") {
		case "Bearer owner-token":
			_, _ = io.WriteString(w, `{"user_id":"amzn1.account.OWNER"}`)
		case "Bearer guest-token":
			_, _ = io.WriteString(w, `{"user_id":"amzn1.account.GUEST"}`)
		default:
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(g.amazon.Close)
	return g
}

// start returns an App before that home, with the stored token.
func (g *guarded) start(t *testing.T, settings map[string]string) (*App, *writer) {
	t.Helper()
	env := map[string]string{
		config.EnvURL: g.home.URL, config.EnvToken: canary, config.EnvStage: "test", config.EnvTokenSource: string(config.Stored), config.EnvSkillIDs: homeSkill,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2048",
	}
	for k, v := range settings {
		env[k] = v
	}
	out := new(writer)
	app := New(Options{Getenv: func(name string) string { return env[name] }, Output: out, Amazon: g.amazon.URL})
	app.Start(t.Context())
	g.used.Store(0)
	return app, out
}

// ways are the ways by which an event comes to the function.
func ways(event string) map[string]string {
	all := map[string]string{
		"as it is":       event,
		"by process":     `{"operation":"lambda.process","input":{"event":` + event + `}}`,
		"process, twice": `{"operation":"lambda.handle_operation","input":{"operation":"lambda.process","input":{"event":` + event + `}}}`,
	}
	if strings.Contains(event, `"directive"`) {
		all["by handle_alexa"] = `{"operation":"lambda.handle_alexa","input":` + event + `}`
	} else {
		all["by handle_skill"] = `{"operation":"lambda.handle_skill","input":` + event + `}`
	}
	return all
}

// TestS1OneDoor goes every way to the home, for whom it is open and for whom not.
func TestS1OneDoor(t *testing.T) {
	const (
		denyAll  = `[{"effect":"deny","namespace":"*"}]`
		denyLock = `[{"effect":"deny","namespace":"Alexa.LockController"}]`
		mute     = `[{"effect":"deny","skill":"custom","reason":"no talking"}]`
	)
	users := map[string]string{config.EnvAllowedUsers: "amzn1.account.OWNER"}
	policy := func(rules, conversation string) map[string]string {
		return map[string]string{config.EnvPolicy: rules, config.EnvConversation: conversation}
	}
	directive := func(token string) string { return strings.Replace(turnOn, `"token":"`+canary, `"token":"`+token, 1) }
	for name, tt := range map[string]struct {
		settings map[string]string
		event    string
		reached  bool
		want     string // in the reply
	}{
		"directive, no rules":                  {nil, directive("any"), true, `"Response"`},
		"directive of the owner":               {users, directive("owner-token"), true, `"Response"`},
		"directive of a guest":                 {users, directive("guest-token"), false, "INSUFFICIENT_PERMISSIONS"},
		"directive of no one":                  {users, directive(""), false, "INVALID_AUTHORIZATION_CREDENTIAL"},
		"directive, denied":                    {policy(denyAll, "allow"), directive("any"), false, "INSUFFICIENT_PERMISSIONS"},
		"directive, a rule for sentences":      {policy(mute, ""), directive("any"), true, `"Response"`},
		"sentence, no rules":                   {nil, said("Sentence_turn", ""), true, "Unlocked"},
		"sentence of the owner":                {users, said("Sentence_turn", "owner-token"), true, "Unlocked"},
		"sentence of a guest":                  {users, said("Sentence_turn", "guest-token"), false, "isn't allowed"},
		"sentence of an unknown token":         {users, said("Sentence_turn", "stolen-token"), false, `"LinkAccount"`},
		"sentence without an account":          {users, said("Sentence_turn", ""), false, `"LinkAccount"`},
		"own intent of the owner":              {users, said("GoodNight", "owner-token"), true, "Own"},
		"own intent of a guest":                {users, said("GoodNight", "guest-token"), false, "isn't allowed"},
		"own intent without an account":        {users, said("GoodNight", ""), false, `"LinkAccount"`},
		"sentence, undecided":                  {policy(denyAll, ""), said("Sentence_turn", ""), false, "isn't allowed"},
		"sentence, undecided about a lock":     {policy(denyLock, ""), said("Sentence_turn", ""), false, "isn't allowed"},
		"sentence, undecided, all allowed":     {policy(`[{"effect":"allow","namespace":"*"}]`, ""), said("Sentence_turn", ""), false, "isn't allowed"},
		"own intent, undecided":                {policy(denyAll, ""), said("GoodNight", ""), false, "isn't allowed"},
		"sentence, allowed":                    {policy(denyLock, "allow"), said("Sentence_turn", ""), true, "Unlocked"},
		"sentence, Allowed":                    {policy(denyLock, "Allow"), said("Sentence_turn", ""), true, "Unlocked"},
		"sentence, denied":                     {policy(denyLock, "deny"), said("Sentence_turn", ""), false, "isn't allowed"},
		"sentence, denied without a policy":    {policy("", "deny"), said("Sentence_turn", ""), false, "isn't allowed"},
		"sentence, denied by a rule":           {policy(mute, "allow"), said("Sentence_turn", ""), false, "isn't allowed"},
		"own intent, denied by a rule":         {policy(mute, ""), said("GoodNight", ""), false, "isn't allowed"},
		"sentence, allowed by a rule":          {policy(`[{"effect":"allow","skill":"custom"},{"effect":"deny","namespace":"*"}]`, ""), said("Sentence_turn", ""), true, "Unlocked"},
		"launch, denied":                       {policy(denyAll, "deny"), said("LaunchRequest", ""), false, "outputSpeech"},
		"a question about an intent, for none": {users, said("CanFulfillIntentRequest", ""), false, "canFulfillIntent"},
	} {
		for way, event := range ways(tt.event) {
			t.Run(name+", "+way, func(t *testing.T) {
				g := newGuarded(t)
				app, out := g.start(t, tt.settings)
				b, err := app.Invoke(t.Context(), []byte(event))
				if reached := g.used.Load() > 0; err != nil || reached != tt.reached {
					t.Errorf("the token was used: %v, want %v: %s, %v", reached, tt.reached, b, err)
				}
				if way == "as it is" && !strings.Contains(string(b), tt.want) {
					t.Errorf("the reply is %s, want %q in it", b, tt.want)
				}
				if log := strings.Join(out.lines, ""); strings.Contains(log, canary) || strings.Contains(log, "guest-token") {
					t.Errorf("the log shows a token: %s", log)
				}
			})
		}
	}
}

// TestS1Diagnosis checks that the diagnosis, which carries out nothing, passes the door
// whatever the policy says, and that no directive passes with it.
func TestS1Diagnosis(t *testing.T) {
	g := newGuarded(t)
	app, _ := g.start(t, map[string]string{config.EnvPolicy: `[{"effect":"deny","namespace":"*"}]`, config.EnvAllowedUsers: "amzn1.account.OWNER"})
	b, err := app.Invoke(t.Context(), []byte(`{"operation":"lambda.diagnose"}`))
	if err != nil || g.used.Load() == 0 || !strings.Contains(string(b), `"steps"`) {
		t.Errorf("got %s, %v; want a diagnosis with the token", b, err)
	}
}

// TestS2RulesAreCounted has directives and sentences pass rules: the status has how
// often each matched, and the health names the one that never did.
func TestS2RulesAreCounted(t *testing.T) {
	g := newGuarded(t)
	app, _ := g.start(t, map[string]string{config.EnvPolicy: `[
		{"effect":"Allow","endpoint":"light.kitchen"},
		{"effect":"deny","endpoint":"lock.front_door"},
		{"effect":"deny","skill":"custom"}]`})
	for range 2 {
		invoke(t, app, turnOn)
	}
	if _, err := app.Invoke(t.Context(), []byte(said("GoodNight", ""))); err != nil {
		t.Fatal(err)
	}
	for operation, want := range map[string]string{
		"security.status": `"rules":[{"rule":1,"effect":"allow","denied":0,"allowed":2},{"rule":2,"effect":"deny","denied":0},{"rule":3,"effect":"deny","denied":1}],"rules_that_never_matched":["rule 2 (deny lock.front_door)"]`,
		"lambda.status":   `"rules_that_never_matched":"rule 2 (deny lock.front_door)"`,
	} {
		b, err := app.Invoke(t.Context(), []byte(fmt.Sprintf(`{"operation":%q}`, operation)))
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s: got %s, %v; want %s in it", operation, b, err, want)
		}
	}
}

// TestS7PlainSpeech has a home's conversation answer with markup where plain text is
// expected, and where SSML is.
func TestS7PlainSpeech(t *testing.T) {
	const markup = `<speak><audio src=\"https://evil.example/x.mp3\"/>hello</speak>`
	for name, tt := range map[string]struct{ speech, kind string }{
		"plain":          {`{"plain":{"speech":"` + markup + `"}}`, "PlainText"},
		"plain and SSML": {`{"plain":{"speech":"` + markup + `"},"ssml":{"speech":"<speak>b</speak>"}}`, "PlainText"},
		"SSML":           {`{"ssml":{"speech":"` + markup + `"}}`, "SSML"},
		"part of SSML":   {`{"ssml":{"speech":"<break/>b"}}`, "SSML"},
	} {
		t.Run(name, func(t *testing.T) {
			home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, `{"response":{"response_type":"action_done","speech":`+tt.speech+`},"continue_conversation":true}`)
			}))
			defer home.Close()
			app, _ := started(t, home.URL, map[string]string{config.EnvSkillIDs: homeSkill})
			b, err := app.Invoke(t.Context(), []byte(said("Sentence_turn", "")))
			var r struct {
				Response struct {
					OutputSpeech struct{ Type, Text, SSML string }
					Reprompt     struct{ OutputSpeech struct{ Type string } }
				}
			}
			if json.Unmarshal(b, &r) != nil || err != nil || r.Response.OutputSpeech.Type != tt.kind || r.Response.Reprompt.OutputSpeech.Type != tt.kind {
				t.Errorf("got %s, %v; want %s", b, err, tt.kind)
			}
			if tt.kind == "PlainText" && (r.Response.OutputSpeech.SSML != "" || !strings.HasPrefix(r.Response.OutputSpeech.Text, "<speak><audio")) {
				t.Errorf("the text is not said as it is: %s", b)
			}
		})
	}
}

// TestS10BadLinkedToken has directives and sentences come with a token that no header
// can carry: the owner of the account is told, and neither the home nor the breaker has
// to do with it.
func TestS10BadLinkedToken(t *testing.T) {
	for name, token := range map[string]string{
		"a line break": `a\nb`, "a header": `a\r\nX-Evil: 1`, "a carriage return": `a\rb`, "a null": `a\u0000b`, "a blank": `a b`, "DEL": `a\u007fb`,
		"not ASCII": `aéb`, "a break at the end": `a\n`, "huge": strings.Repeat("a", 9000),
	} {
		for way, settings := range map[string]map[string]string{
			"linked": {config.EnvTokenSource: string(config.Linked), config.EnvToken: ""}, "allow-list": {config.EnvAllowedUsers: "amzn1.account.OWNER"},
		} {
			t.Run(name+", "+way, func(t *testing.T) {
				g := newGuarded(t)
				app, out := g.start(t, settings)
				out.before = len(out.lines)
				event := strings.Replace(turnOn, `"token":"`+canary, `"token":"`+token, 1)
				for range 10 {
					if r, b := invoke(t, app, event); r.Event.Payload.Type != "INVALID_AUTHORIZATION_CREDENTIAL" {
						t.Fatalf("the reply is %s", b)
					}
				}
				if b, err := app.Invoke(t.Context(), []byte(said("Sentence_turn", token))); err != nil || !strings.Contains(string(b), "LinkAccount") {
					t.Errorf("a sentence is answered with %s, %v", b, err)
				}
				if n := g.used.Load(); n != 0 {
					t.Errorf("the home was asked %d times", n)
				}
				if r := operate(t, app, `{"operation":"circuit_breaker.all"}`); strings.Contains(string(r.Data), `"state":"open"`) || strings.Contains(string(r.Data), `"failures":1`) {
					t.Errorf("a breaker counts it: %s", r.Data)
				}
				good := strings.Replace(turnOn, `"token":"`+canary, `"token":"owner-token`, 1)
				if r, b := invoke(t, app, good); r.Event.Header.Name != "Response" {
					t.Errorf("a good token is answered with %s", b)
				}
			})
		}
	}
}

// TestS6Application has an allow-list and a client id: a token that its user gave to
// another application does not command, and no log shows a token.
func TestS6Application(t *testing.T) {
	const client = "amzn1.application-oa2-client.00ff"
	var asked atomic.Int32
	amazon := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		token := r.URL.Query().Get("access_token")
		if r.URL.Path != "/auth/o2/tokeninfo" || r.Header.Get("Authorization") != "" {
			t.Errorf("Amazon was asked %s", r.URL.Path)
		}
		switch token {
		case "Atza|own+token/=&" + canary:
			_, _ = io.WriteString(w, `{"iss":"https://www.amazon.com","user_id":"amzn1.account.OWNER","aud":"`+client+`","app_id":"amzn1.application.1","exp":3597,"iat":1}`)
		case "Atza|foreign" + canary:
			_, _ = io.WriteString(w, `{"user_id":"amzn1.account.OWNER","aud":"amzn1.application-oa2-client.evil","app_id":"`+client+`"}`)
		case "Atza|guest" + canary:
			_, _ = io.WriteString(w, `{"user_id":"amzn1.account.GUEST","aud":"`+client+`"}`)
		case "Atza|without" + canary:
			_, _ = io.WriteString(w, `{"user_id":"amzn1.account.OWNER"}`)
		case "Atza|down" + canary:
			w.WriteHeader(http.StatusBadGateway)
		default:
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":"invalid_token","error_description":"`+token+`"}`)
		}
	}))
	defer amazon.Close()
	g := newGuarded(t)
	g.amazon.Config.Handler = amazon.Config.Handler
	app, out := g.start(t, map[string]string{config.EnvAllowedUsers: "amzn1.account.OWNER", config.EnvAmazonClientID: client, config.EnvLogLevel: "debug"})
	for _, tt := range []struct {
		token, want, cause string
		asked, used        int32
	}{
		{"Atza|own+token/=&", "", "", 1, 1},
		{"Atza|own+token/=&", "", "", 1, 2},
		{"Atza|foreign", "INVALID_AUTHORIZATION_CREDENTIAL", "other_application", 2, 2},
		{"Atza|guest", "INSUFFICIENT_PERMISSIONS", "unknown_user", 3, 2},
		{"Atza|without", "INVALID_AUTHORIZATION_CREDENTIAL", "other_application", 4, 2},
		{"Atza|unknown", "INVALID_AUTHORIZATION_CREDENTIAL", "unknown_token", 5, 2},
	} {
		out.lines = nil
		event := strings.Replace(turnOn, `"token":"`, `"token":"`+tt.token, 1)
		r, b := invoke(t, app, event)
		if r.Event.Payload.Type != tt.want || asked.Load() != tt.asked || g.used.Load() != tt.used {
			t.Errorf("%s: the reply is %s, Amazon was asked %d times and the home %d times; want %q, %d, %d", tt.token, b, asked.Load(), g.used.Load(), tt.want, tt.asked, tt.used)
		}
		log := strings.Join(out.lines, "")
		if strings.Contains(log, canary) || strings.Contains(log, "access_token=Atza") || tt.cause != "" && !strings.Contains(log, `"cause":"`+tt.cause+`"`) {
			t.Errorf("%s: the log shows a token, or not the cause %s: %s", tt.token, tt.cause, log)
		}
	}
	b, err := app.Invoke(t.Context(), []byte(said("Sentence_turn", "Atza|foreign"+canary)))
	if err != nil || !strings.Contains(string(b), "LinkAccount") || g.used.Load() != 2 {
		t.Errorf("a sentence with it is answered with %s, %v", b, err)
	}
}

// TestS8LiteralSecrets has a home that says the secrets it was shown in its answers, as
// servers write them: none is in the log, in the reply or in the status.
func TestS8LiteralSecrets(t *testing.T) {
	const (
		token  = `plain"words/without+shape?and=more&canary`
		header = `service\secret <canary> 100%`
	)
	quote := func(s string) string { b, _ := json.Marshal(s); return string(b[1 : len(b)-1]) }
	spellings := map[string]func(string) string{
		"as it is":              func(s string) string { return s },
		"JSON":                  quote,
		"JSON in JSON":          func(s string) string { return quote(quote(s)) },
		"URL":                   url.QueryEscape,
		"URL, small letters":    func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%2F", "%2f") },
		"path":                  url.PathEscape,
		"HTML":                  html.EscapeString,
		"URL, here and there":   func(s string) string { return strings.NewReplacer(" ", "%20", `"`, "%22", "/", "%2f").Replace(s) },
		"HTML in a URL's shape": func(s string) string { return url.QueryEscape(html.EscapeString(s)) },
		"base64":                func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64, in more":       func(s string) string { return base64.StdEncoding.EncodeToString([]byte("u:" + s + "\n")) },
		"base64, in more yet":   func(s string) string { return base64.URLEncoding.EncodeToString([]byte("u" + s)) },
		"base64 for URLs":       func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
		"hexadecimal digits":    func(s string) string { return hex.EncodeToString([]byte(s)) },
		"hexadecimal, capital":  func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	}
	for source, settings := range map[string]map[string]string{
		"stored": {config.EnvToken: token}, "linked": {config.EnvToken: "", config.EnvTokenSource: string(config.Linked)},
	} {
		for name, spell := range spellings {
			t.Run(source+", "+name, func(t *testing.T) {
				home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					shown := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
					if shown != "" && (shown != token || r.Header.Get("X-Service") != header) {
						t.Errorf("the home was shown %q and %q", shown, r.Header.Get("X-Service"))
					}
					_, _ = io.WriteString(w, "<html>you sent "+spell(shown)+" and "+spell(r.Header.Get("X-Service")))
				}))
				defer home.Close()
				env := map[string]string{config.EnvHeaders: `{"X-Service":"` + quote(header) + `"}`, config.EnvSkillIDs: homeSkill, config.EnvLogLevel: "debug"}
				for k, v := range settings {
					env[k] = v
				}
				app, out := started(t, home.URL, env)
				event := strings.Replace(turnOn, `"token":"`+canary, `"token":"`+quote(token), 1)
				_, reply := invoke(t, app, event)
				if _, err := app.Invoke(t.Context(), []byte(said("GoodNight", quote(token)))); err != nil {
					t.Fatal(err)
				}
				status, err := app.Invoke(t.Context(), []byte(`{"operation":"lambda.status"}`))
				if err != nil {
					t.Fatal(err)
				}
				text := strings.Join(out.lines, "") + string(reply) + string(status)
				for _, secret := range []string{token, header} {
					if core := strings.Trim(spell(secret), "="); strings.Contains(text, core) || strings.Contains(text, quote(core)) || strings.Contains(text, core[4:len(core)-4]) {
						t.Errorf("%q is in %s", core, text)
					}
				}
			})
		}
	}
}
