package app

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
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
