package security_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// TestPolicy checks which rule decides about a directive.
func TestPolicy(t *testing.T) {
	const (
		turnOn   = `"namespace":"Alexa.PowerController","name":"TurnOn","endpoint":"light#kitchen"`
		unlock   = `"namespace":"Alexa.LockController","name":"Unlock","endpoint":"lock#front"`
		discover = `"namespace":"Alexa.Discovery","name":"Discover"`
		report   = `"namespace":"Alexa","name":"ReportState","endpoint":"lock#front"`
		night    = `"hours":["22:00-06:00"],"time_zone":"Europe/Berlin"`
		free     = `"allowed":true,"rule":0`
	)
	denied := func(rule int) string {
		return fmt.Sprintf("forbidden: security.authorize_directive: rule %d of the policy denies", rule)
	}
	at := func(clock string) string { return `,"at":"2026-01-31T` + clock + `+01:00"` }
	for name, tt := range map[string]struct{ policy, directive, want string }{
		"no policy":                        {``, turnOn, free},
		"a namespace":                      {`[{"effect":"deny","namespace":"Alexa.LockController"}]`, unlock, denied(1)},
		"another namespace":                {`[{"effect":"deny","namespace":"Alexa.LockController"}]`, turnOn, free},
		"the first that matches":           {`[{"effect":"allow","endpoint":"lock#front","reason":"ours"},{"effect":"deny","name":"Unlock"}]`, unlock, `"rule":1,"reason":"ours","rules":2`},
		"the second":                       {`[{"effect":"allow","endpoint":"lock#back"},{"effect":"deny","name":"Unlock"}]`, unlock, denied(2)},
		"all that it names":                {`[{"effect":"deny","name":"Unlock","endpoint":"lock#back"}]`, unlock, free},
		"any characters":                   {`[{"effect":"deny","endpoint":"l*k#*"}]`, unlock, denied(1)},
		"one character":                    {`[{"effect":"deny","endpoint":"lock#fron?"}]`, unlock, denied(1)},
		"one character too few":            {`[{"effect":"deny","endpoint":"lock#front?"}]`, unlock, free},
		"case does not matter":             {`[{"effect":"deny","name":"unlock"}]`, unlock, denied(1)},
		"an id with a dot":                 {`[{"effect":"deny","endpoint":"lock.front"}]`, unlock, denied(1)},
		"a name is about commands":         {`[{"effect":"deny","name":"*"}]`, discover, free},
		"nor about reports":                {`[{"effect":"deny","name":"*"}]`, report, free},
		"a namespace about everything":     {`[{"effect":"deny","namespace":"*"}]`, discover, denied(1)},
		"an endpoint about reports":        {`[{"effect":"deny","endpoint":"lock#*"}]`, report, denied(1)},
		"an endpoint, where there is none": {`[{"effect":"deny","endpoint":"*"}]`, discover, free},
		"before the hours":                 {`[{"effect":"deny",` + night + `}]`, unlock + at("21:59:59"), free},
		"as they begin":                    {`[{"effect":"deny",` + night + `}]`, unlock + at("22:00:00"), denied(1)},
		"after midnight":                   {`[{"effect":"deny",` + night + `}]`, unlock + at("05:59:59"), denied(1)},
		"as they end":                      {`[{"effect":"deny",` + night + `}]`, unlock + at("06:00:00"), free},
		"in the zone's own time, summer":   {`[{"effect":"deny",` + night + `}]`, unlock + `,"at":"2026-07-31T20:00:00Z"`, denied(1)},
		"in the zone's own time, winter":   {`[{"effect":"deny",` + night + `}]`, unlock + `,"at":"2026-01-31T20:00:00Z"`, free},
		"the whole evening":                {`[{"effect":"deny","hours":["18:00-24:00"],"time_zone":"UTC"}]`, unlock + `,"at":"2026-01-31T23:59:59Z"`, denied(1)},
		"two parts of the day":             {`[{"effect":"deny","hours":["01:00-02:00","03:00-04:00"],"time_zone":"UTC"}]`, unlock + `,"at":"2026-01-31T03:00:00Z"`, denied(1)},
	} {
		t.Run(name, func(t *testing.T) {
			in := "{" + tt.directive + "}"
			if got := run(t, authorizer(t, security.Access{Policy: tt.policy}), "authorize_directive", in); !strings.Contains(got, tt.want) {
				t.Errorf("got %s, want %s in it", got, tt.want)
			}
			if tt.policy == "" {
				return
			}
			// The same rules, tried over others.
			in = "{" + tt.directive + `,"policy":` + tt.policy + "}"
			if got := run(t, authorizer(t, security.Access{Policy: `[{"effect":"deny","namespace":"*"}]`}), "authorize_directive", in); !strings.Contains(got, tt.want) {
				t.Errorf("tried out: got %s, want %s in it", got, tt.want)
			}
		})
	}
}

