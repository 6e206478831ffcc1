package config_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestWarningsOfRelay checks that a relay names what has no effect with it.
func TestWarningsOfRelay(t *testing.T) {
	s := valid()
	s.VerifySSL, s.SecretHeaders = false, true
	if got := s.Warnings(); got != nil {
		t.Errorf("by https: %q", got)
	}
	s.Connection = config.Relay
	want := []string{"verifySsl has no effect", "secretHeaders has no effect"}
	if got := s.Warnings(); !slices.EqualFunc(got, want, strings.Contains) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestS2Warning checks that a rule that does nothing is named, with the home that has it.
func TestS2Warning(t *testing.T) {
	const idle = `[{"effect":"allow","namespace":"*"},{"effect":"deny","name":"Unlock"}]`
	s, cabin := valid(), config.NewHome()
	s.Policy, cabin.Policy, cabin.Connection, cabin.VerifySSL = []byte(idle), []byte(idle), config.Relay, false
	s.Homes = config.Homes{"cabin": cabin}
	want := []string{"policy has a rule that does nothing: rule 2 (deny Unlock)", "homes.cabin.verifySsl has no effect", "homes.cabin.policy has a rule that does nothing"}
	if got := s.Warnings(); !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestWarningsOfLinkedTokens checks what Amazon's servers need of a home.
func TestWarningsOfLinkedTokens(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*config.Stage)
		want   []string // parts of the warnings
	}{
		{"port 443", func(s *config.Stage) { s.URL = "https://home.example.com" }, nil},
		{"port 443 by its number", func(s *config.Stage) { s.URL = "https://home.example.com:443" }, nil},
		{"another port", func(s *config.Stage) { s.URL = "https://home.example.com:8123" }, []string{"8123: Alexa's account linking accepts port 443 only"}},
		{"no URL", func(s *config.Stage) { s.URL = "https://home.example.com:x" }, nil},
		{"any certificate", func(s *config.Stage) { s.VerifySSL = false }, []string{"8443", "certificate is public"}},
		{"secret headers", func(s *config.Stage) { s.SecretHeaders, s.URL = true, "https://home.example.com" }, []string{"/auth/token"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := valid()
			s.TokenSource = config.Linked
			tt.change(&s)
			got := s.Warnings()
			if !slices.EqualFunc(got, tt.want, strings.Contains) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			s.TokenSource = config.Stored
			if got := s.Warnings(); got != nil {
				t.Errorf("with a stored token: %q", got)
			}
		})
	}
}
