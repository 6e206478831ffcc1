package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config/policy"
)

// TestS2Idle checks which rules are said to do nothing, because an earlier one matches all
// that they match.
func TestS2Idle(t *testing.T) {
	const night, day = `,"hours":["22:00-06:00"],"time_zone":"Europe/Berlin"`, `,"hours":["06:00-22:00"],"time_zone":"Europe/Berlin"`
	for _, tt := range []struct {
		first, second string
		want          bool
	}{
		{`"namespace":"*"`, `"name":"Unlock"`, true},
		{`"namespace":"*"`, `"endpoint":"lock.front_door"`, true},
		{`"namespace":"*"`, `"namespace":"Alexa.Discovery"`, true},
		{`"namespace":"alexa.LOCKcontroller"`, `"name":"Unlock"`, true},
		{`"name":"*lock"`, `"name":"unlock","endpoint":"lock.*"`, true},
		{`"name":"TurnOn"`, `"name":"TurnOn"`, true},
		{`"name":"TurnOn"`, `"namespace":"Alexa.PowerController","name":"TurnOn"`, true},
		{`"endpoint":"lock.*"`, `"endpoint":"lock#front_*"`, true},
		{`"endpoint":"*.front_door"`, `"endpoint":"lock.front_door","name":"Unlock"`, true},
		{`"endpoint":"lock.f?"`, `"endpoint":"lock.f?"`, true},
		{`"name":"Unlock"`, `"name":"Unlock"` + night, true},
		{`"name":"Unlock"` + night, `"name":"Unlock","endpoint":"lock.front"` + night, true},
		{`"skill":"custom"`, `"skill":"Custom"` + night, true},

		{`"name":"Unlock"`, `"name":"Lock"`, false},
		{`"name":"Unlock"`, `"namespace":"*"`, false},
		{`"name":"*"`, `"namespace":"*"`, false}, // not Discover and ReportState
		{`"name":"*"`, `"namespace":"Alexa","name":"ReportState"`, false},
		{`"name":"*"`, `"endpoint":"lock.front_door"`, false}, // not ReportState
		{`"endpoint":"*"`, `"name":"Unlock"`, false},
		{`"namespace":"Alexa.PowerController"`, `"name":"TurnOn"`, false}, // ToggleController has it too
		{`"endpoint":"lock.front_*"`, `"endpoint":"lock.*"`, false},
		{`"endpoint":"lock.?"`, `"endpoint":"lock.*"`, false},
		{`"endpoint":"lock.*"`, `"endpoint":"*.front_door"`, false},
		{`"name":"Unlock"` + night, `"name":"Unlock"`, false},
		{`"name":"Unlock"` + night, `"name":"Unlock"` + day, false},
		{`"namespace":"*"`, `"skill":"custom"`, false},
		{`"skill":"custom"` + night, `"skill":"custom"`, false},
	} {
		p, err := policy.Parse(`[{"effect":"allow",` + tt.first + `},{"effect":"deny",` + tt.second + `}]`)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{}
		if tt.want {
			want = append(want, fmt.Sprintf("%v never decides, because %v comes first", p.Rules()[1], p.Rules()[0]))
		}
		if got := p.Idle(); len(got) != len(want) || tt.want && !strings.HasPrefix(got[0], want[0]) {
			t.Errorf("%s, %s: got %q, want %q", tt.first, tt.second, got, want)
		}
	}
	var none *policy.Policy
	if got := none.Idle(); got != nil {
		t.Errorf("without a policy: %q", got)
	}
}
