package initialization

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// Settings are the function's configuration, with one home. They are not modified once
// made.
type Settings struct {
	Stage        string
	Home         string            // name of the home; "" for the first
	Label        string            // what is added to the name of a device that another home has too; "" for nothing
	Connection   config.Connection // to the home
	Relay        string            // host of the relay's broker, with a port where it is not 443; "" with https
	URL          string            // of Home Assistant: scheme, host and port; "" with a relay
	SecondURL    string            // another address of the same home; "" for none
	Certificate  string            // PEM of the client certificate; "" for none
	Key          core.Secret       // PEM of its key
	Pins         []string          // base64 of the SHA-256 of public keys; none for any key
	Token        core.Secret
	TokenSource  config.TokenSource
	Headers      map[string]core.Secret // to send to the home with every request, by canonical name
	Timeout      time.Duration          // how long Home Assistant may take; 0 for as long as Alexa waits
	VerifySSL    bool
	CA           string // PEM
	LogLevel     slog.Level
	SkillIDs     []string      // of the custom skills that may call
	AllowedUsers []string      // Login with Amazon user ids that may command; empty if anyone who linked the skill may
	Agent        string        // of the conversation; "" for Home Assistant's default
	Policy       string        // JSON; "" for one that allows everything
	Confirm      []string      // kinds of devices whose commands are confirmed, of [config.ConfirmKinds]
	Conversation string        // allow or deny; "" without a choice
	Pauses       config.Pauses // of all homes
	AmazonClient string        // client id of the account linking with Login with Amazon; "" if any application's tokens are accepted

	Homes   []*Settings // those with each further home, by name; nil without any
	Number  int         // of homes, the first one included
	Problem error       // of a further home: what is missing or wrong, so that the home is not asked

	OperationsUntil time.Time // when operations that change something are not allowed any more; zero if they are not allowed

	sources map[string]source
}

// HasAddress reports whether the address of the home, or of its relay, is known and valid,
// as it may be before the other settings are.
func (s *Settings) HasAddress() bool { return urlProblem(s.Address()) == "" }

// Each returns the settings of the home and those of each further one.
func (s *Settings) Each() []*Settings { return append([]*Settings{s}, s.Homes...) }

// Address returns the address to which the function connects: that of the home, or of the
// broker of its relay.
func (s *Settings) Address() string {
	if s.Connection == config.Relay {
		return "https://" + s.Relay
	}
	return s.URL
}

// Pause returns the home's pause; nil if it is not paused.
func (s *Settings) Pause() *config.Pause { return s.Pauses.Of(s.Home, time.Now()) }

// RelayName returns the name under which the home is known to a relay.
func (s *Settings) RelayName() string { return config.RelayName(s.Stage, s.Home) }

// A source is where a setting came from, and its text; [secret] for a secret.
type source struct {
	from string
	text string
}

// A SettingsView is the result of [GetSettings].
type SettingsView struct {
	Settings []Setting    `json:"settings"`
	Problem  string       `json:"problem,omitempty" doc:"which settings are missing or wrong; absent when none is"`
	Age      core.Seconds `json:"age_seconds" doc:"since they were read" unit:"s"`
}

// A Setting is one of the settings in effect.
type Setting struct {
	Name   string `json:"name" doc:"of its environment variable"`
	Value  string `json:"value" doc:"[secret] for a secret"`
	Source string `json:"source" doc:"environment, parameter or default, with the legacy variable that set it"`
}

func (l *Loader) view(context.Context, core.None) (SettingsView, error) {
	st := l.state.Load()
	if st == nil || st.settings == nil {
		return SettingsView{Settings: []Setting{}, Problem: "the settings were not read yet: run initialization.run"}, nil
	}
	v := SettingsView{Age: core.Seconds(time.Since(st.attempted))}
	if st.err != nil {
		v.Problem = st.err.Error()
	}
	sources := st.settings.sources
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		src := sources[name]
		v.Settings = append(v.Settings, Setting{name, src.text, src.from})
	}
	return v, nil
}
