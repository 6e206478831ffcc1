package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
)

// TestNoSecretAtDebug puts a canary wherever a secret can sit, in what Alexa sends,
// in the settings and in what a home answers, and has the function say all that it
// can: none is in its output, which is searched when the test ends. Every other
// test here searches too.
func TestNoSecretAtDebug(t *testing.T) {
	token := canaries.make("eyJhbGciOiJIUzI1NiJ9.e30.")
	leaky := faultyhome.Answer(200, inJSON, `{"event":{"endpoint":{"scope":{"token":"`+canaries.make("Atza|")+`"},"cookie":{"a":"`+canaries.make("c")+`"}},"payload":{"grant":{"code":"`+canaries.make("g")+`"}`)
	for _, test := range []struct {
		name   string
		behave faultyhome.Behaviour
	}{
		{"well", faultyhome.Well(demohome.New(token))},
		{"refuses", faultyhome.After(faultyhome.Say(faultyhome.Answer(401, plain, token)))},
		{"repeats the token", faultyhome.After(faultyhome.Say(faultyhome.Answer(500, plain, "Bearer "+token)))},
		{"half an answer with tokens in it", faultyhome.After(faultyhome.Say(leaky))},
		{"leads elsewhere with a token", faultyhome.After(faultyhome.Say(faultyhome.Answer(302, "Location: http://elsewhere.test/?access_token="+canaries.make("t"), "")))},
		{"answers in a header", faultyhome.After(faultyhome.Say("HTTP/1.1 200 " + token + "\r\nSet-Cookie: " + canaries.make("s") + "\r\nX: \x01" + token + "\r\n\r\n"))},
		{"breaks", faultyhome.After(faultyhome.Say(token))},
	} {
		for _, source := range []config.TokenSource{config.Stored, config.Linked} {
			t.Run(test.name+", "+string(source), func(t *testing.T) {
				h, err := faultyhome.New(test.behave, nil)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(h.Close)
				f := start(t, localrun.Options{}, append(at(h.URL, token),
					config.EnvLogLevel+"=debug", config.EnvTokenSource+"="+string(source))...)
				for _, d := range []directive{discover(), acceptGrant(), reportState("light#kitchen_light"), command("LockController.Unlock", "lock#front_door", "")} {
					if source == config.Linked {
						d = d.with(token)
					}
					if _, err := f.try(t.Context(), d); err != nil {
						t.Fatal(err)
					}
				}
				f.operations(t)
			})
		}
	}
}

// operations asks the function for what it knows of itself.
func (f *function) operations(t *testing.T) {
	t.Helper()
	for _, name := range []string{"initialization.settings", "initialization.run", "lambda.status", "http_client.status", "lambda.none"} {
		event, err := json.Marshal(map[string]any{"operation": name, "input": map[string]any{}})
		if err != nil {
			t.Fatal(err)
		}
		v, err := f.Invoke(t.Context(), event)
		if err != nil || v.FunctionError != "" {
			t.Fatal(v.FunctionError, err)
		}
		noSecrets(t, "the answer of "+name, string(v.Payload))
		if want := `"success":`; !strings.Contains(string(v.Payload), want) {
			t.Errorf("%s answers %s, want %s in it", name, v.Payload, want)
		}
	}
}
