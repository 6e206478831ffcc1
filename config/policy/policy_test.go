package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config/policy"
)

// TestS2Match checks which spelling of a rule matches which directive.
func TestS2Match(t *testing.T) {
	unlock := policy.Directive{Namespace: "Alexa.LockController", Name: "Unlock", Endpoint: "lock#front_door"}
	for name, tt := range map[string]struct {
		rule string
		d    policy.Directive
		want bool
	}{
		"id with #":                     {`"endpoint": "lock#front_door"`, unlock, true},
		"id with a dot":                 {`"endpoint": "lock.front_door"`, unlock, true},
		"the directive with a dot":      {`"endpoint": "lock#front_door"`, policy.Directive{Namespace: "Alexa.LockController", Name: "Unlock", Endpoint: "lock.front_door"}, true},
		"the directive in capitals":     {`"endpoint": "lock.front_door"`, policy.Directive{Namespace: "Alexa.LockController", Name: "Unlock", Endpoint: "LOCK#Front_Door"}, true},
		"a pattern with a dot":          {`"endpoint": "lock.*"`, unlock, true},
		"a pattern with #":              {`"endpoint": "*#front_*"`, unlock, true},
		"a pattern without a dot":       {`"endpoint": "lock*"`, unlock, true},
		"a pattern of a name's end":     {`"endpoint": "*_door"`, unlock, true},
		"a pattern of its first letter": {`"endpoint": "?ock?front*"`, unlock, true},
		"another id":                    {`"endpoint": "lock.back_door"`, unlock, false},
		"a name in small letters":       {`"name": "unlock"`, unlock, true},
		"a pattern in capitals":         {`"name": "UN*"`, unlock, true},
		"a namespace in small letters":  {`"namespace": "alexa.lockcontroller"`, unlock, true},
		"a pattern of a namespace":      {`"namespace": "*.lock*"`, unlock, true},
		"another namespace":             {`"namespace": "Alexa.PowerController"`, unlock, false},
		"a camera":                      {`"namespace": "Alexa.RTCSessionController"`, policy.Directive{Namespace: "Alexa.RTCSessionController", Name: "InitiateSessionWithOffer", Endpoint: "camera#door"}, true},
		"the directives by their skill": {`"skill": "smart_home", "name": "Unlock"`, unlock, true},
		"the other skill":               {`"skill": "custom"`, unlock, false},
		"Discover by its namespace":     {`"namespace": "Alexa.Discovery"`, policy.Directive{Namespace: "Alexa.Discovery", Name: "Discover"}, true},
		"a directive of tomorrow":       {`"namespace": "Alexa.*"`, policy.Directive{Namespace: "Alexa.CookingController", Name: "CookByTime", Endpoint: "oven#a"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := policy.Parse(`[{"effect": "DENY", ` + tt.rule + `}]`)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Match(tt.d, time.Now()) != nil; got != tt.want {
				t.Errorf("%s matches %v: %v, want %v", tt.rule, tt.d, got, tt.want)
			}
		})
	}
}

// TestS2NothingMatches checks that a rule that can match nothing is rejected, with what
// is most likely meant.
func TestS2NothingMatches(t *testing.T) {
	for rule, want := range map[string]string{
		`"namespace": "Alexa.LockControler"`:                              "perhaps Alexa.LockController is meant",
		`"namespace": "LockController"`:                                   "perhaps Alexa.LockController is meant",
		`"namespace": "Alexa.PowerControllers"`:                           "perhaps Alexa.PowerController is meant",
		`"namespace": "Amazon.Lamp"`:                                      "expected one such as Alexa.LockController",
		`"namespace": "Alexa.Lok*"`:                                       "field namespace",
		`"name": "Unlok"`:                                                 "perhaps Unlock is meant",
		`"name": "turn_on"`:                                               "perhaps TurnOn is meant",
		`"name": "SetTargetTemprature"`:                                   "perhaps SetTargetTemperature is meant",
		`"namespace": "Alexa.LockController", "name": "TurnOn"`:           "in Alexa.LockController; expected one such as Lock, Unlock",
		`"namespace": "Alexa.LockController", "name": "Lok"`:              "perhaps Lock is meant",
		`"name": "Discover"`:                                              "can match no directive",
		`"name": "ReportState"`:                                           "can match no directive",
		`"namespace": "Alexa.Discovery", "endpoint": "lock.front"`:        "can match no directive",
		`"endpoint": "front_door"`:                                        "is not an endpoint's id",
		`"endpoint": "Front door"`:                                        "is not an endpoint's id",
		`"endpoint": "lock."`:                                             "is not an endpoint's id",
		`"endpoint": "lok.front_door"`:                                    "perhaps lock.front_door is meant",
		`"endpoint": "lock.front.door"`:                                   "second dot",
		`"endpoint": "lock.front door"`:                                   "a space",
		`"endpoint": "front_*"`:                                           "perhaps *.front_* is meant",
		`"endpoint": "lok*"`:                                              "an id begins with its domain",
		`"endpoint": "loc?"`:                                              "an id begins with its domain",
		`"endpoint": "?"`:                                                 "an id begins with its domain",
		`"endpoint": "front_door*.*"`:                                     "no domain",
		`"endpoint": "*front door*"`:                                      "is not an endpoint's id",
		`"endpoint": "lock.front-door"`:                                   "letters from a to z",
		`"endpoint": "lock.haustür"`:                                      "letters from a to z",
		`"endpoint": "lock.[fg]*"`:                                        "letters from a to z",
		`"endpoint": "lock.*\n"`:                                          "letters from a to z",
		`"endpoint": "front door.lock"`:                                   "a space",
		`"endpoint": "türschloss.front"`:                                  "letters from a to z",
		`"endpoint": "cabin:lock.front_door"`:                             `write the rule there, as "lock.front_door"`,
		`"endpoint": "Cabin:LOCK#*"`:                                      `write the rule there, as "LOCK#*"`,
		`"endpoint": "cabin:*"`:                                           `write the rule there, as "*"`,
		`"endpoint": "*:lock.*"`:                                          `write the rule there, as "lock.*"`,
		`"hours": ["22:00-06:00"], "time_zone": "localtime"`:              "differs from machine to machine",
		`"hours": ["22:00-06:00"], "time_zone": "posix/Europe/Berlin"`:    "differs from machine to machine",
		`"skill": "custom", "endpoint": "lock.front_door"`:                "a sentence has no namespace",
		`"skill": "customs"`:                                              "expected custom or smart_home",
		`"name": "Unlock", "hours": []`:                                   "field hours is an empty list",
		`"Name": "Unlock"`:                                                `"Name"`,
		`"name": "Unlock", "name": "Lock"`:                                "comes twice",
		`"name": "Unlock", "hours": ["22:00-06:00"], "time_zone": "CET9"`: "field time_zone",
	} {
		_, err := policy.Parse(`[{"effect": "deny", ` + rule + `}]`)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q in it", rule, err, want)
		}
	}
	for _, list := range []string{`[]`, ` [ ] `, `null`, `{}`, `[{}]`, `[null]`, `[[]]`, `[{"effect":"deny","name":"Unlock"}] x`, `"[]"`} {
		if p, err := policy.Parse(list); err == nil {
			t.Errorf("%s is accepted as %v", list, p.Rules())
		}
	}
}

