package main_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// TestStatus sees that the report begins with what counts, and is one to read.
func TestStatus(t *testing.T) {
	o := newOwner(t)
	s := o.deployed()
	o.sees(o.types("", "status"), 0, "version   ", "answered  nothing yet")
	o.sees(o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"), 0)
	r := o.types("", "status")
	o.sees(r, 0, "directives: 1, skill requests: 0; of the latest 100 % succeeded")
	for _, raw := range []string{"_", "hit rate 0.", "hit rate 1,", " 0,"} {
		if strings.Contains(r.out, raw) {
			t.Errorf("%q is not for a person:\n%s", raw, r.out)
		}
	}
	if gateways := regexp.MustCompile(`(?m)^ *\d+ of 100  [a-z ]+ `).FindAllString(r.out, -1); len(gateways) != 10 {
		t.Errorf("%d lines of gateways: %s", len(gateways), r.out)
	}

	o.cloud.SetParameter(s.Region, fakeaws.Parameter{Name: s.TokenParameterName(), Type: "SecureString", Value: "another"})
	if err := o.cloud.Deploy(s.Region, config.StackName(s.Name), fakeaws.StageTemplate(s)); err != nil {
		t.Fatal(err)
	}
	o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev")
	r = o.types("", "status")
	o.sees(r, 0, "of the latest 0 % succeeded", "failed    1 x unauthorized")
	if first, rest, _ := strings.Cut(r.out, "\n"); strings.HasPrefix(first, "100 ") || !strings.HasPrefix(rest, "  - ") {
		t.Errorf("it does not begin with what is wrong:\n%s", r.out)
	}
}
