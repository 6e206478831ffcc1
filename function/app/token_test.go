package app

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
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
// can carry: the line reports it to the owner, and neither the home nor the breaker has
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
		case "Atza|spelled" + canary:
			_, _ = io.WriteString(w, `{"user_id":"amzn1.account.GUEST","USER_ID":"amzn1.account.OWNER","aud":"`+client+`"}`)
		case "Atza|capitals" + canary:
			_, _ = io.WriteString(w, `{"user_id":"amzn1.account.OWNER","aud":"amzn1.application-oa2-client.evil","Aud":"`+client+`"}`)
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
		{"Atza|spelled", "INSUFFICIENT_PERMISSIONS", "unknown_user", 6, 2},
		{"Atza|capitals", "INVALID_AUTHORIZATION_CREDENTIAL", "other_application", 7, 2},
	} {
		out.lines = nil
		event := strings.Replace(turnOn, `"token":"`, `"token":"`+tt.token, 1)
		r, b := invoke(t, app, event)
		if r.Event.Payload.Type != tt.want || asked.Load() != tt.asked || g.used.Load() != tt.used {
			t.Errorf("%s: the reply is %s, Amazon was asked %d times and the home %d times; want %q, %d, %d", tt.token, b, asked.Load(), g.used.Load(), tt.want, tt.asked, tt.used)
		}
		log, outcome := strings.Join(out.lines, ""), "succeeded"
		if tt.cause != "" {
			outcome = "denied"
		}
		if !strings.Contains(log, `"outcome":"`+outcome+`"`) {
			t.Errorf("%s: it did not end as %s: %s", tt.token, outcome, log)
		}
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
