package initialization_test

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

// good is an environment that has all that is needed.
var good = map[string]string{config.EnvURL: "https://home.example.org", config.EnvToken: "secret-token"}

// loader returns a Loader with the environment good and these variables, and a
// dispatcher for it.
func loader(o initialization.Options, env map[string]string) (*initialization.Loader, *core.Dispatcher) {
	all := maps.Clone(good)
	maps.Copy(all, env)
	if o.Getenv == nil {
		o.Getenv = func(name string) string { return all[name] }
	}
	l := initialization.New(o)
	return l, core.NewDispatcher(l)
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
	s, d := loader(initialization.Options{}, map[string]string{
		config.EnvURL: "https://home.example.org:8123/", config.EnvTimeout: "2.5", config.EnvVerifySSL: "False",
		config.EnvHeaders:  `{"CF-Access-Client-Id":"id","cf-access-client-secret":"hush"}`,
		config.EnvSkillIDs: "amzn1.ask.skill.a, amzn1.ask.skill.b,", config.EnvAllowedUsers: "amzn1.account.A",
		config.EnvPolicy: `[{"effect":"deny","name":"Unlock"}]`, config.EnvCacheTable: "table", config.EnvLogLevel: "WARNING",
	})
	if status := run(t, d); !status.Ready {
		t.Fatal(status.Problem)
	}
	got := s.Settings()
	if got.URL != "https://home.example.org:8123" || got.Timeout.Seconds() != 2.5 || got.VerifySSL || got.LogLevel != slog.LevelWarn || got.Policy != `[{"effect":"deny","name":"Unlock"}]` {
		t.Errorf("got %+v", got)
	}
	if want := []string{"amzn1.ask.skill.a", "amzn1.ask.skill.b"}; !slices.Equal(got.SkillIDs, want) || !slices.Equal(got.AllowedUsers, []string{"amzn1.account.A"}) {
		t.Errorf("skills %v, users %v", got.SkillIDs, got.AllowedUsers)
	}
	if h := got.Headers; len(h) != 2 || h["Cf-Access-Client-Id"].Reveal() != "id" || h["Cf-Access-Client-Secret"].Reveal() != "hush" {
		t.Errorf("headers %v", h)
	}
	if text := fmt.Sprintf("%+v %#v", got, got); strings.Contains(text, "hush") || strings.Contains(text, "secret-token") {
		t.Errorf("printed, the settings show a secret: %s", text)
	}
	view, err := core.Do(t.Context(), d, initialization.GetSettings, core.None{})
	if text := fmt.Sprint(view); err != nil || strings.Contains(text, "hush") || strings.Contains(text, "secret-token") || !strings.Contains(text, "{LOG_LEVEL warn environment}") || !strings.Contains(text, "{HEARTHGATE_CACHE_TABLE table environment}") {
		t.Errorf("the view is %s, %v", text, err)
	}
}

// TestS3ViewOfMisplacedSecrets puts secrets into settings that are no place for them: anyone who may
// invoke the function does not see them.
func TestS3ViewOfMisplacedSecrets(t *testing.T) {
	for value, setting := range map[string]string{
		"https://admin:hush@home.example.org":        config.EnvURL,
		"https://home.example.org?api_password=hush": config.EnvURL,
		"https://home.example.org/hush":              config.EnvURL,
		"hush":                                       config.EnvURL,
		"-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----":            config.EnvCA,
		"-----BEGIN EC PRIVATE KEY-----\\nhush\\n-----END EC PRIVATE KEY-----\\n": config.EnvCA,
		"amzn1.oa2-cs.v1.hush": config.EnvAmazonClientID,
	} {
		_, d := loader(initialization.Options{}, map[string]string{setting: value})
		status := run(t, d)
		view, err := core.Do(t.Context(), d, initialization.GetSettings, core.None{})
		if text := fmt.Sprint(view, status); err != nil || strings.Contains(text, "hush") || !strings.Contains(text, "{"+setting+" [secret] environment}") {
			t.Errorf("%s: the view is %s, %v", value, text, err)
		}
	}
}

