package main_test

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
)

const canary = "canary-token-of-the-home"

const secretHeader = "canary-of-a-secret-header"

// behindAccess returns a home with a certificate of its own, which answers nothing without
// a secret header.
func behindAccess(t *testing.T) (url, ca string) {
	home := demohome.New(canary)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("CF-Access-Client-Secret") != secretHeader {
			http.Redirect(w, r, "https://login.example.com", http.StatusFound)
			return
		}
		home.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
}

// atHome is the environment of a person whose Home Assistant is at url.
func atHome(url string) []string {
	return []string{"HOME_ASSISTANT_URL=" + url, "HOME_ASSISTANT_TOKEN=" + canary}
}

func TestDemo(t *testing.T) {
	t.Run("text", func(t *testing.T) {
		r := command(t, []string{"HOME_ASSISTANT_URL=", "TERM=xterm"}, "demo")
		if r.code != 0 {
			t.Errorf("code %d: %s", r.code, r.err)
		}
		for _, want := range []string{
			"Turn on the kitchen light", "SetBrightness", "StateReport", "NO_SUCH_ENDPOINT", "BRIDGE_UNREACHABLE",
			"home before", "home after", "took", "HomeDuration", "6 of 6 directives",
		} {
			if !strings.Contains(r.out, want) {
				t.Errorf("no %q in %s", want, r.out)
			}
		}
		if strings.Contains(r.out+r.err, "\x1b") {
			t.Error("colour where there is no terminal")
		}
	})
	t.Run("over a relay, without an address or a token", func(t *testing.T) {
		r := command(t, []string{"HOME_ASSISTANT_URL=https://not-used.example", "TERM=xterm"}, "demo", "--relay")
		if r.code != 0 || !strings.Contains(r.out, "6 of 6 directives") || strings.Contains(r.out, "not-used") {
			t.Errorf("code %d: %s%s", r.code, r.out, r.err)
		}
	})
	t.Run("json", func(t *testing.T) {
		r := command(t, []string{"HOME_ASSISTANT_URL="}, "demo", "--json")
		var report struct {
			OK    bool
			Steps []struct {
				OK                bool
				Request, Response struct{ Directive, Event json.RawMessage }
			}
			Metrics []struct{ Name string }
		}
		if err := json.Unmarshal([]byte(r.out), &report); err != nil {
			t.Fatalf("%v: %s", err, r.out)
		}
		if r.code != 0 || !report.OK || len(report.Steps) != 6 || len(report.Metrics) < 6 {
			t.Errorf("code %d, %+v", r.code, report)
		}
		for i, s := range report.Steps {
			if !s.OK || s.Request.Directive == nil || s.Response.Event == nil {
				t.Errorf("step %d: %+v", i, s)
			}
		}
	})
}

func TestDemoAtAHome(t *testing.T) {
	home := demohome.New(canary)
	good := httptest.NewServer(home)
	defer good.Close()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		home.ServeHTTP(w, r)
	}))
	defer broken.Close()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }))
	defer page.Close()
	url, ca := behindAccess(t)
	header := `HOME_ASSISTANT_HEADERS={"CF-Access-Client-Secret": "` + secretHeader + `"}`
	for _, tt := range []struct {
		name     string
		env      []string
		args     []string
		code     int
		out, err string
	}{
		{"good", atHome(good.URL), nil, 0, "6 of 6", ""},
		{"switched", atHome(good.URL), []string{"--switch", "light.kitchen_light"}, 0, "8 of 8", ""},
		{"broken", atHome(broken.URL), nil, 1, "NOT AS IT SHOULD BE", ""},
		{"broken, in JSON", atHome(broken.URL), []string{"--json"}, 1, `"ok": false`, ""},
		{"away", atHome("http://127.0.0.1:1"), nil, 1, "", "check that it runs"},
		{"away, and why", atHome("http://127.0.0.1:1"), nil, 1, "", "http://127.0.0.1:1 does not answer (connection refused)"},
		{"away, in JSON", atHome("http://127.0.0.1:1"), []string{"--json"}, 1, `"error": "the home's state cannot be read`, ""},
		{"its own authority and secret headers", append(atHome(url), "HOME_ASSISTANT_CA="+ca, header), nil, 0, "6 of 6", ""},
		{"its own authority in one line", append(atHome(url), "HOME_ASSISTANT_CA="+strings.ReplaceAll(ca, "\n", `\n`), header), []string{"--json"}, 0, `"ok": true`, ""},
		{"any certificate", append(atHome(url), "HOME_ASSISTANT_VERIFY_SSL=False", header), nil, 0, "6 of 6", ""},
		{"an unknown authority", append(atHome(url), header), nil, 1, "", "set HOME_ASSISTANT_CA to the certificate that signed it"},
		{"without the headers", append(atHome(url), "HOME_ASSISTANT_CA="+ca), nil, 1, "", "set HOME_ASSISTANT_HEADERS to the headers of a service token"},
		{"no certificate", append(atHome(url), "HOME_ASSISTANT_CA=ca.pem"), nil, 1, "", "HOME_ASSISTANT_CA contains no certificate"},
		{"perhaps", append(atHome(url), "HOME_ASSISTANT_VERIFY_SSL=perhaps"), nil, 1, "", `HOME_ASSISTANT_VERIFY_SSL is "perhaps": expected true or false`},
		{"no headers", append(atHome(url), "HOME_ASSISTANT_HEADERS="+secretHeader), nil, 1, "", "HOME_ASSISTANT_HEADERS is not a JSON object of strings"},
		{"no address", atHome("http://[home"), nil, 1, "", "is not a web address"},
		{"not Home Assistant", atHome(page.URL), nil, 1, "", "does not answer as Home Assistant does"},
		{"no token", []string{"HOME_ASSISTANT_URL=" + good.URL, "HOME_ASSISTANT_TOKEN="}, nil, 1, "", "HOME_ASSISTANT_TOKEN is not"},
		{"a switch of no home", []string{"HOME_ASSISTANT_URL="}, []string{"--switch", "light.a"}, 1, "", "HOME_ASSISTANT_URL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := command(t, tt.env, append([]string{"demo"}, tt.args...)...)
			if r.code != tt.code || !strings.Contains(r.out, tt.out) || !strings.Contains(r.err, tt.err) {
				t.Errorf("code %d, out %s, err %s", r.code, r.out, r.err)
			}
			if strings.Contains(r.out+r.err, "canary") {
				t.Error("a secret is shown")
			}
		})
	}
}
