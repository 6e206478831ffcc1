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

// TestA8OwnSentencesStayWhole has the home fail in every way that has a sentence of its
// own, in both ways of tokens, and reads the line: no word of ours is taken for a secret,
// though our sentences speak of tokens, and the token in the home's answer is.
func TestA8OwnSentencesStayWhole(t *testing.T) {
	const leak = "Bearer " + canary + canary + canary
	for _, source := range []config.TokenSource{config.Stored, config.Linked} {
		for _, tt := range []struct {
			status int
			header string // name: value
			token  string
			want   string // a part of the sentence, with the words that redaction might take
		}{
			{301, "Location: https://elsewhere.example.org/", canary, "as it would reveal the token: use the final address, https included"},
			{302, "Location: https://team.cloudflareaccess.com/", canary, "let the function in with a service token, or exempt"},
			{401, "", canary, "Home Assistant rejected the token (401): it is wrong or revoked"},
			{401, "", "Atza|" + canary, "rejected the token (401): it is one of Login with Amazon's, not Home Assistant's;"},
			{403, "Content-Type: text/plain", canary, "wrong tokens were the reason"},
			{403, "Cf-Ray: 1", canary, "Cloudflare refused the request (403)"},
			{400, "", canary, "set use_x_forwarded_for and trusted_proxies below http: in configuration.yaml"},
			{404, "", canary, "`alexa:` with `smart_home:` is missing"},
			{429, "", canary, "limits requests (429): raise its limit"},
			{500, "", canary, "Home Assistant failed while it handled the directive (500)"},
			{503, "", canary, "is shutting down"},
			{200, "", canary, "the answer begins"},
			{200, "Transfer-Encoding: nonsense", canary, ""},
		} {
			t.Run(fmt.Sprint(source, " ", tt.status, tt.header, tt.token[:4]), func(t *testing.T) {
				home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method != http.MethodPost {
						w.WriteHeader(http.StatusMethodNotAllowed)
						return
					}
					name, value, _ := strings.Cut(tt.header, ": ")
					if name != "" {
						w.Header().Set(name, value)
					}
					w.WriteHeader(tt.status)
					_, _ = io.WriteString(w, leak)
				}))
				defer home.Close()
				settings := map[string]string{config.EnvTokenSource: string(source), config.EnvToken: ""}
				if source == config.Stored {
					settings[config.EnvToken] = tt.token
				}
				app, out := started(t, home.URL, settings)
				event := strings.Replace(turnOn, `"token":"`+canary, `"token":"`+tt.token, 1)
				for range 2 { // the second time requests may be paused, which is a sentence of its own
					out.before = len(out.lines)
					invoke(t, app, event)
					said, _ := out.line(t)["error"].(string)
					ours, _, _ := strings.Cut(said, "the answer begins")
					if strings.Contains(ours, "secret]") || strings.Contains(ours, "hidden]") || said == "" {
						t.Errorf("our own words are hidden: %q", said)
					}
					if strings.Contains(strings.Join(out.lines, ""), canary) {
						t.Errorf("the log shows the token: %s", out.lines)
					}
				}
				out.before = 0
				if all := strings.Join(out.lines, ""); !strings.Contains(all, strings.ReplaceAll(tt.want, `"`, `\"`)) {
					t.Errorf("the log is %s, want %q", all, tt.want)
				}
			})
		}
	}
}

// TestC6UserAgent reads the User-Agent of the requests at the start and of a
// directive.
func TestC6UserAgent(t *testing.T) {
	var agents atomic.Pointer[[]string]
	agents.Store(new([]string))
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		all := append(*agents.Load(), r.Header.Get("User-Agent"))
		agents.Store(&all)
		_, _ = io.WriteString(w, handled)
	}))
	defer home.Close()
	app, _ := started(t, home.URL, nil)
	invoke(t, app, turnOn)
	for _, agent := range *agents.Load() {
		if want := "hearthgate/" + config.Version(); agent != want {
			t.Errorf("the User-Agent is %q, want %q", agent, want)
		}
	}
	if n := len(*agents.Load()); n != 2 {
		t.Errorf("%d requests, want one at the start and one of the directive", n)
	}
}
