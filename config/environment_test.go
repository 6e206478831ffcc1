package config_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestEnvironment sets one field of a stage each, and compares the environment with
// that of a stage with a URL only.
func TestEnvironment(t *testing.T) {
	base := config.NewStage("home")
	base.URL = "https://home.example.com"
	for _, tt := range []struct {
		name   string
		change func(*config.Stage)
		want   map[string]string // additional or changed
	}{
		{"nothing", func(*config.Stage) {}, nil},
		{"half seconds", func(s *config.Stage) { s.HomeTimeout = 2.5 }, map[string]string{config.EnvTimeout: "2.5"}},
		{"any certificate", func(s *config.Stage) { s.VerifySSL = false }, map[string]string{config.EnvVerifySSL: "false"}},
		{"certificate", func(s *config.Stage) { s.CA = "PEM" }, map[string]string{config.EnvCA: "PEM"}},
		{"secret headers", func(s *config.Stage) { s.SecretHeaders = true }, map[string]string{config.EnvHeadersParam: "/hearthgate/home/home-assistant/headers"}},
		{"custom skill", func(s *config.Stage) { s.CustomSkillID = "amzn1.ask.skill.x" }, map[string]string{config.EnvSkillIDs: "amzn1.ask.skill.x"}},
		{"users", func(s *config.Stage) { s.AllowedUsers = []string{"a", "b"} }, map[string]string{config.EnvAllowedUsers: "a,b"}},
		{"nothing confirmed", func(s *config.Stage) { s.Confirm = []string{} }, map[string]string{config.EnvConfirm: "none"}},
		{"more confirmed", func(s *config.Stage) { s.Confirm = []string{"lock", "garage"} }, map[string]string{config.EnvConfirm: "lock,garage"}},
		{"policy", func(s *config.Stage) { s.Policy = []byte("[\n  {\"a\": 1}\n]") }, map[string]string{config.EnvPolicy: `[{"a":1}]`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, want := base, base.Environment()
			tt.change(&s)
			maps.Copy(want, tt.want)
			if got := s.Environment(); !maps.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
	t.Run("relay", func(t *testing.T) {
		s := base
		s.VerifySSL, s.CA, s.SecretHeaders, s.Connection = false, "PEM", true, config.Relay
		want := map[string]string{config.EnvStage: "home", config.EnvParameterPrefix: "/hearthgate/home", config.EnvTimeout: "7", config.EnvConnection: "relay", config.EnvThreads: "1"}
		if got := s.Environment(); !maps.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
	t.Run("threads", func(t *testing.T) {
		s := base
		for memory, want := range map[int]string{128: "1", 1768: "1", 1769: "", 10240: ""} {
			s.Memory = memory
			if got, set := s.Environment()[config.EnvThreads]; got != want || set != (want != "") {
				t.Errorf("%d MB: %q, want %q", memory, got, want)
			}
		}
	})
	t.Run("linked", func(t *testing.T) {
		s := base
		s.TokenSource = config.Linked
		if env := s.Environment(); env[config.EnvTokenParameter] != "" || env[config.EnvTokenSource] != "linked" {
			t.Errorf("environment of a linked stage: %v", env)
		}
	})
}

// TestSecretParameters finds every SecureString of names.go in the list of what commands
// store, which an export holds.
func TestSecretParameters(t *testing.T) {
	b, err := os.ReadFile("names.go")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, m := range regexp.MustCompile(`(?m)^\t\w+Parameter += "([^"]+)" +// a SecureString\b.*created by a command`).FindAllStringSubmatch(string(b), -1) {
		want = append(want, m[1])
	}
	if got := config.NewStage("dev").SecretParameters(); !slices.Equal(got, want) || len(want) < 4 {
		t.Errorf("the list has %q, and names.go %q", got, want)
	}
}
