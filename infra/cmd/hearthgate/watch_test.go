package main_test

import (
	"strings"
	"testing"
)

func TestLogsAndReplay(t *testing.T) {
	o := newOwner(t)
	o.deployed()
	o.sees(o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"), 0)
	o.sees(o.types("", "invoke", "turn-on", "--endpoint", "light.nope", "--stage", "dev"), 1)
	o.sees(o.types("", "logs"), 0, "ok", "Alexa.PowerController.TurnOn", "switch#outlet", "bad ", "NO_SUCH_ENDPOINT")
	failed := o.types("", "logs", "--failed", "--json")
	o.sees(failed, 0, "light#nope")
	if strings.Contains(failed.out, "switch#outlet") {
		t.Errorf("what did not fail is shown: %s", failed.out)
	}
	o.sees(o.types(failed.out, "replay", "-", "--stage", "dev"), 1, "NO_SUCH_ENDPOINT")
	all := strings.Split(o.types("", "logs", "--json").out, "\n")
	for _, line := range all {
		if strings.Contains(line, "switch#outlet") {
			o.sees(o.types(line, "replay", "-"), 0, `"name": "Response"`, "with a demo home")
		}
	}
	o.sees(o.types("nonsense", "replay", "-"), 1, "neither a line of the function's log")
}
