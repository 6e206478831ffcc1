package main_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

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
	o.sees(o.types("", "op", "--allow", "cache.set", "{key", "--stage", "dev"), 1, "the input is not JSON")
	if p := o.cloud.Parameter(s.Region, config.ParameterPrefix("dev")+config.OperationsParameter); p != nil {
		t.Errorf("it is allowed for an input that is not JSON: %+v", p)
	}
	o.sees(o.types("", "op", "--allow", "--stage", "dev"), 0, "allowed until", "on the stage dev")
	o.sees(o.types("", set...), 0, "cache.set: ok")
	o.cloud.SetParameter(s.Region, parameter(config.ParameterPrefix("dev")+config.OperationsParameter, "2026-01-01T00:00:00Z"))
	o.sees(o.types("", "op", "initialization.refresh", "--stage", "dev"), 0, "initialization.refresh: ok")
	o.sees(o.types("", set...), 1, "cache.set changes something")
	o.sees(o.types("", append([]string{"--json"}, set...)...), 1, `"type": "not_allowed"`)
	o.sees(o.types("", "op", "cache.set", `{"key": "a", "value": 1}`), 0, "cache.set: ok") // on this machine
	r := o.types("", append([]string{"op", "--json", "--allow"}, set[1:]...)...)
	if o.sees(r, 0, `"success": true`); !json.Valid([]byte(r.out)) {
		t.Errorf("it is not one JSON value: %s", r.out)
	}
	o.cloud.Deny("lambda.Invoke", "AccessDeniedException", "no")
	o.sees(o.types("", "op", "--allow", "--stage", "dev"), 1, "/hearthgate/dev/operations-until allows it until", "does not allow")
}

// TestS2Policy asks a deployed function what its policy allows.
func TestS2Policy(t *testing.T) {
	o := newOwner(t)
	s := o.deployed()
	s.Policy = []byte(`[{"effect": "Deny", "endpoint": "switch.outlet", "name": "turnoff", "hours": ["22:00-06:00"], "time_zone": "Europe/Berlin", "reason": "it heats"},
		{"effect": "deny", "endpoint": "lock.nowhere"}]`)
	s.CustomSkillID = s.SmartHomeSkillID
	if err := o.cloud.Deploy(s.Region, config.StackName(s.Name), fakeaws.StageTemplate(s)); err != nil {
		t.Fatal(err)
	}
	o.sees(o.types("", "policy", "--at", "23:10"), 0, "rule 1 (deny turnoff switch.outlet 22:00-06:00)", "23:10 CE", "Custom skill: denied", "Everyone who linked the skill",
		"switch.outlet", "denied TurnOff (rule 1)", "allowed ReportState TurnOn", "all allowed")
	o.sees(o.types("", "policy", "--at", "12:00"), 0, "all allowed")
	o.sees(o.types("", "policy", "--try", "TurnOff", "switch.outlet", "--at", "23:10"), 3, "denied Alexa.PowerController.TurnOff", "(switch.outlet): rule 1", "it heats")
	o.sees(o.types("", "policy", "--try", "turnoff", "SWITCH#outlet", "--at", "2026-01-01T22:30:00+01:00", "--json"), 3, `"allowed": false`, `"rule": 1`)
	o.sees(o.types("", "policy", "--try", "TurnOff", "switch.outlet", "--at", "12:00"), 0, "allowed Alexa.PowerController.TurnOff", "no rule denies it")
	o.sees(o.types("", "policy", "--try", "conversation"), 3, "denied conversation", "does not say whether sentences")
	o.sees(o.types("", "policy", "--try", "TurnOf", "switch.outlet"), 1, "did you mean TurnOff?")
	o.sees(o.types("", "policy", "--try", "TurnOff", "switch.outlett"), 1, "did you mean switch.outlet?")
	o.sees(o.types("", "policy", "--try", "TurnOff"), 1, "is for one device")
	o.sees(o.types("", "policy", "--try", "Unlock", "switch.outlet"), 0, "allowed Alexa.LockController.Unlock")
	o.sees(o.types("", "policy", "--at", "noon"), 1, "is not a time")
	o.sees(o.types("", "policy", "switch.outlet"), 1, "a device is for --try")
	o.sees(o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"), 0, `"name": "Response"`)
	o.sees(o.types("", "status"), 0, "no directive has matched", "rule 1 (deny turnoff", "rule 2 (deny lock.nowhere)")
}

// TestS2Init has a stage's file with a policy that can match nothing, or that a sentence
// could pass: init says so before anything is deployed.
func TestS2Init(t *testing.T) {
	const skill = "amzn1.ask.skill.00000000-0000-0000-0000-000000000001"
	for name, tt := range map[string]struct {
		fields string
		args   []string
		code   int
		want   string
	}{
		"a misspelt namespace":   {`"policy": [{"effect": "deny", "namespace": "Alexa.LockControler"}]`, nil, 1, "perhaps Alexa.LockController is meant"},
		"an empty allow-list":    {`"allowedUsers": []`, nil, 1, "would admit no one"},
		"a sentence could pass":  {`"policy": [{"effect": "deny", "name": "Unlock"}], "customSkillId": "` + skill + `"`, nil, 1, `write "deny"`},
		"it may not":             {`"policy": [{"effect": "deny", "name": "Unlock"}], "customSkillId": "` + skill + `"`, []string{"--conversation", "deny"}, 0, "wrote"},
		"a choice that is none":  {`"logLevel": "info"`, []string{"--conversation", "maybe"}, 1, "write allow or deny"},
		"any application":        {`"allowedUsers": ["amzn1.account.AE7"]`, nil, 0, "warning: loginWithAmazonClientId is missing"},
		"one application":        {`"allowedUsers": ["amzn1.account.AE7"]`, []string{"--login-with-amazon-client-id", "amzn1.application-oa2-client.00ff"}, 0, "wrote"},
		"an effect, capitalized": {`"policy": [{"effect": "Deny", "name": "Unlock"}]`, nil, 0, "wrote"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOwner(t)
			o.write(config.StagesDir+"/dev.json", `{"locale": "de-DE", "homeAssistantUrl": "`+homeURL+`", `+tt.fields+`}`)
			o.sees(o.types("", append([]string{"init", "--offline", "--yes"}, tt.args...)...), tt.code, tt.want)
		})
	}
}