// TestS1JudgeSkill checks what decides about the custom skill.
func TestS1JudgeSkill(t *testing.T) {
	const locks, mute, night = `{"effect":"deny","name":"Unlock"}`, `{"effect":"deny","skill":"custom"}`,
		`{"effect":"deny","skill":"Custom","hours":["22:00-06:00"],"time_zone":"UTC"}`
	noon, midnight := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		policy string
		choice policy.Conversation
		at     time.Time
		want   bool
		rule   int
	}{
		"no policy":                 {``, "", noon, true, 0},
		"no policy, denied":         {``, policy.Deny, noon, false, 0},
		"a policy alone":            {`[` + locks + `]`, "", noon, false, 0},
		"everything denied":         {`[{"effect":"deny","namespace":"*"}]`, "", noon, false, 0},
		"everything allowed":        {`[{"effect":"allow","namespace":"*"}]`, "", noon, false, 0},
		"a policy, allowed":         {`[` + locks + `]`, policy.Allow, noon, true, 0},
		"a policy, denied":          {`[` + locks + `]`, policy.Deny, noon, false, 0},
		"a rule":                    {`[` + locks + `,` + mute + `]`, "", noon, false, 2},
		"a rule over the choice":    {`[` + mute + `]`, policy.Allow, noon, false, 1},
		"a rule at night":           {`[` + night + `]`, "", midnight, false, 1},
		"a rule at night, by day":   {`[` + night + `]`, "", noon, true, 0},
		"by day, denied":            {`[` + night + `]`, policy.Deny, noon, false, 0},
		"the first of two":          {`[{"effect":"allow","skill":"custom"},` + mute + `]`, policy.Deny, noon, true, 1},
		"directives do not count":   {`[{"effect":"deny","namespace":"*"},{"effect":"allow","skill":"custom"}]`, "", noon, true, 2},
		"allowed by a rule at dawn": {`[{"effect":"allow","skill":"custom","hours":["06:00-07:00"],"time_zone":"UTC"}]`, policy.Deny, noon, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := policy.Parse(tt.policy)
			if err != nil {
				t.Fatal(err)
			}
			got, rule := p.JudgeSkill(tt.choice, tt.at), 0
			if got.Rule != nil {
				rule = got.Rule.Number
			}
			if got.Allowed != tt.want || rule != tt.rule || !got.Allowed && rule == 0 && got.Why == "" {
				t.Errorf("got %+v by rule %d, want %v by rule %d", got, rule, tt.want, tt.rule)
			}
		})
	}
}

func ExamplePolicy_Judge() {
	p, err := policy.Parse(`[{"effect": "deny", "name": "Unlock", "endpoint": "lock.*", "reason": "by voice anyone could"}]`)
	if err != nil {
		fmt.Println(err)
	}
	d := p.Judge(policy.Directive{Namespace: "Alexa.LockController", Name: "Unlock", Endpoint: "lock#front_door"}, time.Now())
	fmt.Println(d.Allowed, d.Rule)
	// Output: false rule 1 (deny Unlock lock.*)
}
