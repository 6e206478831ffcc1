package initialization

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/policy"
	"github.com/hearthgate/hearthgate/function/core"
)

// A reader reads settings: each from the environment, else from a parameter, else it
// has its default.
type reader struct {
	env        *environment
	early      bool              // before the parameters were read, so that secrets may be missing
	home       string            // the further home whose variables are read; "" for all others
	parameters map[string]string // by the environment variable that each stands for
	sources    map[string]source
	warnings   []string
	problems   []error
}

// settings reads all of them. Its error names every setting that is missing or wrong;
// the others are in the result all the same. What is wrong with a further home is in its
// own settings.
func (r *reader) settings() (*Settings, error) {
	r.sources, r.problems = map[string]source{}, slices.Clone(r.env.problems)
	s := &Settings{
		Stage:        r.text(config.EnvStage, "local"),
		LogLevel:     r.level(config.EnvLogLevel),
		SkillIDs:     r.list(config.EnvSkillIDs),
		AllowedUsers: r.list(config.EnvAllowedUsers),
		Conversation: r.text(config.EnvConversation, ""),
		AmazonClient: r.text(config.EnvAmazonClientID, ""),
	}
	s.Pauses = r.pauses(config.EnvPause)
	r.readHome(s)
	s.OperationsUntil = r.until(config.EnvOperationsUntil)
	r.text(config.EnvCacheTable, "") // for the view only: the cache reads it itself
	r.checkAccess(s)
	r.hideMisplaced(s)
	names := r.list(config.EnvHomes)
	s.Number = 1 + len(names)
	for _, name := range names {
		s.Homes = append(s.Homes, r.further(name, *s))
	}
	s.sources = r.sources
	return s, errors.Join(r.problems...)
}

// readHome reads the settings of the home.
func (r *reader) readHome(s *Settings) {
	s.Label = r.text(config.EnvLabel, r.home)
	s.Connection = config.Connection(r.text(config.EnvConnection, string(config.HTTPS)))
	s.Token = r.secret(config.EnvToken)
	s.TokenSource = config.TokenSource(r.text(config.EnvTokenSource, string(r.tokenSource())))
	s.Headers = r.headers()
	s.CA = strings.ReplaceAll(r.text(config.EnvCA, ""), `\n`, "\n")
	s.VerifySSL = r.bool(config.EnvVerifySSL, "true")
	s.Certificate, s.Key = r.clientCertificate()
	s.Pins = r.list(config.EnvPins)
	s.Timeout = r.seconds(config.EnvTimeout)
	s.Agent = r.text(config.EnvAgent, "")
	s.Policy = r.text(config.EnvPolicy, "")
	s.Confirm = r.confirm(config.EnvConfirm)
	r.readAddress(s)
	r.checkPolicy(s)
}

// tokenSource returns the default token source.
func (r *reader) tokenSource() config.TokenSource {
	if r.home != "" {
		return config.Stored
	}
	return r.env.tokenSource()
}

// readAddress reads where the function connects to, and checks what it shows there. A relay
// needs no token.
func (r *reader) readAddress(s *Settings) {
	s.URL, s.SecondURL, s.Relay = "", "", "" // of a further home: not those of the first
	switch s.Connection {
	case config.HTTPS:
		s.URL = r.url(config.EnvURL)
		if r.text(config.EnvSecondURL, "") != "" {
			s.SecondURL = r.url(config.EnvSecondURL)
		}
		r.checkToken(s)
	case config.Relay:
		s.Relay = (&reader{env: r.env, parameters: r.parameters, sources: r.sources}).text(config.EnvRelayEndpoint, "") // one for all homes
		if problem := urlProblem(s.Address()); s.Relay == "" || problem != "" || strings.Contains(s.Relay, "/") {
			r.wrong(config.EnvRelayEndpoint, "is not the host name of a broker: `hearthgate deploy` sets it with %s", config.EnvConnection)
		}
		if s.TokenSource != config.Stored {
			r.wrong(config.EnvTokenSource, "is %q, which a relay has no use for: remove it, as Home Assistant gets no token over a relay", s.TokenSource)
		}
	default:
		r.wrong(config.EnvConnection, "is %q: expected %s or %s", s.Connection, config.HTTPS, config.Relay)
	}
}

func (r *reader) checkToken(s *Settings) {
	switch s.TokenSource {
	case config.Linked:
	case config.Stored:
		if strings.ContainsFunc(s.Token.Reveal(), func(c rune) bool { return c < ' ' || c > '~' }) {
			r.wrong(config.EnvToken, "has line breaks or characters that no token has: store it again with `hearthgate token`, all of it and nothing else")
		}
		if s.Token == "" && !r.early {
			r.wrong(config.EnvToken, "is missing: put a long-lived access token of Home Assistant into the parameter that %s names with `hearthgate token`, or set it for local use", config.EnvTokenParameter)
		}
	default:
		r.wrong(config.EnvTokenSource, "is %q: expected %s or %s", s.TokenSource, config.Stored, config.Linked)
	}
}

