package initialization_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

func TestLegacyVariables(t *testing.T) {
	for name, tt := range map[string]struct {
		env     map[string]string
		setting string
		want    string // of the setting, as it is shown with its source
	}{
		"the documented address":      {map[string]string{config.EnvURL: "", "BASE_URL": "https://old.example.org/"}, config.EnvURL, "https://old.example.org/ environment, by BASE_URL"},
		"the documented token":        {map[string]string{config.EnvToken: "", "LONG_LIVED_ACCESS_TOKEN": "hush"}, config.EnvToken, "[secret] environment, by LONG_LIVED_ACCESS_TOKEN"},
		"a linked account":            {map[string]string{config.EnvURL: "", config.EnvToken: "", "BASE_URL": "https://old.example.org"}, config.EnvTokenSource, "linked default"},
		"no check":                    {map[string]string{"NOT_VERIFY_SSL": "1"}, config.EnvVerifySSL, "false environment, by NOT_VERIFY_SSL"},
		"a check":                     {map[string]string{"NOT_VERIFY_SSL": "False"}, config.EnvVerifySSL, "true default"},
		"no check in haaska-go":       {map[string]string{"SKIP_CERTIFICATE_VERIFICATION": "true"}, config.EnvVerifySSL, "false environment, by SKIP_CERTIFICATE_VERIFICATION"},
		"debug":                       {map[string]string{"DEBUG": "yes"}, config.EnvLogLevel, "debug environment, by DEBUG"},
		"debug mode":                  {map[string]string{"DEBUG_MODE": "true"}, config.EnvLogLevel, "debug environment, by DEBUG_MODE"},
		"no debug mode":               {map[string]string{"DEBUG_MODE": "false", config.EnvLogLevel: "ERROR"}, config.EnvLogLevel, "ERROR environment"},
		"the stage":                   {map[string]string{"ENVIRONMENT": "production"}, config.EnvStage, "production environment, by ENVIRONMENT"},
		"an address with a path":      {map[string]string{"BASE_URL": good[config.EnvURL] + "/api/"}, config.EnvURL, good[config.EnvURL] + " environment"},
		"a documented path":           {map[string]string{config.EnvURL: "", "BASE_URL": "https://old.example.org/api"}, config.EnvURL, "https://old.example.org/api environment, by BASE_URL"},
		"both say the same":           {map[string]string{"BASE_URL": good[config.EnvURL] + "/"}, config.EnvURL, good[config.EnvURL] + " environment"},
		"no parameter, for the token": {map[string]string{"USE_PARAMETER_STORE": "true", config.EnvParameterPrefix: "", "HA_FEATURES": "full"}, config.EnvToken, "[secret] environment"},
	} {
		t.Run(name, func(t *testing.T) {
			_, d := loader(initialization.Options{}, tt.env)
			status := run(t, d)
			if !status.Ready {
				t.Fatal(status.Problem)
			}
			if got := shown(t, d, tt.setting); got != tt.want {
				t.Errorf("%s is %q, want %q", tt.setting, got, tt.want)
			}
			for _, o := range initialization.LegacySettings() {
				warned := slices.ContainsFunc(status.Warnings, func(w string) bool { return strings.Contains(w, "variable "+o.Name+" ") && strings.Contains(w, o.Now) })
				if set := tt.env[o.Name] != ""; warned != set {
					t.Errorf("%s: warned %v, set %v: %q", o.Name, warned, set, status.Warnings)
				}
			}
		})
	}
}

func TestContradictions(t *testing.T) {
	for name, tt := range map[string]struct {
		env  map[string]string
		both []string
	}{
		"two addresses": {map[string]string{"BASE_URL": "https://hush.example.org"}, []string{"BASE_URL", config.EnvURL}},
		"two tokens":    {map[string]string{"LONG_LIVED_ACCESS_TOKEN": "hush"}, []string{"LONG_LIVED_ACCESS_TOKEN", config.EnvToken}},
		"two levels":    {map[string]string{"DEBUG": "1", config.EnvLogLevel: "warn"}, []string{"DEBUG", config.EnvLogLevel}},
		"two checks":    {map[string]string{"NOT_VERIFY_SSL": "1", config.EnvVerifySSL: "true"}, []string{"NOT_VERIFY_SSL", config.EnvVerifySSL}},
	} {
		t.Run(name, func(t *testing.T) {
			_, d := loader(initialization.Options{}, tt.env)
			status := run(t, d)
			if status.Ready || !strings.Contains(status.Problem, tt.both[0]+" and "+tt.both[1]+" contradict each other") || strings.Contains(status.Problem, "hush") {
				t.Errorf("the problem is %q, want %q in it and no value", status.Problem, tt.both)
			}
		})
	}
}

