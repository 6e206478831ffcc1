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
	const skill = `{"skill_id":"amzn1.ask.skill.a"}`
	nightly := map[string]string{config.EnvPolicy: `[{"effect":"deny","namespace":"Alexa.LockController","name":"Unlock","hours":["22:00-06:00"],"time_zone":"Europe/Berlin"}]`}
	unlock := `{"namespace":"Alexa.LockController","name":"Unlock","endpoint":"lock#front","at":%q}`
	linked := map[string]string{config.EnvTokenSource: string(config.Linked)} // without a key, which the stored token is for
	noKey := `{"failed":{"kind":"not_found","cause":"no_key","message":"~no key"}}`
	shown := `{"host":"127.0.0.1","port":home:port}`
	certificate := `"host":"127.0.0.1","issuer":"Acme Co","chain":["example.com"],"tls":"TLS 1.3","from":"1970-01-01T00:00:00Z","until":"2084-01-29T16:00:00Z","days_left":"<365..40000>","names":["example.com","*.example.com","127.0.0.1","::1"]`
	drip := `{"key":"a","per_second":0.001,"burst":2}`
	walks[core.Security] = []walk{
		{op: "security.validate_request",
			one: visit{in: `{"body":{}}`, want: `{"bytes":2,"depth":1}`},
			two: visit{in: `{"body":{"a":[]}}`, want: `{"bytes":8,"depth":2}`}},
		{op: "security.validate_token",
			one: visit{in: `{"token":"Atza|abc"}`, want: `{"shape":"amazon","length":8,"expired":false,"expires":null,"verified":false}`},
			two: visit{in: `{"token":"` + "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"exp":1}`)) + `.x"}`,
				want: `{"shape":"jwt","length":18,"expired":true,"expires":"1970-01-01T00:00:01Z","left_seconds":0,"verified":false}`}},
		{op: "security.validate_input",
			one: visit{in: `{"value":["a"]}`, want: `{"bytes":5,"depth":1,"texts":1,"longest":1}`},
			two: visit{in: `{"value":["ab","c"]}`, want: `{"bytes":10,"depth":1,"texts":2,"longest":2}`}},
		{op: "security.redact",
			one: visit{in: `{"text":"nothing"}`, want: `{"text":"nothing","found":0}`},
			two: visit{in: `{"text":"token=abc and ` + canary + `"}`, want: `{"text":"token=[secret] and [secret]","found":2}`}},
		{op: "security.safe_error",
			one: visit{in: `{"text":"home.example.org:8123 refused","kind":"unreachable"}`, want: `{"kind":"unreachable","message":"[address] refused","hidden":1}`},
			two: visit{in: `{"text":"it refused","kind":"unreachable"}`, want: `{"kind":"unreachable","message":"it refused","hidden":0}`}},
		{op: "security.authenticate",
			one: visit{in: skill, want: `{"failed":{"kind":"forbidden","cause":"unknown_skill","message":"~amzn1.ask.skill.a.*ALEXA_SKILL_IDS"}}`},
			two: visit{in: skill, env: map[string]string{config.EnvSkillIDs: "amzn1.ask.skill.a"}, want: `{"by":"skill","user":null}`}},
		{op: "security.authorize_directive",
			one: visit{in: fmt.Sprintf(unlock, "2026-01-01T12:00:00Z"), env: nightly, want: `{"allowed":true,"rule":0,"rules":1}`},
			two: visit{in: fmt.Sprintf(unlock, "2026-01-01T23:00:00Z"), env: nightly, want: `{"failed":{"kind":"forbidden","cause":"policy","message":"~rule 1 .*Alexa.LockController.Unlock"}}`}},
		{op: "security.check_certificate",
			one: visit{in: shown, tls: true, want: `{"ok":false,"verified":true,"cause":"self_signed","problem":"~self-signed","advice":null,` + certificate + `}`},
			two: visit{in: shown, tls: true, env: map[string]string{config.EnvVerifySSL: "false"}, want: `{"ok":true,"verified":false,"cause":null,"problem":null,"advice":["~HOME_ASSISTANT_VERIFY_SSL"],` + certificate + `}`}},
		{op: "security.rate",
			one: visit{in: drip, want: `{"allowed":true,"keys":1,"left":1,"wait_seconds":0}`},
			two: visit{in: drip, before: after(`security.rate ` + drip), want: `{"allowed":true,"keys":1,"left":"<0..0.1>","wait_seconds":0}`}},
		{op: "security.reset_rate",
			one: visit{want: `{"reset":0}`},
			two: visit{before: after(`security.rate ` + drip), want: `{"reset":1}`}},
		// A version, a nonce, the text and a tag: 1, 12, 1 and 16 bytes.
		{op: "security.encrypt",
			one: visit{in: `{"text":"a"}`, want: `{"sealed":"~^A[A-Za-z0-9_-]{39}$"}`},
			two: visit{in: `{"text":"a"}`, env: linked, want: noKey}},
		// What an earlier version encrypted with the same token.
		{op: "security.decrypt",
			one: visit{in: `{"sealed":"AcrIZ1Dr1JmJ9JtO5Qfd9DFcaWi0OlN21VJUXd2I"}`, want: `{"text":"a"}`},
			two: visit{in: `{"sealed":"AcrIZ1Dr1JmJ9JtO5Qfd9DFcaWi0OlN21VJUXd2I"}`, env: map[string]string{config.EnvToken: "another"}, want: `{"failed":{"kind":"invalid","cause":"other_key"}}`}},
		{op: "security.decrypt",
			one: visit{in: `{"sealed":"AQ"}`, want: `{"failed":{"kind":"invalid","cause":"not_sealed"}}`},
			two: visit{in: `{"sealed":"AQ"}`, env: linked, want: noKey}},
		{op: "security.status",
			one: visit{env: nightly, want: `{"redactions":0,"key":true,"policy":true,"rules":[{"denied":0}],"allow_list":0,"skills":0,"refused":0,"denied":0,"rate_limited":0,"look_ups":0,"buckets":0}`},
			two: visit{env: map[string]string{config.EnvSkillIDs: "amzn1.ask.skill.b,amzn1.ask.skill.c"}, before: after(`security.redact {"text":"token=abc"}`, `security.rate `+drip),
				want: `{"redactions":1,"key":true,"policy":false,"rules":[],"skills":2,"refused":0,"buckets":1}`}},
		// The only look-up is not answered, so half of the points are lost.
		{op: "security.health",
			one: visit{before: answered(turnOn), want: `{"points":100,"reasons":null,"facts":{"allow_list":0,"policy":false,"look_ups":0,"unanswered":0,"refused":0}}`},
			two: visit{env: map[string]string{config.EnvAllowedUsers: "amzn1.account.OWNER"}, amazon: "http://127.0.0.1:1", before: answered(turnOn),
				want: `{"points":50,"reasons":["~^Amazon did not answer 1 of 1 "],"facts":{"allow_list":1,"policy":false,"look_ups":1,"unanswered":1,"refused":0}}`}},
	}
}

// TestAllowList checks that only the user on the allow-list reaches the home, and that
// each token is looked up once.
func TestAllowList(t *testing.T) {
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
			t.Errorf("%q: the reply is %s, Amazon got %d requests and the home %d; want %q, %d, %d", tt.token, b, asked, reached, tt.want, tt.asked, tt.reached)
		}
	}
	if log := strings.Join(out.lines, ""); strings.Contains(log, canary) || !strings.Contains(log, "amzn1.account.GUEST") {
		t.Errorf("the log shows a token, or does not show the rejected user: %s", log)
	}
	if h := app.authorizer.Health(); h.Points >= 100 || len(h.Reasons) != 1 {
		t.Errorf("the health is %+v, want one reason: Amazon did not answer once", h)
	}
}

// TestPolicyGuardsDirectives checks what reaches the home, whichever way a directive
// takes.
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
			t.Errorf("%.80s: the home got %d directives, want %d: %s, %v", event, reached, want, b, err)
		}
	}
	if log := strings.Join(out.lines, ""); !strings.Contains(log, "rule 2 of the policy denies Alexa.PowerController.TurnOn (the lights are not Alexa's)") {
		t.Errorf("the log does not name the rule that denied: %s", log)
	}
	status, err := core.Do(t.Context(), app.dispatcher, security.GetStatus, core.None{})
	if err != nil || status.Denied != 5 || len(status.Rules) != 2 || status.Rules[1].Denied != 5 {
		t.Errorf("the status is %+v, %v; want five directives denied by the second rule", status, err)
	}
}

// TestWrongAccess checks that the start reports what is wrong with the policy or the
// allow-list, and that no directive passes until it is fixed.
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
				t.Errorf("the reply to a directive is %s, want INTERNAL_ERROR: who may command is unknown", b)
			}
		})
	}
}

// TestCheckCertificate checks the certificates of homes that the function trusts or not:
// the operation and a request come to the same result.
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
				if _, err := core.Do(t.Context(), app.dispatcher, httpclient.Configure, httpclient.Config{Home: httpclient.Home{Pins: []string{tt.pin}}}); err != nil {
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
				t.Errorf("the check returns %v, a request %v; want the same", got.OK, err)
			}
		})
	}
}
