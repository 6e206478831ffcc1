package initialization

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// Settings are what the function was told. They are not changed once made.
type Settings struct {
	Stage       string
	URL         string // of Home Assistant, without a path or a slash at its end
	Token       core.Secret
	TokenSource config.TokenSource
	Timeout     time.Duration // how long Home Assistant may take; 0 for what Alexa leaves
	VerifySSL   bool
	CA          string // PEM
	LogLevel    slog.Level
	SkillIDs    []string // of the custom skills that may ask; none by default
	Agent       string   // of the conversation; "" for Home Assistant's default

	sources map[string]source
}

// A source is where a setting came from, and its text, hidden if it is a secret.
type source struct {
	from string
	text string
}

// A SettingsView is what [GetSettings] returns.
type SettingsView struct {
	Settings []Setting `json:"settings"`
	Problem  string    `json:"problem,omitempty" doc:"what is missing or wrong; absent when nothing is"`
}

// A Setting is one of the settings in effect.
type Setting struct {
	Name   string `json:"name" doc:"of its environment variable"`
	Value  string `json:"value" doc:"[secret] for a secret"`
	Source string `json:"source" doc:"environment, parameter or default"`
}

func (s *Starter) view(context.Context, SettingsInput) (SettingsView, error) {
	st := s.state.Load()
	if st == nil {
		return SettingsView{Problem: "the settings were not read yet: run initialization.run"}, nil
	}
	var v SettingsView
	if st.err != nil {
		v.Problem = st.err.Error()
	}
	for name, src := range st.settings.sources {
		v.Settings = append(v.Settings, Setting{name, src.text, src.from})
	}
	slices.SortFunc(v.Settings, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	return v, nil
}

// reader reads settings, each from the first place that has it.
type reader struct {
	getenv     func(string) string
	parameters map[string]string // by environment variable
	sources    map[string]source
	problems   []error
}

// text returns the setting of that name, or what it is by default.
func (r *reader) text(name, byDefault string) string {
	s := source{"default", byDefault}
	if v := strings.TrimSpace(r.getenv(name)); v != "" {
		s = source{"environment", v}
	} else if v := strings.TrimSpace(r.parameters[name]); v != "" {
		s = source{"parameter", v}
	}
	r.sources[name] = s
	return s.text
}

// secret returns the setting of that name and hides it from view.
func (r *reader) secret(name string) core.Secret {
	secret := core.Secret(r.text(name, ""))
	s := r.sources[name]
	s.text = secret.String()
	r.sources[name] = s
	return secret
}

func (r *reader) wrong(name, format string, args ...any) {
	r.problems = append(r.problems, fmt.Errorf("%s %s", name, fmt.Sprintf(format, args...)))
}

// settings reads them all. With an error, which names every setting that is
// wrong, it returns the rest.
func (r *reader) settings() (*Settings, error) {
	r.sources = map[string]source{}
	s := &Settings{
		Stage:       r.text(config.EnvStage, "local"),
		URL:         strings.TrimRight(r.text(config.EnvURL, ""), "/"),
		Token:       r.secret(config.EnvToken),
		TokenSource: config.TokenSource(r.text(config.EnvTokenSource, string(config.Stored))),
		CA:          strings.ReplaceAll(r.text(config.EnvCA, ""), `\n`, "\n"),
		VerifySSL:   r.truth(config.EnvVerifySSL, "true"),
		Timeout:     r.seconds(config.EnvTimeout),
	}
	s.SkillIDs, s.Agent = r.list(config.EnvSkillIDs), r.text(config.EnvAgent, "")
	if err := s.LogLevel.UnmarshalText([]byte(r.text(config.EnvLogLevel, "info"))); err != nil {
		r.wrong(config.EnvLogLevel, "is %q: debug, info, warn or error is wanted", r.sources[config.EnvLogLevel].text)
	}
	r.checkURL(s.URL)
	switch s.TokenSource {
	case config.Linked:
	case config.Stored:
		if s.Token == "" {
			r.wrong(config.EnvToken, "is missing: put a long-lived access token of Home Assistant into the parameter that %s names with `hearthgate token`, or set it for local use", config.EnvTokenParameter)
		}
	default:
		r.wrong(config.EnvTokenSource, "is %q: %s or %s is wanted", s.TokenSource, config.Stored, config.Linked)
	}
	s.sources = r.sources
	return s, errors.Join(r.problems...)
}

func (r *reader) checkURL(text string) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		r.wrong(config.EnvURL, "is missing: set it to the address of Home Assistant, such as https://home.example.org:8123")
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		r.wrong(config.EnvURL, "is not an address: one such as https://home.example.org:8123 is wanted")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		r.wrong(config.EnvURL, "has more than scheme, host and port: leave user, query and fragment out")
	}
}

// list returns the parts of a setting that are separated by commas.
func (r *reader) list(name string) (parts []string) {
	for part := range strings.SplitSeq(r.text(name, ""), ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func (r *reader) truth(name, byDefault string) bool {
	v, err := strconv.ParseBool(strings.ToLower(r.text(name, byDefault)))
	if err != nil {
		r.wrong(name, "is %q: true or false is wanted", r.sources[name].text)
		return byDefault == "true" // and not false, which is the dangerous one
	}
	return v
}

func (r *reader) seconds(name string) time.Duration {
	text := r.text(name, "0")
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !(f >= 0 && f <= 60) {
		r.wrong(name, "is %q: a number of seconds up to 60 is wanted, such as 7 or 2.5", text)
		return 0
	}
	return time.Duration(f * float64(time.Second))
}
