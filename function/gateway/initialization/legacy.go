package initialization

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
)

// A LegacySetting is a setting of a system that hearthgate replaces.
type LegacySetting struct {
	Name   string // of the environment variable, or "config.json: url" for a key of a file
	Now    string // the variable that replaces it; "" if nothing does
	Source string // the system
	Note   string // what its value becomes, or why it is gone, in one sentence

	// convert returns the value of Now for a value of the legacy variable, or "" if that
	// asks for nothing. It is nil for settings that are not read here.
	convert func(value string, getenv func(string) string) string
}

// The systems that legacy settings belong to.
const (
	pythonSystem     = "the older Python system"
	documentedLambda = "the Lambda in Home Assistant's documentation"
	haaska           = "haaska"
	haaskaGo         = "haaska-go"
	haAlexa          = "ha-alexa"
)

// The variables of ha-alexa that become headers: see accessHeaders.
const (
	cfClientID     = "CF_CLIENT_ID"
	cfClientSecret = "CF_CLIENT_SECRET"
)

// LegacySettings returns every legacy setting that is known, those that still have an
// effect and those that have none.
func LegacySettings() []LegacySetting {
	return []LegacySetting{
		{"BASE_URL", config.EnvURL, documentedLambda, "It is the address of Home Assistant, as before.", unchanged},
		{"LONG_LIVED_ACCESS_TOKEN", config.EnvToken, documentedLambda, "It is the token, as before; better kept in a parameter, with `hearthgate token`.", unchanged},
		{"NOT_VERIFY_SSL", config.EnvVerifySSL, documentedLambda, "It means the opposite: a value turns the check of the certificate off; 0, false and no leave it on.", opposite},
		{"DEBUG", config.EnvLogLevel, documentedLambda, "A value makes the level debug.", debugLevel},

		{cfClientID, config.EnvHeaders, haAlexa, "It is the header CF-Access-Client-Id of Cloudflare Access, or the name of a parameter with it; better stored with `hearthgate headers`.", nil},
		{cfClientSecret, config.EnvHeaders, haAlexa, "It is the header CF-Access-Client-Secret of Cloudflare Access, or the name of a parameter with it; better stored with `hearthgate headers`.", nil},

		{"DEBUG_MODE", config.EnvLogLevel, pythonSystem, "true makes the level debug.", debugLevel},
		{"ENVIRONMENT", config.EnvStage, pythonSystem, "It is the stage's name, as before.", unchanged},
		{"USE_PARAMETER_STORE", config.EnvTokenParameter, pythonSystem, "true reads the token from home_assistant/token below " + config.EnvParameterPrefix + ", as before.", legacyParameter},
		{"DEBUG_TIMINGS", "", pythonSystem, "Every line has a duration.", nil},
		{"LAMBDA_MODE", "", pythonSystem, "There is one mode, which is as short as the one called failsafe was.", nil},
		{"LEE_FAILSAFE_ENABLED", "", pythonSystem, "There is one path for a directive, which is as short as the fail-safe one was.", nil},
		{"FAILSAFE_CACHE_ENABLED", "", pythonSystem, "No directive is ever answered from a cache.", nil},
		{"HOME_ASSISTANT_ENABLED", "", pythonSystem, "Home Assistant is what the function is for.", nil},
		{"CONFIGURATION_TIER", "", pythonSystem, "Limits follow from the function's memory.", nil},
		{"HA_ASSISTANT_NAME", "", pythonSystem, "The skill has its name in Amazon's developer console.", nil},
		{"HA_FEATURES", "", pythonSystem, "Every feature is there, and one that is not used costs nothing.", nil},
		{"HA_WEBSOCKET_ENABLED", "", pythonSystem, "One HTTP request for each directive is faster than opening a WebSocket.", nil},
		{"HA_WEBSOCKET_TIMEOUT", "", pythonSystem, "There is no WebSocket.", nil},

		{"SKIP_CERTIFICATE_VERIFICATION", config.EnvVerifySSL, haaskaGo, "It means the opposite: true turns the check of the certificate off.", opposite},

		{"config.json: url", config.EnvURL, haaska, "Leave a path such as /api out.", nil},
		{"config.json: bearer_token", config.EnvTokenParameter, haaska, "Put the token into the parameter with `hearthgate token`.", nil},
		{"config.json: ssl_verify", config.EnvVerifySSL, haaska, "true and false as before; the certificate in a file goes into " + config.EnvCA + ".", nil},
		{"config.json: ssl_client", config.EnvClientCertificateParam, haaska, "Put certificate and key into the parameter with `hearthgate certificate`.", nil},
		{"config.json: debug", config.EnvLogLevel, haaska, "true is the level debug.", nil},
	}
}

