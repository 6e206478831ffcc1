package app

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

func init() {
	done = append(done, core.Security)
	nightly := map[string]string{config.EnvPolicy: `[{"effect":"deny","namespace":"Alexa.LockController","name":"Unlock","hours":["22:00-06:00"],"time_zone":"Europe/Berlin"}]`}
	unlock := `{"namespace":"Alexa.LockController","name":"Unlock","endpoint":"lock#front","at":%q}`
	linked := map[string]string{config.EnvTokenSource: string(config.Linked)}
	shown := `{"host":"127.0.0.1","port":home:port}`
	drip := `{"key":"a","per_second":0.001,"burst":2}`
	walks[core.Security] = []walk{
		{op: "security.validate_request", differ: "depth",
			one: visit{in: `{"body":{}}`}, two: visit{in: `{"body":{"a":[]}}`}},
		{op: "security.validate_token", differ: "shape",
			one: visit{in: `{"token":"Atza|abc"}`}, two: visit{in: `{"token":"` + "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"exp":1}`)) + `.x"}`}},
		{op: "security.validate_input", differ: "longest",
			one: visit{in: `{"value":["a"]}`}, two: visit{in: `{"value":["ab"]}`}},
		{op: "security.redact", differ: "found",
			one: visit{in: `{"text":"nothing"}`}, two: visit{in: `{"text":"token=abc"}`}},
		{op: "security.safe_error", differ: "message",
			one: visit{in: `{"text":"home.example.org:8123 refused","kind":"unreachable"}`}, two: visit{in: `{"text":"it refused","kind":"unreachable"}`}},
		{op: "security.authenticate", differ: "error",
			one: visit{in: `{"skill_id":"amzn1.ask.skill.a"}`},
			two: visit{in: `{"skill_id":"amzn1.ask.skill.a"}`, env: map[string]string{config.EnvSkillIDs: "amzn1.ask.skill.a"}}},
		{op: "security.authorize_directive", differ: "error",
			one: visit{in: fmt.Sprintf(unlock, "2026-01-01T12:00:00Z"), env: nightly},
			two: visit{in: fmt.Sprintf(unlock, "2026-01-01T23:00:00Z"), env: nightly}},
		{op: "security.check_certificate", differ: "ok",
			one: visit{in: shown, tls: true}, two: visit{in: shown, tls: true, env: map[string]string{config.EnvVerifySSL: "false"}}},
		{op: "security.rate", differ: "left",
			one: visit{in: drip}, two: visit{in: drip, before: after(`security.rate ` + drip)}},
		{op: "security.reset_rate", differ: "reset",
			one: visit{in: `{}`}, two: visit{in: `{}`, before: after(`security.rate ` + drip)}},
		{op: "security.encrypt", differ: "error",
			one: visit{in: `{"text":"a"}`}, two: visit{in: `{"text":"a"}`, env: linked}},
		{op: "security.decrypt", differ: "error",
			one: visit{in: `{"sealed":"AQ"}`},
			two: visit{in: `{"sealed":"AQ"}`, env: linked}},
		{op: "security.status", differ: "redactions",
			one: visit{in: `{}`}, two: visit{in: `{}`, before: after(`security.redact {"text":"token=abc"}`)}},
	}
}

// TestUsersAreAsked has an allow-list: only the user on it reaches the home, and
// Amazon is asked once for each token.
func TestUsersAreAsked(t *testing.T) {
	asked, reached := 0, 0
	amazon := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		switch r.Header.Get("Authorization") {
		case "Bearer owner-" + canary:
			_, _ = w.Write([]byte(`{"user_id":"amzn1.account.OWNER"}`))
		case "Bearer guest-" + canary:
			_, _ = w.Write([]byte(`{"user_id":"amzn1.account.GUEST"}`))
		case "Bearer broken-" + canary:
			w.WriteHeader(http.StatusInternalServerError)
		default:
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	defer amazon.Close()
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			reached++
		}
		_, _ = w.Write([]byte(handled))
	}))
	defer home.Close()
	env := map[string]string{config.EnvURL: home.URL, config.EnvToken: canary, config.EnvAllowedUsers: "amzn1.account.OWNER"}
	out := &writer{}
	app := New(Options{Getenv: func(name string) string { return env[name] }, Output: out, Amazon: amazon.URL})
	app.Start(t.Context())
	for _, tt := range []struct {
		token, want    string
		asked, reached int
	}{
		{"owner-" + canary, "", 1, 1},
		{"owner-" + canary, "", 1, 2},
		{"guest-" + canary, "INSUFFICIENT_PERMISSIONS", 2, 2},
		{"nobody-" + canary, "INVALID_AUTHORIZATION_CREDENTIAL", 3, 2},
		{"nobody-" + canary, "INVALID_AUTHORIZATION_CREDENTIAL", 3, 2},
		{"broken-" + canary, "BRIDGE_UNREACHABLE", 4, 2},
		{"", "INVALID_AUTHORIZATION_CREDENTIAL", 4, 2},
	} {
		event := strings.Replace(turnOn, `"token":"`+canary, `"token":"`+tt.token, 1)
		if r, b := invoke(t, app, event); r.Event.Payload.Type != tt.want || asked != tt.asked || reached != tt.reached {
			t.Errorf("%q: the reply is %s, Amazon was asked %d times and the home %d times; want %q, %d, %d", tt.token, b, asked, reached, tt.want, tt.asked, tt.reached)
		}
	}
	if log := strings.Join(out.lines, ""); strings.Contains(log, canary) || !strings.Contains(log, "amzn1.account.GUEST") {
		t.Errorf("the log shows a token, or not who was refused: %s", log)
	}
	if h := app.authorizer.Health(); h.Points >= 100 || len(h.Reasons) != 1 {
		t.Errorf("the health is %+v, though Amazon did not answer once", h)
	}
}

// TestPolicyGuardsDirectives looks at what reaches the home, on every way there is.
func TestPolicyGuardsDirectives(t *testing.T) {
	reached := 0
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			reached++
		}
		_, _ = w.Write([]byte(handled))
	}))
	defer home.Close()
	app, out := started(t, home.URL, map[string]string{config.EnvPolicy: `[
		{"effect":"allow","endpoint":"light#hall"},
		{"effect":"deny","endpoint":"light#*","reason":"the lights are not Alexa's"}]`})
	hall := strings.Replace(turnOn, "light#kitchen", "light#hall", 1)
	for event, want := range map[string]int{turnOn: 0, hall: 1, reportState: 0, discover: 1, acceptGrant: 1,
		`{"operation":"lambda.handle_alexa","input":` + turnOn + `}`:      0,
		`{"operation":"lambda.process","input":{"event":` + turnOn + `}}`: 0,
		`{"operation":"lambda.process","input":{"event":` + hall + `}}`:   1,
		`{"operation":"lambda.handle_alexa","input":` + reportState + `}`: 0,
		`{"operation":"security.authorize_directive","input":{"namespace":"Alexa.PowerController","name":"TurnOn","endpoint":"light#kitchen","at":"2026-01-01T00:00:00Z"}}`: 0,
	} {
		reached = 0
		b, err := app.Invoke(t.Context(), []byte(event))
		if err != nil || reached != want {
			t.Errorf("%.80s: the home was reached %d times, want %d: %s, %v", event, reached, want, b, err)
		}
	}
	if log := strings.Join(out.lines, ""); !strings.Contains(log, "rule 2 of the policy denies Alexa.PowerController.TurnOn (the lights are not Alexa's)") {
		t.Errorf("the log does not say which rule denied: %s", log)
	}
	status, err := core.Do(t.Context(), app.dispatcher, security.GetStatus, core.None{})
	if err != nil || status.Denied != 5 || len(status.Rules) != 2 || status.Rules[1].Denied != 5 {
		t.Errorf("the status is %+v, %v; want five directives that the second rule denied", status, err)
	}
}

// TestWrongAccess has the start say what is wrong with who may do what.
func TestWrongAccess(t *testing.T) {
	for name, tt := range map[string]struct {
		env  map[string]string
		want string
	}{
		"policy": {map[string]string{config.EnvPolicy: `[{"effect":"deny","name":"Unlock"},{"effect":"deny","hourz":[]}]`}, `DIRECTIVE_POLICY rule 2: there is no field "hourz"`},
		"users":  {map[string]string{config.EnvAllowedUsers: "amzn1.account.A", config.EnvTokenSource: "linked"}, "ALLOWED_USERS has no effect"},
	} {
		t.Run(name, func(t *testing.T) {
			app, out := started(t, "http://127.0.0.1:1", tt.env)
			var start struct{ Msg, Message string }
			_ = json.Unmarshal([]byte(out.lines[0]), &start)
			if text := start.Msg + start.Message; !strings.Contains(text, tt.want) {
				t.Errorf("the start wrote %s, want %q in it", out.lines, tt.want)
			}
			if r, b := invoke(t, app, turnOn); r.Event.Payload.Type != "INTERNAL_ERROR" {
				t.Errorf("a directive is answered with %s, though it is not known who may command", b)
			}
		})
	}
}

// TestCheckCertificate has homes that the function trusts and some that it does not,
// and looks that the check and a request come to the same.
func TestCheckCertificate(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	host, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	key := sha256.Sum256(server.Certificate().RawSubjectPublicKeyInfo)
	pin := func(key []byte) string { return base64.StdEncoding.EncodeToString(key) }
	unverified := map[string]string{config.EnvVerifySSL: "false"}
	for name, tt := range map[string]struct {
		home, pin string
		env       map[string]string
		verified  bool
		cause     string
	}{
		"an authority of its own":       {home: server.URL, env: map[string]string{config.EnvCA: ca}, verified: true},
		"that, for another home":        {home: "https://127.0.0.1:1", env: map[string]string{config.EnvCA: ca}, verified: true, cause: "self_signed"},
		"nobody vouches for it":         {home: server.URL, verified: true, cause: "self_signed"},
		"whatever it shows":             {home: server.URL, env: unverified},
		"whatever it shows, not others": {home: "https://127.0.0.1:1", env: unverified, verified: true, cause: "self_signed"},
		"a pinned key":                  {home: server.URL, env: unverified, pin: pin(key[:]), verified: true},
		"another pinned key":            {home: server.URL, env: unverified, pin: pin(make([]byte, 32)), verified: true, cause: "other_key"},
	} {
		t.Run(name, func(t *testing.T) {
			app, _ := started(t, tt.home, tt.env)
			if tt.pin != "" {
				if _, err := core.Do(t.Context(), app.dispatcher, httpclient.Configure, httpclient.Config{Pins: []string{tt.pin}}); err != nil {
					t.Fatal(err)
				}
			}
			out, err := core.Execute(t.Context(), app.dispatcher, "security.check_certificate", []byte(`{"host":"`+host+`","port":`+port+`}`))
			var got security.CertificateResult
			if err == nil {
				err = json.Unmarshal(out, &got)
			}
			if err != nil || got.OK != (tt.cause == "") || got.Verified != tt.verified || string(got.Cause) != tt.cause || len(got.Advice) > 0 == tt.verified {
				t.Errorf("got %s, %v", out, err)
			}
			if got.Certificate == nil || got.DaysLeft < 365 || got.TLS != "TLS 1.3" || len(got.Chain) != 1 {
				t.Errorf("the certificate is %+v", got.Certificate)
			}
			_, err = core.Do(t.Context(), app.dispatcher, httpclient.MakeRequest, httpclient.Request{URL: server.URL})
			if (err == nil) != got.OK {
				t.Errorf("the check says %v, and a request %v", got.OK, err)
			}
		})
	}
}