func TestWrongSettings(t *testing.T) {
	for name, tt := range map[string]struct{ variable, value, want string }{
		"headers are not an object": {config.EnvHeaders, `["hush"]`, "is not a JSON object of strings"},
		"a header of ours":          {config.EnvHeaders, `{"authorization":"hush"}`, "has Authorization, which the function sends itself"},
		"an odd header name":        {config.EnvHeaders, `{"a b":"hush"}`, "a header whose name is not valid in HTTP"},
		"an odd header value":       {config.EnvHeaders, `{"X-A":"hush\n"}`, "has a value of X-A that is not valid in HTTP"},
		"no policy":                 {config.EnvPolicy, `[`, "is not JSON"},
		"odd kinds to confirm":      {config.EnvConfirm, "lock, garages", `has "garages", which is no kind of device that can be confirmed; write "garage", or none`},
		"no kind to confirm":        {config.EnvConfirm, ",", "is a list without an item"},
		"no user":                   {config.EnvAllowedUsers, " , ", "is a list without an item"},
		"a token in two lines":      {config.EnvToken, "canary\ntoken", "has line breaks or characters"},
		"blank users":               {config.EnvAllowedUsers, " ", "is a list without an item"},
		"a user's name":             {config.EnvAllowedUsers, "owner", "is not the id of a Login with Amazon user"},
		"a JSON list of users":      {config.EnvAllowedUsers, "[]", "is not the id of a Login with Amazon user"},
		"blank policy":              {config.EnvPolicy, " ", "is blank"},
		"policy without a rule":     {config.EnvPolicy, "[]", "is a list without a rule"},
		"misspelt namespace":        {config.EnvPolicy, `[{"effect":"deny","namespace":"Alexa.LockControler"}]`, "perhaps Alexa.LockController is meant"},
		"no choice":                 {config.EnvConversation, "perhaps", "write allow or deny"},
		"no skill":                  {config.EnvSkillIDs, ",", "is a list without an item"},
	} {
		t.Run(name, func(t *testing.T) {
			s, d := loader(initialization.Options{}, map[string]string{tt.variable: tt.value})
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

func TestConfirm(t *testing.T) {
	for value, want := range map[string][]string{
		"": {"lock"}, "none": nil, " none ": nil, "lock, garage": {"lock", "garage"}, "valve": {"valve"},
	} {
		s, d := loader(initialization.Options{}, map[string]string{config.EnvConfirm: value})
		if status := run(t, d); !status.Ready {
			t.Fatalf("%q: %s", value, status.Problem)
		}
		if got := s.Settings().Confirm; !slices.Equal(got, want) {
			t.Errorf("%q confirms %q, want %q", value, got, want)
		}
	}
}

// TestA5C4Address writes the home's address in the ways that owners do.
func TestA5C4Address(t *testing.T) {
	for _, tt := range []struct {
		value, url, warning, problem string
	}{
		{"https://home.test", "https://home.test", "", ""},
		{"http://api:8123", "http://api:8123", "", ""},
		{"https://api", "https://api", "", ""},
		{"https://home.test/", "https://home.test", "ends with /, which hearthgate adds itself: write https://home.test", ""},
		{"https://home.test:8123/api", "https://home.test:8123", "ends with /api, which hearthgate adds itself: write https://home.test:8123", ""},
		{"https://home.test/api/", "https://home.test", "ends with /api/, which", ""},
		{"https://home.test/API", "https://home.test", "ends with /API, which", ""},
		{"https://home.test/api/alexa/smart_home", "https://home.test", "ends with /api/alexa/smart_home, which", ""},
		{"https://home.test//api/alexa/smart_home//", "", "", "has a path after the host, where Home Assistant has none: write https://home.test"},
		{"https://home.test/lovelace/hush", "", "", "has a path after the host, where Home Assistant has none: write https://home.test"},
		{"https://home.test/x/api", "", "", "write https://home.test"},
		{"https://home.test/apiary", "", "", "write https://home.test"},
		{"https://home.test/api?hush", "", "", "leave user, query and fragment out"},
		{"https://user:hush@home.test/api", "", "", "leave user, query and fragment out"},
		{"home.test/api", "", "", "is not an address"},
		{"https:///api", "", "", "is not an address"},
		{"/api", "", "", "is not an address"},
	} {
		t.Run(tt.value, func(t *testing.T) {
			l, d := loader(initialization.Options{}, map[string]string{config.EnvURL: tt.value})
			status := run(t, d)
			if tt.problem != "" {
				if status.Ready || !strings.Contains(status.Problem, config.EnvURL+" ") || !strings.Contains(status.Problem, tt.problem) || strings.Contains(status.Problem, "hush") {
					t.Errorf("ready %v, the problem is %q; want %q", status.Ready, status.Problem, tt.problem)
				}
				return
			}
			if !status.Ready || l.Settings().URL != tt.url || !l.Settings().HasAddress() {
				t.Errorf("ready %v with %+v: %s; want the address %s", status.Ready, l.Settings(), status.Problem, tt.url)
			}
			warnings := strings.Join(status.Warnings, "\n")
			if (warnings != "") != (tt.warning != "") || !strings.Contains(warnings, tt.warning) {
				t.Errorf("the warnings are %q, want %q", warnings, tt.warning)
			}
		})
	}
}

// TestZeroOptions uses a Loader at once that was given nothing.
func TestZeroOptions(t *testing.T) {
	t.Setenv(config.EnvURL, "")
	l := initialization.New(initialization.Options{})
	if l.Settings() != nil || l.Due() {
		t.Error("there are settings before they were loaded")
	}
	if err := l.Ensure(t.Context()); core.CauseOf(err) != core.CauseSettings || !strings.Contains(err.Error(), config.EnvURL+" is missing") {
		t.Errorf("got %v, want that the address is missing", err)
	}
	if h := l.Health(); h.Points != 20 || l.Cleanup(t.Context()) != (core.Reclaimed{}) {
		t.Errorf("the health is %+v, want 20 points", h)
	}
}

// TestRelay sees that a relay needs its broker's host and nothing else: neither address nor
// token, and no parameter of either.
func TestRelay(t *testing.T) {
	relayed := func(env map[string]string) map[string]string {
		all := map[string]string{config.EnvURL: "", config.EnvToken: "", config.EnvConnection: string(config.Relay), config.EnvRelayEndpoint: "a1b2-ats.iot.eu-west-1.amazonaws.com"}
		maps.Copy(all, env)
		return all
	}
	l, d := loader(initialization.Options{}, relayed(nil))
	if status := run(t, d); !status.Ready {
		t.Fatal(status.Problem)
	}
	if s := l.Settings(); s.Connection != config.Relay || s.Address() != "https://a1b2-ats.iot.eu-west-1.amazonaws.com" || !s.HasAddress() || s.Token != "" || s.TokenSource != config.Stored {
		t.Errorf("got %+v", s)
	}
	for name, tt := range map[string]struct {
		env  map[string]string
		want string
	}{
		"no broker":             {map[string]string{config.EnvRelayEndpoint: ""}, config.EnvRelayEndpoint + " is not the host name of a broker"},
		"an address":            {map[string]string{config.EnvRelayEndpoint: "wss://host/mqtt"}, config.EnvRelayEndpoint + " is not"},
		"a user":                {map[string]string{config.EnvRelayEndpoint: "user@host"}, config.EnvRelayEndpoint + " is not"},
		"linked":                {map[string]string{config.EnvTokenSource: string(config.Linked)}, config.EnvTokenSource},
		"an unknown connection": {map[string]string{config.EnvConnection: "pigeon"}, `is "pigeon": expected https or relay`},
	} {
		t.Run(name, func(t *testing.T) {
			_, d := loader(initialization.Options{}, relayed(tt.env))
			if status := run(t, d); status.Ready || !strings.Contains(status.Problem, tt.want) {
				t.Errorf("problem %q, want %q", status.Problem, tt.want)
			}
		})
	}
}
