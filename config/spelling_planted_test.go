package config_test

import (
	"strings"
	"testing"
)

// TestPlantedTwins shows that each rule of one spelling finds what it is there to find,
// and nothing beside it.
func TestPlantedTwins(t *testing.T) {
	for _, tt := range []struct{ name, file, source, want string }{
		{"a principal", "constructs/x.go", `var p = "alexa-appkit.amazon.com"`, "constructs/x.go:2: spells \"alexa-appkit.amazon.com\": use alexa.CustomSkillPrincipal"},
		{"a client id", "infra/x.go", `var ids = map[string]string{"eu-west-1": "https://layla.amazon.com/"}`, "use alexa.Region.ClientID"},
		{"a name on the console", "infra/x.go", `var names = []string{"Far East"}`, "use alexa.Region.Console"},
		{"a host in a sentence", "function/x.go", `const say = "check whether api.amazon.co.uk can be reached"`, "use alexa.Region.API"},
		{"an address of OAuth", "infra/x.go", `const authorize = "https://www.amazon.com/ap/oa"`, "use alexa.AuthorizeURL"},
		{"another host of Amazon's", "infra/x.go", `const host = "developer.amazon.com"`, ""},

		{"a deadline by its name", "function/x.go", `const alexaWaits = 8 * time.Second`, "spells 8s, which is alexa.ReplyTimeout"},
		{"a deadline by its comment", "function/x.go", "var limit = 8 * time.Second // as long as Alexa waits", "alexa.ReplyTimeout"},
		{"a deadline without a unit", "config/x.go", `const AlexaDeadline = 8`, "alexa.ReplyTimeout"},
		{"a deadline in milliseconds", "constructs/x.go", `var alexaDeadline = 8000`, "alexa.ReplyTimeout"},
		{"a slow reply", "constructs/x.go", "const slow = 5000 // ms; Amazon warns from here on", "alexa.SlowReply"},
		{"a period", "constructs/x.go", `const amazonPeriod = 15 // minutes`, "alexa.WarningPeriod"},
		{"a share", "function/x.go", `func f(r float64) bool { return r < 0.85 && alexaOK }`, ""},
		{"a share beside its name", "function/x.go", `func f(successRate float64) bool { return successRate < 0.85 }`, "alexa.MinSuccessRate"},
		{"a percentage", "constructs/x.go", `const amazonSuccess = 85`, "alexa.MinSuccessRate"},
		{"the limit of endpoints", "function/x.go", `func f(endpoints []int) bool { return len(endpoints) > 300 }`, "alexa.MaxEndpoints"},
		{"the same from the other side", "function/x.go", `func f(endpoints []int) bool { return 300 < len(endpoints) }`, "alexa.MaxEndpoints"},
		{"the limit of capabilities", "function/x.go", `func f(e endpoint) bool { return len(e.Capabilities) > 100 }`, "alexa.MaxCapabilities"},
		{"the length of an id", "function/x.go", `const maxEndpointID = 256`, "alexa.MaxEndpointID"},
		{"the length of a name", "function/x.go", `var limits = map[string]int{friendlyName: 128}`, "alexa.MaxText"},
		{"the length of a message's id", "function/x.go", `func f() { maxMessageID := 127; _ = maxMessageID }`, "alexa.MaxMessageID"},
		{"the longest payload", "function/x.go", `const most = 6 << 20`, "alexa.MaxPayload"},
		{"another 8 s", "function/x.go", `const pause = 8 * time.Second // between attempts`, ""},
		{"another 300", "function/x.go", `const most = 300`, ""},
		{"another megabyte", "function/x.go", `const most = 16 << 20`, ""},

		{"a twin of a failure", "infra/x.go", "type Problem struct {\n\tType, Kind string `json:\"x\"`\n}", ""},
		{"a twin with tags", "infra/x.go", "type Problem struct {\n\tWhat string `json:\"kind\"`\n\tWhy string `json:\"type\"`\n\tSaid string `json:\"message,omitempty\"`\n}", "the fields of wire.Failure"},
		{"a twin without tags", "function/x.go", "var v struct { Type, Message, Kind string; own int }", "the fields of wire.Failure"},
		{"a twin of a certificate", "infra/x.go", "type c struct {\n\tDays int `json:\"days_left\"`\n\tProblem string `json:\"problem\"`\n}", "the fields of wire.Certificate"},
		{"a reader of lines", "infra/x.go", "var line struct { Success *bool; Cause string }", "use wire.ParseLogLine"},
		{"a writer of lines", "function/x.go", "var line struct { Success *bool; Cause string }", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(twins(tt.file, "package x\n"+tt.source+"\n"), "\n")
			if !strings.Contains(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
