package initialization

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
)

// Older is a setting of something that hearthgate takes the place of.
type Older struct {
	Name   string // of the environment variable, or the key in a file that is named
	Now    string // the variable that took its place; empty when nothing has to be said any more
	Source string // what it belongs to
	Note   string // what becomes of its value, or why it is gone, in one sentence

	// value is what Now should be, given the older value and the environment;
	// empty if the value asks for nothing. Without it the function does not read
	// the setting, or it has no effect.
	value func(old string, getenv func(string) string) string
}

// What older settings belong to.
const (
	olderSystem = "the older Python system"
	documented  = "the Lambda in Home Assistant's documentation"
	haaska      = "haaska"
	haaskaGo    = "haaska-go"
)

// OlderVariables returns every older setting that is known, those that the
// function still reads and those that are gone.
func OlderVariables() []Older {
	return []Older{
		{"BASE_URL", config.EnvURL, documented, "It is the address of Home Assistant, as before.", asItIs},
		{"LONG_LIVED_ACCESS_TOKEN", config.EnvToken, documented, "It is the token, as before; better kept in a parameter, with `hearthgate token`.", asItIs},
		{"NOT_VERIFY_SSL", config.EnvVerifySSL, documented, "It says the opposite: a value turns the check of the certificate off; 0, false and no leave it on.", opposite},
		{"DEBUG", config.EnvLogLevel, documented, "A value makes the level debug.", verbose},

		{"DEBUG_MODE", config.EnvLogLevel, olderSystem, "true makes the level debug.", verbose},
		{"ENVIRONMENT", config.EnvStage, olderSystem, "It is the stage's name, as before.", asItIs},
		{"USE_PARAMETER_STORE", config.EnvTokenParameter, olderSystem, "true reads the token from home_assistant/token below " + config.EnvParameterPrefix + ", as before.", olderParameter},
		{"DEBUG_TIMINGS", "", olderSystem, "Every line has the duration of what it tells of.", nil},
		{"LAMBDA_MODE", "", olderSystem, "There is one mode, which is as short as the one called failsafe was.", nil},
		{"LEE_FAILSAFE_ENABLED", "", olderSystem, "There is one way for a directive, which is as short as the fail-safe one was.", nil},
		{"FAILSAFE_CACHE_ENABLED", "", olderSystem, "No directive is ever answered from a cache.", nil},
		{"HOME_ASSISTANT_ENABLED", "", olderSystem, "Home Assistant is what the function is for.", nil},
		{"CONFIGURATION_TIER", "", olderSystem, "Limits follow from the memory that the function has.", nil},
		{"HA_ASSISTANT_NAME", "", olderSystem, "The skill has its name in Amazon's developer console.", nil},
		{"HA_FEATURES", "", olderSystem, "Everything is there, and what is not used costs nothing.", nil},
		{"HA_WEBSOCKET_ENABLED", "", olderSystem, "One HTTP request a directive is faster than opening a WebSocket.", nil},
		{"HA_WEBSOCKET_TIMEOUT", "", olderSystem, "There is no WebSocket.", nil},

		{"SKIP_CERTIFICATE_VERIFICATION", config.EnvVerifySSL, haaskaGo, "It says the opposite: true turns the check of the certificate off.", opposite},

		{"config.json: url", config.EnvURL, haaska, "Leave a path such as /api out.", nil},
		{"config.json: bearer_token", config.EnvTokenParameter, haaska, "Put the token into the parameter with `hearthgate token`.", nil},
		{"config.json: ssl_verify", config.EnvVerifySSL, haaska, "true and false as before; the certificate in a file goes into " + config.EnvCA + ".", nil},
		{"config.json: ssl_client", "", haaska, "A client's certificate is configured with http_client.configure.", nil},
		{"config.json: debug", config.EnvLogLevel, haaska, "true is the level debug.", nil},
	}
}

func asItIs(old string, _ func(string) string) string { return old }

func opposite(old string, _ func(string) string) string {
	if isNo(old) {
		return ""
	}
	return "false"
}

func verbose(old string, _ func(string) string) string {
	if isNo(old) {
		return ""
	}
	return "debug"
}

func olderParameter(old string, getenv func(string) string) string {
	if isNo(old) || getenv(config.EnvTokenParameter) != "" {
		return ""
	}
	return strings.TrimRight(getenv(config.EnvParameterPrefix), "/") + "/home_assistant/token"
}

func isNo(text string) bool {
	return slices.Contains([]string{"0", "false", "no", "off", "none"}, strings.ToLower(text))
}

// An environment is the environment's variables, with what older ones say.
type environment struct {
	getenv   func(string) string
	said     map[string]said // by the variable of today
	warnings []string
	problems []error
}

// said is what an older variable says of a new one.
type said struct{ by, value string }

// readEnvironment understands the older variables that are set. Each makes a
// warning, and a problem if it contradicts another that is set.
func readEnvironment(getenv func(string) string) *environment {
	e := &environment{getenv: getenv, said: map[string]said{}}
	for _, o := range OlderVariables() {
		old := strings.TrimSpace(getenv(o.Name))
		if old == "" {
			continue
		}
		e.warnings = append(e.warnings, o.warning())
		if o.value == nil {
			continue
		}
		if value := o.value(old, getenv); value != "" {
			e.say(o, value)
		}
	}
	return e
}

func (o Older) warning() string {
	if o.Now == "" {
		return fmt.Sprintf("the variable %s of %s does nothing any more: %s Take it out", o.Name, o.Source, o.Note)
	}
	return fmt.Sprintf("the variable %s of %s is understood, and %s is its name now: %s", o.Name, o.Source, o.Now, o.Note)
}

// say notes that o wants value, unless another variable wants something else.
func (e *environment) say(o Older, value string) {
	other, now := o.Now, strings.TrimSpace(e.getenv(o.Now))
	if before, ok := e.said[o.Now]; ok && now == "" {
		other, now = before.by, before.value
	}
	if now != "" && !alike(now, value) {
		e.problems = append(e.problems, fmt.Errorf("%s and %s contradict each other: leave %s out, or have them say the same", o.Name, other, o.Name))
		return
	}
	e.said[o.Now] = said{o.Name, value}
}

// alike reports whether two values of a variable mean the same.
func alike(a, b string) bool {
	return strings.EqualFold(strings.TrimRight(a, "/"), strings.TrimRight(b, "/")) || isNo(a) && isNo(b)
}

// get returns the value of a variable, or what an older one says of it.
func (e *environment) get(name string) string {
	value, _ := e.lookup(name)
	return value
}

// lookup returns what get does, and where it is from.
func (e *environment) lookup(name string) (value, from string) {
	if value := strings.TrimSpace(e.getenv(name)); value != "" {
		return olderSpelling(name, value), "environment"
	}
	if s, ok := e.said[name]; ok {
		return s.value, "environment, by " + s.by
	}
	return "", ""
}

// olderSpelling returns a level as it is spelled today.
func olderSpelling(name, value string) string {
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

// tokenSource returns where the token comes from when nothing says so. The Lambda
// in Home Assistant's documentation shows the linked account's token, unless it was
// given one.
func (e *environment) tokenSource() config.TokenSource {
	if e.said[config.EnvURL].by == "BASE_URL" && e.get(config.EnvToken) == "" && e.get(config.EnvTokenParameter) == "" {
		return config.Linked
	}
	return config.Stored
}
