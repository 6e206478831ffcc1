package policy_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config/policy"
)

// model decides as the documentation says, with encoding/json and regular expressions.
// Its id is the one that Home Assistant looks up: dots for #, small letters.
func model(list string, d policy.Directive) (rule int) {
	var rules []struct{ Skill, Namespace, Name, Endpoint string }
	_ = json.Unmarshal([]byte(list), &rules)
	is := func(pattern, text string) bool {
		var re strings.Builder
		for _, r := range strings.ToLower(pattern) {
			switch r {
			case '*':
				re.WriteString("(?s:.*)")
			case '?':
				re.WriteString("(?s:.)")
			default:
				re.WriteString(regexp.QuoteMeta(string(r)))
			}
		}
		return regexp.MustCompile(`\A` + re.String() + `\z`).MatchString(strings.ToLower(text))
	}
	entity := func(id string) string { return strings.ReplaceAll(id, "#", ".") }
	byAlexa := strings.EqualFold(d.Namespace, "Alexa.Discovery") || strings.EqualFold(d.Namespace, "Alexa.Authorization") ||
		strings.EqualFold(d.Namespace, "Alexa") && strings.EqualFold(d.Name, "ReportState")
	for i, r := range rules {
		if strings.EqualFold(r.Skill, policy.Custom) ||
			r.Namespace != "" && !is(r.Namespace, d.Namespace) || r.Name != "" && !is(r.Name, d.Name) ||
			r.Endpoint != "" && (d.Endpoint == "" || !is(entity(r.Endpoint), entity(d.Endpoint))) ||
			r.Namespace == "" && r.Endpoint == "" && byAlexa {
			continue
		}
		return i + 1
	}
	return 0
}

// FuzzPolicy compares the policy with a model, for every list of rules that is accepted
// and every directive. A rule that is said to do nothing does nothing. Nothing panics or
// takes long.
func FuzzPolicy(f *testing.F) {
	for _, seed := range [][4]string{
		{`[{"effect":"deny","endpoint":"lock.front_door"}]`, "Alexa.LockController", "Unlock", "lock#front_door"},
		{`[{"effect":"Deny","name":"unlock"},{"effect":"allow","namespace":"*"}]`, "Alexa.LockController", "Unlock", "LOCK.Front"},
		{`[{"effect":"deny","endpoint":"*a*a*a*a*b"}]`, "Alexa", "ReportState", strings.Repeat("a", 200)},
		{`[{"effect":"deny","name":"?nlock*","endpoint":"*"},{"effect":"deny","skill":"custom"}]`, "ALEXA.lockController", "UNLOCK", "é#\n"},
		{`[{"effect":"deny","namespace":"Alexa.Discovery"}]`, "Alexa.Discovery", "Discover", ""},
		{`[{"effect":"allow","endpoint":"l*.?x*"},{"effect":"deny","endpoint":"lock.?x*"},{"effect":"deny","name":"*lock","endpoint":"*"}]`, "Alexa.LockController", "Lock", "lock.*x"},
		{`[{"effect":"deny","name":"*"}]`, "Alexa.Authorization", "AcceptGrant", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, list, namespace, name, endpoint string) {
		p, err := policy.Parse(list)
		if err != nil || strings.Contains(strings.ToLower(list), "hours") || !isASCII(list+namespace+name+endpoint) {
			return // the model has no clock, and does not fold beyond ASCII
		}
		d := policy.Directive{Namespace: namespace, Name: name, Endpoint: endpoint}
		got := 0
		if r := p.Match(d, time.Now()); r != nil {
			got = r.Number
		}
		if want := model(p.Text(), d); got != want {
			t.Errorf("rule %d of %s decides about %+v, want %d", got, list, d, want)
		}
		idle := strings.Join(p.Idle(), "\n")
		for _, d := range policy.Directives() {
			d.Endpoint = endpoint
			if r := p.Match(d, time.Now()); r != nil && strings.Contains("\n"+idle, "\n"+r.String()+" never") {
				t.Errorf("%s of %s decides about %+v, and is said never to decide", r, list, d)
			}
		}
	})
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7f })
}
