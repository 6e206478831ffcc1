package initialization_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

// good is an environment that has all that is needed.
var good = map[string]string{config.EnvURL: "https://home.example.org", config.EnvToken: "secret-token"}

// starter returns a Starter with the environment good and these variables, and a
// dispatcher for it.
func starter(o initialization.Options, env map[string]string) (*initialization.Starter, *core.Dispatcher) {
	all := maps.Clone(good)
	maps.Copy(all, env)
	if o.Getenv == nil {
		o.Getenv = func(name string) string { return all[name] }
	}
	s := initialization.New(o)
	d := core.NewDispatcher()
	d.Install(s)
	return s, d
}

func run(t *testing.T, d *core.Dispatcher) initialization.Status {
	t.Helper()
	status, err := core.Do(t.Context(), d, initialization.Run, core.None{})
	if err != nil {
		t.Fatal(err)
	}
	return status
}

func TestSettings(t *testing.T) {
	s, d := starter(initialization.Options{}, map[string]string{
		config.EnvURL: "https://home.example.org:8123/", config.EnvTimeout: "2.5", config.EnvVerifySSL: "False",
		config.EnvHeaders:  `{"CF-Access-Client-Id":"id","cf-access-client-secret":"hush"}`,
		config.EnvSkillIDs: "amzn1.ask.skill.a, amzn1.ask.skill.b,", config.EnvAllowedUsers: "amzn1.account.A",
		config.EnvPolicy: `[{"deny":"x"}]`, config.EnvCacheTable: "table", config.EnvLogLevel: "WARNING",
	})
	if status := run(t, d); !status.Ready {
		t.Fatal(status.Problem)
	}
	got := s.Settings()
	if got.URL != "https://home.example.org:8123" || got.Timeout.Seconds() != 2.5 || got.VerifySSL || got.LogLevel != slog.LevelWarn || got.CacheTable != "table" || got.Policy != `[{"deny":"x"}]` {
		t.Errorf("got %+v", got)
	}
	if want := []string{"amzn1.ask.skill.a", "amzn1.ask.skill.b"}; !slices.Equal(got.SkillIDs, want) || !slices.Equal(got.AllowedUsers, []string{"amzn1.account.A"}) {
		t.Errorf("skills %v, users %v", got.SkillIDs, got.AllowedUsers)
	}
	h := http.Header{}
	got.AddHeaders(h)
	if h.Get("Cf-Access-Client-Id") != "id" || h.Get("Cf-Access-Client-Secret") != "hush" {
		t.Errorf("headers %v", h)
	}
	if text := fmt.Sprintf("%+v %#v", got, got); strings.Contains(text, "hush") || strings.Contains(text, "secret-token") {
		t.Errorf("printed, the settings show a secret: %s", text)
	}
	view, err := core.Do(t.Context(), d, initialization.GetSettings, core.None{})
	if text := fmt.Sprint(view); err != nil || strings.Contains(text, "hush") || strings.Contains(text, "secret-token") || !strings.Contains(text, "{LOG_LEVEL warn environment}") {
		t.Errorf("the view is %s, %v", text, err)
	}
}

func TestWrongSettings(t *testing.T) {
	for name, tt := range map[string]struct{ variable, value, want string }{
		"headers are no object": {config.EnvHeaders, `["hush"]`, "is not a JSON object of texts"},
		"a header of ours":      {config.EnvHeaders, `{"authorization":"hush"}`, "has Authorization, which the function sends itself"},
		"an odd header name":    {config.EnvHeaders, `{"a b":"hush"}`, "a header whose name HTTP does not know"},
		"an odd header value":   {config.EnvHeaders, `{"X-A":"hush\n"}`, "has a value of X-A that no header has"},
		"no policy":             {config.EnvPolicy, `[`, "is not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			s, d := starter(initialization.Options{}, map[string]string{tt.variable: tt.value})
			status := run(t, d)
			if status.Ready || !strings.Contains(status.Problem, tt.variable+" ") || !strings.Contains(status.Problem, tt.want) || strings.Contains(status.Problem, "hush") {
				t.Errorf("the problem is %q, want %q of %s", status.Problem, tt.want, tt.variable)
			}
			if s.Settings() != nil {
				t.Error("wrong settings are in effect")
			}
		})
	}
}

func TestKey(t *testing.T) {
	key := func(env map[string]string, purpose string) []byte {
		s, d := starter(initialization.Options{}, env)
		run(t, d)
		k, ok := s.Settings().Key(purpose)
		if ok != (len(k) == 32) {
			t.Errorf("the key is %d bytes long", len(k))
		}
		return k
	}
	one := key(nil, "cache")
	if !bytes.Equal(one, key(nil, "cache")) {
		t.Error("the same secrets make another key")
	}
	for name, other := range map[string][]byte{
		"purpose": key(nil, "other"),
		"token":   key(map[string]string{config.EnvToken: "another"}, "cache"),
		"header":  key(map[string]string{config.EnvHeaders: `{"X-A":"b"}`}, "cache"),
	} {
		if bytes.Equal(one, other) {
			t.Errorf("another %s makes the same key", name)
		}
	}
	if k := key(map[string]string{config.EnvToken: "", config.EnvTokenSource: "linked"}, "cache"); k != nil {
		t.Error("there is a key without a secret")
	}
}