// TestDeniedAreCounted checks that only what was really denied counts.
func TestDeniedAreCounted(t *testing.T) {
	const directive = `{"namespace":"Alexa.LockController","name":"Unlock"`
	k := authorizer(t, security.Access{Policy: `[{"effect":"deny","namespace":"Alexa.LockController"}]`})
	for _, in := range []string{directive + `}`, directive + `}`, directive + `,"at":"2026-01-01T00:00:00Z"}`, directive + `,"policy":[{"effect":"deny","namespace":"*"}]}`} {
		if got := run(t, k, "authorize_directive", in); !strings.HasPrefix(got, "forbidden") {
			t.Errorf("%s: got %s", in, got)
		}
	}
	if got := run(t, k, "status", "{}"); !strings.Contains(got, `"rules":[{"rule":1,"effect":"deny","denied":2}]`) {
		t.Errorf("got %s, want 2 that were denied, as two only asked", got)
	}
}

// TestWrongPolicy checks that a policy that can never match is rejected, with the rule
// and the field, and that the one before it stays.
func TestWrongPolicy(t *testing.T) {
	rule := func(fields string) string { return `[{"effect":"deny","name":"Unlock"},{` + fields + `}]` }
	for name, tt := range map[string]struct{ policy, want string }{
		"no JSON":            {`deny`, "is not a JSON list of rules"},
		"no list":            {`{"effect":"deny"}`, "is not a JSON list of rules"},
		"null":               {`null`, "is not a JSON list of rules"},
		"no rule":            {`[]`, "is a list without a rule"},
		"no object":          {`[7]`, "rule 1: it is not an object"},
		"too many":           {"[" + strings.Repeat(`{"effect":"deny","name":"a"},`, 100) + `{"effect":"deny","name":"a"}]`, "has 101 rules"},
		"unknown field":      {rule(`"effect":"deny","nam":"x"`), `rule 2: there is no field "nam"`},
		"no effect":          {rule(`"name":"x"`), "rule 2: field effect"},
		"another effect":     {rule(`"effect":"forbid","name":"x"`), "rule 2: field effect"},
		"about nothing":      {rule(`"effect":"deny"`), "rule 2: fields namespace, name, endpoint and hours are missing"},
		"namespace":          {rule(`"effect":"deny","namespace":"LockController"`), "perhaps Alexa.LockController is meant"},
		"hours, no zone":     {rule(`"effect":"deny","hours":["22:00-06:00"]`), "field time_zone is missing"},
		"zone, no hours":     {rule(`"effect":"deny","name":"x","time_zone":"UTC"`), "field hours is missing"},
		"no such zone":       {rule(`"effect":"deny","hours":["22:00-06:00"],"time_zone":"Mars/Base"`), "field time_zone"},
		"the machine's zone": {rule(`"effect":"deny","hours":["22:00-06:00"],"time_zone":"Local"`), "field time_zone"},
		"a zone's path":      {rule(`"effect":"deny","hours":["22:00-06:00"],"time_zone":"../../etc/passwd"`), "field time_zone"},
		"hours past the day": {rule(`"effect":"deny","hours":["22:00-24:01"],"time_zone":"UTC"`), "field hours"},
		"hours from the end": {rule(`"effect":"deny","hours":["24:00-06:00"],"time_zone":"UTC"`), "field hours"},
		"no time at all":     {rule(`"effect":"deny","hours":["06:00-06:00"],"time_zone":"UTC"`), "field hours"},
		"negative hours":     {rule(`"effect":"deny","hours":["-1:00-06:00"],"time_zone":"UTC"`), "field hours"},
		"a huge pattern":     {rule(`"effect":"deny","endpoint":"` + strings.Repeat("a", 257) + `"`), "field endpoint is 257 bytes long"},
	} {
		t.Run(name, func(t *testing.T) {
			k := authorizer(t, security.Access{Policy: `[{"effect":"deny","name":"Lock"}]`})
			if err := k.Configure(security.Access{Policy: tt.policy}); err == nil || !strings.Contains(err.Error(), "DIRECTIVE_POLICY") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s in it", err, tt.want)
			}
			if got := run(t, k, "authorize_directive", `{"namespace":"Alexa.LockController","name":"Lock"}`); !strings.HasPrefix(got, "forbidden") {
				t.Errorf("the policy before it is gone: %s", got)
			}
			if got := run(t, k, "authorize_directive", `{"namespace":"A","name":"B","policy":`+tt.policy+`}`); name != "no JSON" && !strings.HasPrefix(got, "invalid: ") {
				t.Errorf("tried out: got %s, want that it is invalid", got)
			}
		})
	}
}

// FuzzPolicy checks that no text panics, or takes long, as a policy.
func FuzzPolicy(f *testing.F) {
	f.Add(`[{"effect":"deny","endpoint":"*a*a*a*a*b","hours":["22:00-06:00"],"time_zone":"UTC"}]`, strings.Repeat("a", 200))
	f.Fuzz(func(t *testing.T, text, endpoint string) {
		k := security.New(security.Options{})
		if k.Configure(security.Access{Policy: text}) != nil {
			return
		}
		run(t, k, "authorize_directive", `{"namespace":"Alexa.LockController","name":"Unlock","endpoint":`+quoted(endpoint)+`}`)
	})
}
