package initialization

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// Settings are what the function was told. They are not changed once made.
type Settings struct {
	Stage        string
	URL          string // of Home Assistant, without a path or a slash at its end
	Token        core.Secret
	TokenSource  config.TokenSource
	Headers      map[string]core.Secret // to send to the home with every request, by canonical name
	Timeout      time.Duration          // how long Home Assistant may take; 0 for what Alexa leaves
	VerifySSL    bool
	CA           string // PEM
	LogLevel     slog.Level
	CacheTable   string   // of DynamoDB; "" for none
	SkillIDs     []string // of the custom skills that may call
	AllowedUsers []string // Login with Amazon user ids that may command; none for whoever linked the skill
	Agent        string   // of the conversation; "" for Home Assistant's default
	Policy       string   // JSON; "" for one that allows everything

	sources map[string]source
}

// Key returns a key of 32 bytes for a purpose, another one for each. It comes from
// the secrets that this home's functions have in common: a new token makes a new
// key. Without a secret there is none.
func (s *Settings) Key(purpose string) (key []byte, ok bool) {
	secret := s.Token.Reveal()
	for _, name := range slices.Sorted(maps.Keys(s.Headers)) {
		secret += "\x00" + s.Headers[name].Reveal()
	}
	if secret == "" {
		return nil, false
	}
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "hearthgate "+purpose, 32)
	return key, err == nil
}

// AddHeaders adds the secret headers for the home to those of a request to it.
func (s *Settings) AddHeaders(h http.Header) {
	for name, value := range s.Headers {
		h.Set(name, value.Reveal())
	}
}

// A source is where a setting came from, and its text, hidden if it is a secret.
type source struct {
	from string
	text string
}

// A SettingsView is what [GetSettings] returns.
type SettingsView struct {
	Settings []Setting    `json:"settings"`
	Problem  string       `json:"problem,omitempty" doc:"what is missing or wrong; absent when nothing is"`
	Age      core.Seconds `json:"age_seconds" doc:"since they were read" unit:"s"`
}

// A Setting is one of the settings in effect.
type Setting struct {
	Name   string `json:"name" doc:"of its environment variable"`
	Value  string `json:"value" doc:"[secret] for a secret"`
	Source string `json:"source" doc:"environment, parameter or default, or the older variable that said so"`
}

func (s *Starter) view(context.Context, core.None) (SettingsView, error) {
	st := s.state.Load()
	if st == nil || st.settings == nil {
		return SettingsView{Settings: []Setting{}, Problem: "the settings were not read yet: run initialization.run"}, nil
	}
	v := SettingsView{Age: core.Seconds(time.Since(st.tried))}
	if st.err != nil {
		v.Problem = st.err.Error()
	}
	for name, src := range st.settings.sources {
		v.Settings = append(v.Settings, Setting{name, src.text, src.from})
	}
	slices.SortFunc(v.Settings, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	return v, nil
}
