package e2e_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
)

// TestTLS puts a server that speaks TLS in front of the real home.
func TestTLS(t *testing.T) {
	h := home(t)
	ca := newCA(t)
	trusted, believing := config.EnvCA+"="+ca.PEM, config.EnvVerifySSL+"=false"
	for _, test := range []struct {
		name        string
		certificate faultyhome.Certificate
		setting     string
		kind, cause string
	}{
		{"trusted", faultyhome.Certificate{}, trusted, "StateReport", ""},
		{"trusted, in one line", faultyhome.Certificate{}, strings.ReplaceAll(trusted, "\n", `\n`), "StateReport", ""},
		{"unknown", faultyhome.Certificate{}, "", "StateReport", "tls"},
		{"unknown, not verified", faultyhome.Certificate{}, believing, "StateReport", ""},
		{"expired", faultyhome.Certificate{Expired: true}, trusted, "StateReport", "tls"},
		{"of another host", faultyhome.Certificate{Host: "elsewhere.test"}, trusted, "StateReport", "tls"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conf, err := ca.TLS(test.certificate)
			if err != nil {
				t.Fatal(err)
			}
			front, err := faultyhome.New(faultyhome.Pass(h.URL), conf)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(front.Close)
			f := start(t, localrun.Options{}, append(at(front.URL, h.Token), test.setting)...)
			o := f.ask(reportState("switch#outlet"))
			o.expect(t, test.kind, test.cause)
			health, _ := o.reply.value("Alexa.EndpointHealth", "connectivity").(map[string]any)
			want := "OK"
			if test.cause != "" {
				want = "UNREACHABLE"
			}
			if health["value"] != want {
				t.Errorf("connectivity %v, want %s", health, want)
			}
		})
	}
}

func newCA(t testing.TB) *faultyhome.CA {
	t.Helper()
	ca, err := faultyhome.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	return ca
}