// checkPolicy checks the rules of the home.
func (r *reader) checkPolicy(s *Settings) {
	rules, err := policy.Parse(s.Policy)
	if err == nil && r.home != "" {
		err = rules.CheckFurther()
	}
	switch {
	case s.Policy == "" && r.env.getenv(r.variable(config.EnvPolicy)) != "":
		r.wrong(config.EnvPolicy, "is blank: write a list of rules, or remove the variable")
	case s.Policy != "" && !json.Valid([]byte(s.Policy)):
		r.wrong(config.EnvPolicy, "is not JSON: expected a list of rules")
	case err != nil:
		r.wrong(config.EnvPolicy, "%w", err)
	}
}

// checkAccess checks who may command what, as the stage's own check does.
func (r *reader) checkAccess(s *Settings) {
	if err := policy.CheckUsers(s.AllowedUsers); err != nil {
		r.wrong(config.EnvAllowedUsers, "%w", err)
	}
	rules, _ := policy.Parse(s.Policy)
	choice, err := policy.ParseConversation(s.Conversation)
	switch {
	case err != nil:
		r.wrong(config.EnvConversation, "%w", err)
	case rules != nil && choice == "" && len(s.SkillIDs) > 0 && !rules.NamesCustom():
		r.warnings = append(r.warnings, policy.Undecided+", so they are denied: set "+config.EnvConversation+" to allow or deny")
	}
	if len(s.AllowedUsers) > 0 && s.AmazonClient == "" && s.TokenSource == config.Stored {
		r.warnings = append(r.warnings, config.EnvAmazonClientID+" is missing, so tokens that an allowed user gave to another application are accepted too: set it to the client id of the skill's account linking")
	}
}

// variable returns the name of the variable that the setting of that name has for the
// home.
func (r *reader) variable(name string) string { return config.HomeVariable(name, r.home) }

// text returns the setting of that name.
func (r *reader) text(name, fallback string) string {
	name = r.variable(name)
	s := source{"default", fallback}
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
	r.hide(name)
	return secret
}

// hide hides the setting of that name from view.
func (r *reader) hide(name string) {
	name = r.variable(name)
	s := r.sources[name]
	s.text = core.Secret(s.text).String()
	r.sources[name] = s
}

// hideMisplaced hides settings that hold a secret where none belongs: a private key, or
// the client secret of Login with Amazon.
func (r *reader) hideMisplaced(s *Settings) {
	if strings.Contains(s.CA, "PRIVATE KEY") {
		r.hide(config.EnvCA)
	}
	if strings.Contains(s.AmazonClient, "amzn1.oa2-cs.") {
		r.hide(config.EnvAmazonClientID)
	}
}

// wrong adds a problem of a setting.
func (r *reader) wrong(name, format string, args ...any) {
	r.problems = append(r.problems, fmt.Errorf(r.variable(name)+" "+format, args...))
}

func (r *reader) bool(name, fallback string) bool {
	v, err := strconv.ParseBool(strings.ToLower(r.text(name, fallback)))
	if err != nil {
		r.wrong(name, "is %q: expected true or false", r.sources[r.variable(name)].text)
		return fallback == "true" // false, the zero value, may be the dangerous one
	}
	return v
}

func (r *reader) seconds(name string) time.Duration {
	text := r.text(name, "0")
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !(f >= 0 && f <= 60) {
		r.wrong(name, "is %q: expected a number of seconds up to 60, such as 7 or 2.5", text)
		return 0
	}
	return time.Duration(f * float64(time.Second))
}

// pauses reads which homes are paused. What cannot be read pauses none, and is no reason to
// answer nothing.
func (r *reader) pauses(name string) config.Pauses {
	p, err := config.ParsePauses(r.text(name, ""))
	if err != nil {
		r.warnings = append(r.warnings, fmt.Sprintf("%s %v; no home is paused: use `hearthgate pause`", name, err))
	}
	return p
}

// until reads a time. One that cannot be read counts as missing, and is no reason to answer nothing.
func (r *reader) until(name string) time.Time {
	text := r.text(name, "")
	at, err := time.Parse(time.RFC3339, text)
	if text != "" && err != nil {
		r.warnings = append(r.warnings, fmt.Sprintf("%s is %.40q: expected a time such as 2026-01-31T12:00:00Z; no operation that changes something is allowed", name, text))
	}
	return at
}

func (r *reader) level(name string) (level slog.Level) {
	if err := level.UnmarshalText([]byte(r.text(name, "info"))); err != nil {
		r.wrong(name, "is %q: expected debug, info, warn or error", r.sources[r.variable(name)].text)
	}
	return level
}

// list reads items separated by commas. One that is set, if only to blanks, and has no
// item is a problem: an empty list of users would admit everyone.
func (r *reader) list(name string) (items []string) {
	for item := range strings.SplitSeq(r.text(name, ""), ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	if items == nil && r.env.getenv(r.variable(name)) != "" {
		r.wrong(name, "is a list without an item: write ids separated by commas, or remove the variable")
	}
	return items
}

// split returns the items of a list separated by commas.
func split(text string) (items []string) {
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// confirm returns the kinds of devices whose commands are confirmed.
func (r *reader) confirm(name string) []string {
	text := r.text(name, strings.Join(config.DefaultConfirm(), ","))
	if text == config.ConfirmNone {
		return nil
	}
	kinds := split(text)
	if problem := config.CheckConfirm(kinds); problem != "" || kinds == nil {
		r.wrong(name, "%s, or %s", cmp.Or(problem, "is a list without an item; write one of "+strings.Join(config.ConfirmKinds(), ", ")), config.ConfirmNone)
	}
	return kinds
}
