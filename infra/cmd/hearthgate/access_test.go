package main_test

import (
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// parameter returns a String.
func parameter(name, value string) fakeaws.Parameter {
	return fakeaws.Parameter{Name: name, Type: "String", Value: value}
}

// TestS3Allow runs an operation that changes something on a deployed function, before
// and after its owner allows it.
func TestS3Allow(t *testing.T) {
	o := newOwner(t)
	s := o.deployed()
	set := []string{"op", "cache.set", `{"key": "a", "value": 1}`, "--stage", "dev"}
	o.sees(o.types("", set...), 1, "cache.set changes something", "hearthgate op --allow --stage dev")
	o.sees(o.types("", "op", "cache.stats", "--stage", "dev"), 0, "cache.stats: ok")
	o.sees(o.types("", "op", "--allow"), 1, "name its stage with --stage")
	o.sees(o.types("", "op", "--allow", "--stage", "dev"), 0, "allowed until", "on the stage dev")
	o.sees(o.types("", set...), 0, "cache.set: ok")
	o.cloud.SetParameter(s.Region, parameter(config.ParameterPrefix("dev")+config.OperationsParameter, "2026-01-01T00:00:00Z"))
	o.sees(o.types("", "op", "initialization.refresh", "--stage", "dev"), 0, "initialization.refresh: ok")
	o.sees(o.types("", set...), 1, "cache.set changes something")
	o.sees(o.types("", append([]string{"--json"}, set...)...), 1, `"type": "not_allowed"`)
	o.sees(o.types("", "op", "cache.set", `{"key": "a", "value": 1}`), 0, "cache.set: ok") // on this machine
}
