package initialization

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// reader reads settings, each from the first place that has it.
type reader struct {
	env        *environment
	parameters map[string]string // by environment variable
	sources    map[string]source
	problems   []error
}

// text returns the setting of that name, or what it is by default.
func (r *reader) text(name, byDefault string) string {
	s := source{"default", byDefault}
	if v, from := r.env.lookup(name); v != "" {
		s = source{from, v}
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
	r.sources, r.problems = map[string]source{}, slices.Clone(r.env.problems)
	s := &Settings{
		Stage:        r.text(config.EnvStage, "local"),
		URL:          strings.TrimRight(r.text(config.EnvURL, ""), "/"),
		Token:        r.secret(config.EnvToken),
		TokenSource:  config.TokenSource(r.text(config.EnvTokenSource, string(r.env.tokenSource()))),
		Headers:      r.headers(config.EnvHeaders),
		CA:           strings.ReplaceAll(r.text(config.EnvCA, ""), `\n`, "\n"),
		VerifySSL:    r.truth(config.EnvVerifySSL, "true"),
		Timeout:      r.seconds(config.EnvTimeout),
		LogLevel:     r.level(config.EnvLogLevel),
		CacheTable:   r.text(config.EnvCacheTable, ""),
		SkillIDs:     r.list(config.EnvSkillIDs),
		AllowedUsers: r.list(config.EnvAllowedUsers),
		Agent:        r.text(config.EnvAgent, ""),
		Policy:       r.text(config.EnvPolicy, ""),
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
	if s.Policy != "" && !json.Valid([]byte(s.Policy)) {
		r.wrong(config.EnvPolicy, "is not JSON: a list of rules is wanted")
	}
	s.sources = r.sources
	return s, errors.Join(r.problems...)
}

func (r *reader) checkURL(text string) {
	if problem := urlProblem(text); problem != "" {
		r.wrong(config.EnvURL, "%s", problem)
	}
}

// urlProblem says what is wrong with the address of a home, or "".
func urlProblem(text string) string {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return "is missing: set it to the address of Home Assistant, such as https://home.example.org:8123"
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "is not an address: one such as https://home.example.org:8123 is wanted"
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "has more than scheme, host and port: leave user, query and fragment out"
	}
	return ""
}

// HasURL reports whether the address of the home is known to be one, as it may be
// before the rest is.
func (s *Settings) HasURL() bool { return urlProblem(s.URL) == "" }

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

func (r *reader) level(name string) (level slog.Level) {
	if err := level.UnmarshalText([]byte(r.text(name, "info"))); err != nil {
		r.wrong(name, "is %q: debug, info, warn or error is wanted", r.sources[name].text)
	}
	return level
}

// list reads what is separated by commas.
func (r *reader) list(name string) (items []string) {
	for item := range strings.SplitSeq(r.text(name, ""), ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// headers reads a JSON object of headers. Their values are secrets, so no problem
// repeats one.
func (r *reader) headers(name string) map[string]core.Secret {
	text := r.secret(name).Reveal()
	if text == "" {
		return nil
	}
	var pairs map[string]string
	if json.Unmarshal([]byte(text), &pairs) != nil {
		r.wrong(name, `is not a JSON object of texts: {"Name": "value"} is wanted`)
		return nil
	}
	headers := make(map[string]core.Secret, len(pairs))
	for key, value := range pairs {
		switch canonical := http.CanonicalHeaderKey(key); {
		case key == "" || strings.ContainsFunc(key, func(c rune) bool { return !strings.ContainsRune(headerRunes, c) }):
			r.wrong(name, "has a header whose name HTTP does not know: letters, digits and - are wanted")
		case strings.Contains(ours, " "+canonical+" "):
			r.wrong(name, "has %s, which the function sends itself: leave it out", canonical)
		case strings.TrimSpace(value) == "" || strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c > '~' }):
			r.wrong(name, "has a value of %s that no header has: copy it again", canonical)
		default:
			headers[canonical] = core.Secret(value)
		}
	}
	return headers
}

const (
	headerRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	ours        = " Accept-Encoding Authorization Connection Content-Length Content-Type Host Transfer-Encoding "
)
