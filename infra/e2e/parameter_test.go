package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
	"github.com/hearthgate/hearthgate/infra/testkit/moto"
)

// demo returns a small home that takes this token.
func demo(t testing.TB, token string) (*demohome.Home, *faultyhome.Home) {
	t.Helper()
	d := demohome.New(token)
	h, err := faultyhome.New(faultyhome.Well(d), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return d, h
}

// TestParameters reads token and address from a parameter store.
func TestParameters(t *testing.T) {
	store := moto.Start(t, root(t))
	token := canaries.make("stored")
	_, home := demo(t, token)
	prefix := config.ParameterPrefix("test")
	name := prefix + config.TokenParameter
	store.PutSecureString(name, token)
	store.PutString(prefix+"/plain", token)
	store.PutString(prefix+config.URLParameter, home.URL)

	for _, test := range []struct {
		name, parameter string
		prefix          string
		kind, cause     string
		lines           []string // said at the start, each with this in it
	}{
		{"a secure string", name, prefix, "StateReport", "", nil},
		{"a string", prefix + "/plain", prefix, "StateReport", "", []string{"is of type String, so the token in it is not encrypted"}},
		{"no such parameter", prefix + "/none", prefix, "INTERNAL_ERROR", "settings", []string{"there is no parameter /hearthgate/test/none"}},
		{"no address", name, "/hearthgate/other", "INTERNAL_ERROR", "settings", []string{"there is no parameter /hearthgate/other/home-assistant/url"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := start(t, localrun.Options{}, append(store.Env(),
				config.EnvTokenParameter+"="+test.parameter, config.EnvParameterPrefix+"="+test.prefix)...)
			said := f.Lines()
			if len(said) != len(test.lines) {
				t.Fatalf("at the start it said %q, want %d lines", said, len(test.lines))
			}
			for i, want := range test.lines {
				if !strings.Contains(said[i], want) {
					t.Errorf("it said %s, want %q in it", said[i], want)
				}
			}
			f.ask(reportState("light#kitchen_light")).expect(t, test.kind, test.cause)
		})
	}
}

// TestParameterStoreFails has the parameter store refuse, as AWS would.
func TestParameterStoreFails(t *testing.T) {
	_, home := demo(t, canaries.make("stored"))
	for _, test := range []struct {
		name    string
		status  int
		problem string
		want    string
	}{
		{"denied", 400, "AccessDeniedException", "the function's role may not read"},
		{"throttled", 400, "ThrottlingException", "the parameter store is busy"},
		{"clock", 400, "InvalidSignatureException", "that the clock is right"},
		{"broken", 500, "InternalServerError", "cannot be read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			store, err := faultyhome.New(faultyhome.Well(refusing(test.status, test.problem)), nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(store.Close)
			f := start(t, localrun.Options{}, "AWS_ENDPOINT_URL="+store.URL, "AWS_REGION=eu-west-1",
				"AWS_ACCESS_KEY_ID=AKIACANARYCANARY0000", "AWS_SECRET_ACCESS_KEY="+canaries.make("secretkey"),
				config.EnvURL+"="+home.URL, config.EnvTokenParameter+"=/a/token")
			if said := strings.Join(f.Lines(), "\n"); !strings.Contains(said, test.want) {
				t.Errorf("at the start it said %s, want %q in it", said, test.want)
			}
			f.ask(command("PowerController.TurnOn", "light#kitchen_light", "")).expect(t, "INTERNAL_ERROR", "settings")
		})
	}
}

// refusing answers as a service of AWS that refuses.
func refusing(status int, problem string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.Header().Set("X-Amzn-Errortype", problem)
		w.WriteHeader(status)
		io.WriteString(w, fmt.Sprintf(`{"__type":%q,"message":"no"}`, problem))
	})
}

// TestMisconfigured answers validly without what it needs, and says what to mend.
func TestMisconfigured(t *testing.T) {
	_, home := demo(t, canaries.make("stored"))
	good := at(home.URL, canaries.make("stored"))
	for _, test := range []struct{ name, setting, want string }{
		{"no address", config.EnvURL + "=", "HOME_ASSISTANT_URL is missing"},
		{"no address at all", config.EnvURL + "=my home", "HOME_ASSISTANT_URL is not an address"},
		{"an address with a password", config.EnvURL + "=https://user:" + canaries.make("password") + "@home.test", "leave user, query and fragment out"},
		{"no token", config.EnvToken + "=", "HOME_ASSISTANT_TOKEN is missing"},
		{"odd source", config.EnvTokenSource + "=borrowed", "expected stored or linked"},
		{"odd timeout", config.EnvTimeout + "=soon", "HOME_ASSISTANT_TIMEOUT"},
		{"odd truth", config.EnvVerifySSL + "=perhaps", "HOME_ASSISTANT_VERIFY_SSL"},
		{"odd level", config.EnvLogLevel + "=loud", "LOG_LEVEL"},
		{"odd certificate", config.EnvCA + "=none", "PEM"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := start(t, localrun.Options{}, append(append([]string{}, good...), test.setting)...)
			if said := f.Lines(); len(said) != 1 || !strings.Contains(said[0], test.want) {
				t.Errorf("at the start it said %q, want one line with %q in it", said, test.want)
			}
			o := f.ask(command("PowerController.TurnOn", "light#kitchen_light", ""))
			o.expect(t, "INTERNAL_ERROR", "settings")
			if !strings.Contains(o.line.Error, test.want) {
				t.Errorf("the line says %s, want %q in it", o.line.Error, test.want)
			}
			f.ask(discover()).expect(t, "Discover.Response", "settings")
			f.ask(acceptGrant()).expect(t, "ACCEPT_GRANT_FAILED", "settings")
		})
	}
}