func unchanged(value string, _ func(string) string) string { return value }

func opposite(value string, _ func(string) string) string {
	if isNo(value) {
		return ""
	}
	return "false"
}

func debugLevel(value string, _ func(string) string) string {
	if isNo(value) {
		return ""
	}
	return "debug"
}

func legacyParameter(value string, getenv func(string) string) string {
	if isNo(value) || getenv(config.EnvTokenParameter) != "" {
		return ""
	}
	return strings.TrimRight(getenv(config.EnvParameterPrefix), "/") + "/home_assistant/token"
}

func isNo(text string) bool {
	return slices.Contains([]string{"0", "false", "no", "off", "none"}, strings.ToLower(text))
}

// An environment is the environment's variables, with the values that legacy variables
// give to those of today.
type environment struct {
	getenv    func(string) string
	converted map[string]converted // by the variable of today
	warnings  []string
	problems  []error
}

// A converted value comes from a legacy variable.
type converted struct{ by, value string }

// readEnvironment converts the legacy variables that are set. Each makes a warning, and
// a problem if it contradicts another variable.
func readEnvironment(getenv func(string) string) *environment {
	e := &environment{getenv: getenv, converted: map[string]converted{}}
	for _, s := range LegacySettings() {
		value := strings.TrimSpace(getenv(s.Name))
		if value == "" {
			continue
		}
		e.warnings = append(e.warnings, s.warning())
		if s.convert == nil {
			continue
		}
		if value = s.convert(value, getenv); value != "" {
			e.set(s, value)
		}
	}
	return e
}

func (s LegacySetting) warning() string {
	if s.Now == "" {
		return fmt.Sprintf("the variable %s of %s has no effect any more: %s Remove it", s.Name, s.Source, s.Note)
	}
	return fmt.Sprintf("the variable %s of %s still works, and its name is now %s: %s", s.Name, s.Source, s.Now, s.Note)
}

// set gives s.Now a value, unless another variable gives it another one.
func (e *environment) set(s LegacySetting, value string) {
	other, now := s.Now, strings.TrimSpace(e.getenv(s.Now))
	if before, ok := e.converted[s.Now]; ok && now == "" {
		other, now = before.by, before.value
	}
	if now != "" && !sameSetting(s.Now, now, value) {
		e.problems = append(e.problems, contradiction(s.Name, other))
		return
	}
	e.converted[s.Now] = converted{s.Name, value}
}

func contradiction(legacy, other string) error {
	return fmt.Errorf("%s and %s contradict each other: remove %[1]s, or give both the same value", legacy, other)
}

// sameSetting reports whether two values of a variable mean the same.
func sameSetting(variable, a, b string) bool {
	if variable == config.EnvURL {
		a, _ = cutAPIPath(a)
		b, _ = cutAPIPath(b)
	}
	return strings.EqualFold(a, b) || isNo(a) && isNo(b)
}

// get returns the value of a variable, or what a legacy one gives it.
func (e *environment) get(name string) string {
	value, _ := e.lookup(name)
	return value
}

// lookup returns what get does, and where it came from.
func (e *environment) lookup(name string) (value, from string) {
	if value := strings.TrimSpace(e.getenv(name)); value != "" {
		return currentSpelling(name, value), "environment"
	}
	if c, ok := e.converted[name]; ok {
		return c.value, "environment, by " + c.by
	}
	return "", ""
}

// currentSpelling returns a value as it is spelled today: levels had other names.
func currentSpelling(name, value string) string {
	if name == config.EnvLogLevel {
		switch strings.ToLower(value) {
		case "warning":
			return "warn"
		case "critical":
			return "error"
		}
	}
	return value
}

// tokenSource returns the default token source. The Lambda in Home Assistant's
// documentation uses the linked account's token unless it has one of its own.
func (e *environment) tokenSource() config.TokenSource {
	if e.converted[config.EnvURL].by == "BASE_URL" && e.get(config.EnvToken) == "" && e.get(config.EnvTokenParameter) == "" {
		return config.Linked
	}
	return config.Stored
}
