package initialization_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

func TestOlderVariables(t *testing.T) {
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
		"both say the same":           {map[string]string{"BASE_URL": good[config.EnvURL] + "/"}, config.EnvURL, good[config.EnvURL] + " environment"},
		"no parameter, for the token": {map[string]string{"USE_PARAMETER_STORE": "true", config.EnvParameterPrefix: "", "HA_FEATURES": "full"}, config.EnvToken, "[secret] environment"},
	} {
		t.Run(name, func(t *testing.T) {
			_, d := starter(initialization.Options{}, tt.env)
			status := run(t, d)
			if !status.Ready {
				t.Fatal(status.Problem)
			}
			if got := shown(t, d, tt.setting); got != tt.want {
				t.Errorf("%s is %q, want %q", tt.setting, got, tt.want)
			}
			for _, o := range initialization.OlderVariables() {
				told := slices.ContainsFunc(status.Warnings, func(w string) bool { return strings.Contains(w, "variable "+o.Name+" ") && strings.Contains(w, o.Now) })
				if set := tt.env[o.Name] != ""; told != set {
					t.Errorf("%s: warned %v, set %v: %q", o.Name, told, set, status.Warnings)
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
			_, d := starter(initialization.Options{}, tt.env)
			status := run(t, d)
			if status.Ready || !strings.Contains(status.Problem, tt.both[0]+" and "+tt.both[1]+" contradict each other") || strings.Contains(status.Problem, "hush") {
				t.Errorf("the problem is %q, want %q in it and no value", status.Problem, tt.both)
			}
		})
	}
}

// TestOlderTable looks that each entry says what a reader of the migration guide
// needs.
func TestOlderTable(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range initialization.OlderVariables() {
		if seen[o.Name] || o.Source == "" || !strings.HasSuffix(o.Note, ".") {
			t.Errorf("the entry %+v comes twice, or lacks a source or a sentence", fmt.Sprint(o.Name, o.Source, o.Note))
		}
		seen[o.Name] = true
	}
	for _, name := range []string{"BASE_URL", "NOT_VERIFY_SSL", "DEBUG", "LONG_LIVED_ACCESS_TOKEN", "DEBUG_MODE"} {
		if !seen[name] {
			t.Errorf("%s is not known", name)
		}
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