// TestLegacyTable checks that each entry has what the migration guide prints.
func TestLegacyTable(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range initialization.LegacySettings() {
		if seen[o.Name] || o.Source == "" || !strings.HasSuffix(o.Note, ".") {
			t.Errorf("the entry %+v is there twice, or lacks a source or a sentence", fmt.Sprint(o.Name, o.Source, o.Note))
		}
		seen[o.Name] = true
	}
	for _, name := range []string{"BASE_URL", "NOT_VERIFY_SSL", "DEBUG", "LONG_LIVED_ACCESS_TOKEN", "DEBUG_MODE", "CF_CLIENT_ID", "CF_CLIENT_SECRET"} {
		if !seen[name] {
			t.Errorf("%s is not known", name)
		}
	}
}

// TestC5AccessHeaders has the variables of ha-alexa hold the headers of Cloudflare Access,
// or the names of parameters with them.
func TestC5AccessHeaders(t *testing.T) {
	parameters, store := stored(t)
	parameters.set(map[string]string{
		"/p/home-assistant/url": "https://one.example.org", "/p/token": "one", "/p/headers": `{"X-A":"one"}`, "/cf/id": "id", "/cf/secret": "hush",
	})
	const own = "environment, by CF_CLIENT_ID and CF_CLIENT_SECRET"
	access := map[string]string{"Cf-Access-Client-Id": "id", "Cf-Access-Client-Secret": "hush"}
	all := map[string]string{"Cf-Access-Client-Id": "id", "Cf-Access-Client-Secret": "hush", "X-A": "one"}
	for name, tt := range map[string]struct {
		id, secret string
		env        map[string]string
		want       map[string]string
		source     string
		problem    string
	}{
		"values":                    {"id", "hush", nil, access, own, ""},
		"spaces around":             {" id ", "hush\n", nil, access, own, ""},
		"parameters":                {"/cf/id", "/cf/secret", store, all, "parameter; " + own, ""},
		"one parameter":             {"id", "/cf/secret", store, all, "parameter; " + own, ""},
		"beside other headers":      {"id", "hush", map[string]string{config.EnvHeaders: `{"x-a":"one"}`}, all, "environment; " + own, ""},
		"beside the same headers":   {"id", "hush", map[string]string{config.EnvHeaders: `{"CF-Access-Client-Id":"id","cf-access-client-secret":"hush","X-A":"one"}`}, all, "environment; " + own, ""},
		"neither":                   {"", "", nil, nil, "default", ""},
		"no secret":                 {"id", "", nil, nil, "", "CF_CLIENT_SECRET is missing: Cloudflare Access needs both"},
		"no id":                     {"", "hush", nil, nil, "", "CF_CLIENT_ID is missing: Cloudflare Access needs both"},
		"another id":                {"id", "hush", map[string]string{config.EnvHeaders: `{"CF-Access-Client-Id":"hush2"}`}, nil, "", "CF_CLIENT_ID and HOME_ASSISTANT_HEADERS contradict each other"},
		"a value that is not valid": {"id", "hush\x01hush", nil, nil, "", "CF_CLIENT_SECRET has a value of Cf-Access-Client-Secret that is not valid in HTTP"},
		"no such parameter":         {"/cf/id", "/cf/none", store, nil, "", "there is no parameter /cf/none"},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"CF_CLIENT_ID": tt.id, "CF_CLIENT_SECRET": tt.secret}
			maps.Copy(env, tt.env)
			l, d := loader(initialization.Options{}, env)
			status := run(t, d)
			if strings.Contains(fmt.Sprint(status), "hush") {
				t.Errorf("a secret is shown: %+v", status)
			}
			if tt.problem != "" {
				if status.Ready || !strings.Contains(status.Problem, tt.problem) {
					t.Errorf("the problem is %q, want %q", status.Problem, tt.problem)
				}
				return
			}
			if !status.Ready {
				t.Fatal(status.Problem)
			}
			got := map[string]string{}
			for name, value := range l.Settings().Headers {
				got[name] = value.Reveal()
			}
			if !maps.Equal(got, tt.want) {
				t.Errorf("the headers are %v, want %v", got, tt.want)
			}
			want := "[secret] " + tt.source
			if tt.want == nil {
				want = " " + tt.source
			}
			if text := shown(t, d, config.EnvHeaders); text != want {
				t.Errorf("the setting is %q, want %q", text, want)
			}
		})
	}
}

// shown returns a setting in effect and its source.
func shown(t *testing.T, d *core.Dispatcher, name string) string {
	t.Helper()
	view, err := core.Do(t.Context(), d, initialization.GetSettings, core.None{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range view.Settings {
		if s.Name == name {
			return s.Value + " " + s.Source
		}
	}
	return ""
}
