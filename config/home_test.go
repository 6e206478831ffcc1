package config_test

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// several is the file of a stage with three homes.
const several = `{
	"locale": "en-US",
	"homeAssistantUrl": "https://home.example.com",
	"homes": {
		"office": {"connection": "relay", "confirm": []},
		"cabin": {"homeAssistantUrl": "https://cabin.example.com", "secretHeaders": true, "policy": [{"effect": "deny", "name": "Unlock"}]}
	}
}`

func severalHomes(t *testing.T) config.Stage {
	t.Helper()
	s, err := config.Decode("prod.json", []byte(several))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestHomes reads a stage with several homes: each has its names, and the defaults of a
// home.
func TestHomes(t *testing.T) {
	s := severalHomes(t)
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, at := range s.Each() {
		got = append(got, strings.Join([]string{at.FullName(), at.URL, at.RelayName(), at.TokenParameterName()}, " "))
		if at.Homes != nil || !at.VerifySSL || at.HomeTimeout != 7 || at.Locale != "en-US" {
			t.Errorf("%s: %+v", at.FullName(), at)
		}
	}
	want := []string{
		"prod https://home.example.com prod /hearthgate/prod/home-assistant/token",
		"prod/cabin https://cabin.example.com prod_cabin /hearthgate/prod/homes/cabin/home-assistant/token",
		"prod/office  prod_office /hearthgate/prod/homes/office/home-assistant/token",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if _, ok := s.At("attic"); ok || s.HasRelay() || !s.AnyRelay() {
		t.Error("there is no attic, and a relay is not of the first home")
	}
}

// TestStoredSecrets compares the secrets that the homes need: a relay needs none.
func TestStoredSecrets(t *testing.T) {
	s := severalHomes(t)
	s.SecretHeaders, s.ClientCertificate = true, true
	want := map[string][]config.StoredSecret{
		"prod": {
			{Command: "token", Parameter: "/hearthgate/prod/home-assistant/token"},
			{Command: "headers", Parameter: "/hearthgate/prod/home-assistant/headers"},
			{Command: "certificate", Parameter: "/hearthgate/prod/home-assistant/client-certificate"},
		},
		"prod/cabin": {
			{Command: "token", Parameter: "/hearthgate/prod/homes/cabin/home-assistant/token"},
			{Command: "headers", Parameter: "/hearthgate/prod/homes/cabin/home-assistant/headers"},
		},
	}
	for _, at := range s.Each() {
		if got := at.StoredSecrets(); !slices.Equal(got, want[at.FullName()]) {
			t.Errorf("%s: got %v, want %v", at.FullName(), got, want[at.FullName()])
		}
	}
}

// TestEnvironmentOfHomes compares the variables of a function with several homes.
func TestEnvironmentOfHomes(t *testing.T) {
	s := severalHomes(t)
	all := s.Environment()
	s.Homes = nil
	maps.DeleteFunc(all, func(name, value string) bool { return s.Environment()[name] == value })
	want := map[string]string{
		"HEARTHGATE_HOMES":                        "cabin,office",
		"HOME_ASSISTANT_URL__CABIN":               "https://cabin.example.com",
		"HOME_ASSISTANT_TOKEN_SOURCE__CABIN":      "stored",
		"HOME_ASSISTANT_TOKEN_PARAMETER__CABIN":   "/hearthgate/prod/homes/cabin/home-assistant/token",
		"HOME_ASSISTANT_HEADERS_PARAMETER__CABIN": "/hearthgate/prod/homes/cabin/home-assistant/headers",
		"HOME_ASSISTANT_TIMEOUT__CABIN":           "7",
		"DIRECTIVE_POLICY__CABIN":                 `[{"effect":"deny","name":"Unlock"}]`,
		"HEARTHGATE_CONNECTION__OFFICE":           "relay",
		"HOME_ASSISTANT_TIMEOUT__OFFICE":          "7",
		"DIRECTIVE_CONFIRM__OFFICE":               "none",
	}
	if !maps.Equal(all, want) {
		t.Errorf("got %v", all)
	}
}

// TestWrongHomes checks what is said of homes that cannot be.
func TestWrongHomes(t *testing.T) {
	ca, err := os.ReadFile("testdata/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change      func(*config.Stage)
		field, text string
	}{
		"capital":         {home("Cabin", nil), "homes.Cabin", "a-z"},
		"a hyphen":        {home("my-cabin", nil), "homes.my-cabin", "a-z and 0-9"},
		"no name":         {home("", nil), "homes", "whose name is empty"},
		"a long name":     {home(strings.Repeat("a", 17), nil), "homes.aaaaaaaaaaaaaaaaa", "more than 16"},
		"first":           {home("first", nil), "homes.first", "name of the first home"},
		"no address":      {home("attic", func(h *config.Home) { h.URL = "" }), "homes.attic.homeAssistantUrl", "is missing"},
		"http":            {home("attic", func(h *config.Home) { h.URL = "http://attic.example.com" }), "homes.attic.homeAssistantUrl", "in clear"},
		"the same":        {home("attic", func(h *config.Home) { h.URL = "https://cabin.example.com" }), "homes.cabin.homeAssistantUrl", "is that of attic too"},
		"a linked token":  {home("attic", func(h *config.Home) { h.TokenSource = config.Linked }), "homes.attic.tokenSource", "one Home Assistant alone"},
		"one linked":      {func(s *config.Stage) { s.TokenSource = config.Linked }, "tokenSource", "one Home Assistant alone"},
		"ca without need": {home("attic", func(h *config.Home) { h.CA, h.VerifySSL = string(ca), false }), "homes.attic.ca", "has no effect"},
		"an agent":        {home("attic", func(h *config.Home) { h.ConversationAgent = "conversation.a" }), "homes.attic.conversationAgent", "first home"},
		"a rule for talk": {home("attic", func(h *config.Home) {
			h.Policy = []byte(`[{"effect": "deny", "name": "Unlock"}, {"effect": "deny", "skill": "Custom"}]`)
		}), "homes.attic.policy", "goes to the first home"},
		"no rule": {home("attic", func(h *config.Home) { h.Policy = []byte(`[{"effect": "deny"}]`) }), "homes.attic.policy", ""},
		"too many": {func(s *config.Stage) {
			for _, name := range strings.Split("abcdefg", "") {
				home(name, func(h *config.Home) { h.URL = "https://" + name + ".example.com" })(s)
			}
		}, "homes", "can have 8"},
	} {
		t.Run(name, func(t *testing.T) {
			s := severalHomes(t)
			tt.change(&s)
			var problem *config.FieldError
			if err := s.Validate(); !errors.As(err, &problem) || problem.Field != tt.field || !strings.Contains(problem.Problem, tt.text) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// home returns what adds a home of that name, changed.
func home(name string, change func(*config.Home)) func(*config.Stage) {
	return func(s *config.Stage) {
		h := config.NewHome()
		h.URL = "https://attic.example.com"
		if change != nil {
			change(&h)
		}
		s.Homes = maps.Clone(s.Homes)
		s.Homes[name] = h
	}
}

// TestEveryProblemOfHomes has something wrong in several places of the homes: each is named.
func TestEveryProblemOfHomes(t *testing.T) {
	_, err := config.Decode("prod.json", []byte(`{"locale": "en-US", "homes": {"a": {"ca": 1, "verifySsl": "no", "locale": "en-US"}, "b": [], "b": {}, "c": {"confirm": {}}}, "memory": "x"}`))
	for _, want := range []string{"homes.a.ca is", "homes.a.verifySsl is", "homes.a.locale is not a field", "homes.b is a list", "homes.b is there twice", "homes.c.confirm is", "memory is"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
}

// TestSetHome sets and unsets fields of further homes, as a person types them.
func TestSetHome(t *testing.T) {
	s := severalHomes(t)
	before, _ := s.At("cabin")
	for _, step := range []struct{ set, to, want string }{
		{"homes.cabin.confirm", "lock,garage", `["lock","garage"]`},
		{"homes.attic.homeAssistantUrl", "https://attic.example.com", `"https://attic.example.com"`},
		{"homes.attic.verifySsl", "false", "false"},
		{"homes.attic.policy", `[{"effect":"deny","name":"Unlock"}]`, `[{"effect":"deny","name":"Unlock"}]`},
	} {
		if err := s.Set(step.set, step.to); err != nil || string(s.Value(step.set)) != step.want {
			t.Errorf("%s is %s, %v", step.set, s.Value(step.set), err)
		}
	}
	if before.Confirm != nil || s.Homes["attic"].HomeTimeout != 7 || s.Text("homes.cabin.confirm") != "lock,garage" {
		t.Errorf("got %+v", s.Homes)
	}
	for field, want := range map[string]string{
		"homes.cabin.locale": "not a field of a home", "homes.cabin.ca.b": "not a field of a home", "homes.cabin.verifySsl": "true or false", "homes": "an object with a home",
	} {
		var problem *config.FieldError
		if err := s.Set(field, "maybe"); !errors.As(err, &problem) || problem.Field != field || !strings.Contains(problem.Problem, want) {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, field := range []string{"homes.attic.verifySsl", "homes.cabin.confirm", "homes.office"} {
		if err := s.Unset(field); err != nil {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, there := s.Homes["office"]; there || !s.Homes["attic"].VerifySSL || s.Homes["cabin"].Confirm != nil {
		t.Errorf("got %+v", s.Homes)
	}
	for _, field := range []string{"homes.office", "homes.office.ca", "homes.cabin.colour"} {
		if err := s.Unset(field); err == nil {
			t.Errorf("%s: no error", field)
		}
	}
}