// TestS4Terminal has a home whose devices and errors say control characters: none
// reaches the terminal, of whatever command.
func TestS4Terminal(t *testing.T) {
	const evil = `E\u001b]0;owned\u0007\u202evil\u009b\u007f\r\nforged`
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case r.Method == http.MethodGet && r.URL.Path == "/api/":
			_, _ = io.WriteString(w, `{"message":"API running."}`)
		case r.Method == http.MethodGet:
			w.WriteHeader(http.StatusMethodNotAllowed)
		case strings.Contains(string(body), "Alexa.Discovery"):
			_, _ = io.WriteString(w, `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"m","payloadVersion":"3"},"payload":{"endpoints":[`+
				`{"endpointId":"light#a","friendlyName":"`+evil+`","manufacturerName":"m","description":"d","capabilities":[{"type":"AlexaInterface","interface":"Alexa.PowerController","version":"3"}]}]}}}`)
		default:
			_, _ = io.WriteString(w, `{"event":{"header":{"namespace":"Alexa","name":"ErrorResponse","messageId":"m","payloadVersion":"3"},"payload":{"type":"INTERNAL_ERROR","message":"`+evil+`"}}}`)
		}
	}))
	defer home.Close()
	env := []string{"HOME_ASSISTANT_URL=" + home.URL, "HOME_ASSISTANT_TOKEN=a-token", "HOME_ASSISTANT_TOKEN_SOURCE=stored",
		"DIRECTIVE_POLICY=" + `[{"effect":"deny","name":"TurnOff","reason":"` + "r\u202er" + `"}]`}
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"policy"}, 0, `E\u001b]0;owned\u0007\u202evil\u009b\u007f\u000d\u000aforged`},
		{[]string{"policy", "--json"}, 0, `E\u001b]0;owned\u0007\u202evil\u009b\u007f\r\nforged`},
		{[]string{"policy", "--try", "TurnOff", "light.a"}, 3, `r\u202er`},
		{[]string{"policy", "--try", "TurnOff", "\u202ex"}, 1, `\u202ex`},
		{[]string{"invoke", "discover"}, 0, `\u202evil`},
		{[]string{"invoke", "turn-on", "--endpoint", "light.a"}, 1, `\u202evil`},
		{[]string{"invoke", "turn-on", "--endpoint", "light.a", "--json"}, 1, `\u202evil`},
		{[]string{"op", "nothing\x1b]0;x\x07"}, 1, `nothing\`},
		{[]string{"op", "utility.merge", `{"objects":[{"a":"` + "\u202e" + `"}]}`}, 1, `there is no field "objects"`},
		{[]string{"status"}, 0, "100"},
		{[]string{"doctor"}, 0, "1 endpoints"},
		{[]string{"unknown\x1b[2J"}, 1, `there is no command`},
		{[]string{"--bad\u202e"}, 1, `\u202e`},
	} {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			r := command(t, env, tt.args...)
			all := r.out + r.err
			if r.code != tt.code || !strings.Contains(all, tt.want) {
				t.Errorf("code %d, want %d with %s: %s", r.code, tt.code, tt.want, all)
			}
			for _, c := range all {
				if c < ' ' && c != '\n' && c != '\t' || 0x7f <= c && c <= 0x9f || 0x202a <= c && c <= 0x202e || c == utf8.RuneError {
					t.Fatalf("%U is written: %q", c, all)
				}
			}
			if strings.Contains(all, "\nforged") {
				t.Errorf("a line is forged: %s", all)
			}
		})
	}
}
