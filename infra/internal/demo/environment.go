package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/homeclient"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// FromEnvironment returns the options for the Home Assistant of the environment, or
// for a demo home if the environment has none or there is to be a relay in front of it.
// Entity may be switched; it is for a Home Assistant of the environment only.
func FromEnvironment(getenv func(string) string, entity string, relay bool) (o Options, err error) {
	o.URL, o.Switch, o.Relay = getenv(config.EnvURL), entity, relay
	if relay {
		o.URL = ""
	}
	if o.URL != "" {
		if err := o.readHome(getenv); err != nil {
			return o, err
		}
	} else if entity != "" {
		return o, errors.New("--switch is for your own Home Assistant: set " + config.EnvURL + " and " + config.EnvToken + " too")
	}
	o.pass(getenv, config.EnvTimeout, config.EnvLogLevel)
	o.Root, err = project.Root()
	return o, err
}

// pass gives the function these settings of the environment.
func (o *Options) pass(getenv func(string) string, names ...string) {
	for _, name := range names {
		if v := getenv(name); v != "" {
			o.Env = append(o.Env, name+"="+v)
		}
	}
}

// readHome reads how to ask the Home Assistant of the environment, as the function does.
// No error contains a secret.
func (o *Options) readHome(getenv func(string) string) (err error) {
	if o.Token = getenv(config.EnvToken); o.Token == "" {
		return errors.New(config.EnvURL + " is set and " + config.EnvToken + " is not: set both for your Home Assistant, or neither for the demo home")
	}
	o.pass(getenv, config.EnvCA, config.EnvVerifySSL, config.EnvHeaders)
	verify := true
	if text := getenv(config.EnvVerifySSL); text != "" {
		if verify, err = strconv.ParseBool(strings.ToLower(text)); err != nil {
			return fmt.Errorf("%s is %q: expected true or false", config.EnvVerifySSL, text)
		}
	}
	if text := getenv(config.EnvHeaders); text != "" && json.Unmarshal([]byte(text), &o.Headers) != nil {
		return errors.New(config.EnvHeaders + ` is not a JSON object of strings: expected {"Name": "value"}`)
	}
	if o.Client, err = homeclient.New(strings.ReplaceAll(getenv(config.EnvCA), `\n`, "\n"), !verify, nil); err != nil {
		return fmt.Errorf("%s %w", config.EnvCA, err)
	}
	return nil
}

// secrets returns what no report may contain.
func (o Options) secrets() []string {
	return append(slices.Collect(maps.Values(o.Headers)), o.Token)
}
