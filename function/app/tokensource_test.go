package app

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestA4TokenSource has the home reject each kind of token, in both ways and both kinds
// of skill. The line says what mends it, and a person is asked to link the account
// only where that does.
func TestA4TokenSource(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer home.Close()
	expired := "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"exp":1000000000}`)) + ".x"
	const link, store, console = "disable the skill in the Alexa app and enable it again", "`hearthgate token`", "account linking name Home Assistant"
	for _, tt := range []struct {
		name   string
		source config.TokenSource
		token  string
		told   string // to Alexa, for a directive
		fix    string // in the error, for the owner; nothing of the others is
		card   bool   // a custom skill's reply asks to link the account
	}{
		{"stored", config.Stored, canary, "INVALID_AUTHORIZATION_CREDENTIAL", store, false},
		{"stored, expired", config.Stored, expired, "EXPIRED_AUTHORIZATION_CREDENTIAL", store, false},
		{"stored, Login with Amazon's", config.Stored, "Atza|" + canary, "INVALID_AUTHORIZATION_CREDENTIAL", store, false},
		{"linked", config.Linked, canary, "INVALID_AUTHORIZATION_CREDENTIAL", link, true},
		{"linked, expired", config.Linked, expired, "EXPIRED_AUTHORIZATION_CREDENTIAL", link, true},
		{"linked, Login with Amazon's", config.Linked, "Atza|" + canary, "INVALID_AUTHORIZATION_CREDENTIAL", console, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			settings := map[string]string{config.EnvTokenSource: string(tt.source), config.EnvToken: "", config.EnvSkillIDs: "amzn1.ask.skill.home"}
			if tt.source == config.Stored {
				settings[config.EnvToken] = tt.token
			}
			sentence := fmt.Sprintf(`{"version":"1.0","context":{"System":{"application":{"applicationId":"amzn1.ask.skill.home"},"user":{"userId":"u","accessToken":%q}}},`+
				`"request":{"type":"IntentRequest","requestId":"r","locale":"en-US","intent":{"name":"SentenceIntent","slots":{"sentence":{"name":"sentence","value":"turn on the light"}}}}}`, tt.token)
			for _, event := range []string{strings.Replace(turnOn, `"token":"`+canary, `"token":"`+tt.token, 1), sentence} {
				app, out := started(t, home.URL, settings)
				// The second time requests with the token are paused, and the same mends it.
				for _, when := range []string{"first", "second"} {
					out.before = len(out.lines)
					b, err := app.Invoke(t.Context(), []byte(event))
					if err != nil {
						t.Fatal(err)
					}
					said, _ := out.line(t)["error"].(string)
					for _, fix := range []string{link, store, console} {
						if when == "first" && strings.Contains(said, fix) != (fix == tt.fix) {
							t.Errorf("the error is %q, want %q in it", said, tt.fix)
						}
					}
					if amazon := strings.HasPrefix(tt.token, "Atza|"); when == "first" && strings.Contains(said, "Login with Amazon's, not Home Assistant's") != amazon {
						t.Errorf("the error is %q; the token is Login with Amazon's: %v", said, amazon)
					}
					if event != sentence && !strings.Contains(string(b), tt.told) {
						t.Errorf("the reply is %s, want %s", b, tt.told)
					}
					if event == sentence && (strings.Contains(string(b), "LinkAccount") != tt.card || strings.Contains(string(b), "link your account") != tt.card) {
						t.Errorf("the %s reply is %s, want a card that asks to link the account: %v", when, b, tt.card)
					}
				}
			}
		})
	}
}

// TestA4LinkedWithoutToken has an account that is not linked, in both kinds of skill.
func TestA4LinkedWithoutToken(t *testing.T) {
	app, out := started(t, "http://127.0.0.1:1", map[string]string{config.EnvTokenSource: string(config.Linked), config.EnvToken: ""})
	_, b := invoke(t, app, strings.Replace(turnOn, `"token":"`+canary, `"token":"`, 1))
	if said, _ := out.line(t)["error"].(string); !strings.Contains(string(b), "INVALID_AUTHORIZATION_CREDENTIAL") || !strings.Contains(said, "link the skill with Home Assistant") {
		t.Errorf("the reply is %s, the error %q", b, said)
	}
}
