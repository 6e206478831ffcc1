package lambda_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
)

func directive(namespace, name string) string {
	return `{"directive":{"header":{"namespace":"` + namespace + `","name":"` + name + `","payloadVersion":"3","messageId":"m","correlationToken":"c"},"endpoint":{"endpointId":"light#a"},"payload":{}}}`
}

// TestFailures looks what is told of each kind of failure, by the kind of event.
func TestFailures(t *testing.T) {
	d := bound(lambda.Options{})
	for _, tt := range []struct{ event, kind, want string }{
		{turnOn, "", `"type":"INTERNAL_ERROR"`},
		{turnOn, "unreachable", `"type":"BRIDGE_UNREACHABLE"`},
		{turnOn, "rate_limited", `"type":"RATE_LIMIT_EXCEEDED"`},
		{directive("Alexa.Discovery", "Discover"), "unreachable", `"endpoints":[]`},
		{directive("Alexa.Authorization", "AcceptGrant"), "unauthorized", `"type":"ACCEPT_GRANT_FAILED"`},
		{directive("Alexa", "ReportState"), "unavailable", `"UNREACHABLE"`},
		{directive("Alexa", "ReportState"), "internal", `"type":"INTERNAL_ERROR"`},
		{help, "unreachable", `I can't reach your home`},
		{help, "unavailable", `I can't reach your home`},
		{help, "expired", `"card":{"type":"LinkAccount"}`},
		{help, "forbidden", `isn't allowed`},
		{help, "rate_limited", `too many requests`},
		{help, "internal", `"shouldEndSession":true`},
		{strings.ReplaceAll(help, "en-US", "de-DE"), "unreachable", `nicht erreichen`},
		{ended, "internal", `{"version":"1.0","response":{}}`},
		{strings.ReplaceAll(help, "IntentRequest", "CanFulfillIntentRequest"), "internal", `"canFulfill":"NO"`},
	} {
		got, err := core.Do(t.Context(), d, lambda.CreateAlexaResponse, lambda.ReplyInput{Event: json.RawMessage(tt.event), Kind: tt.kind})
		if err != nil || !strings.Contains(string(got), tt.want) {
			t.Errorf("%s, %s: %s, %v; want %s", tt.event, tt.kind, got, err, tt.want)
		}
	}
}

// TestEveryKindIsTold looks that no kind of failure is left without words.
func TestEveryKindIsTold(t *testing.T) {
	d := bound(lambda.Options{})
	for _, k := range core.Kinds() {
		for _, event := range []string{turnOn, help} {
			got, err := core.Do(t.Context(), d, lambda.CreateAlexaResponse, lambda.ReplyInput{Event: json.RawMessage(event), Kind: k.String()})
			if err != nil || strings.Contains(string(got), `"type":""`) || strings.Contains(string(got), `"message":""`) || !strings.Contains(string(got), " ") {
				t.Errorf("%v: %s, %v", k, got, err)
			}
		}
	}
}

func TestSayings(t *testing.T) {
	d := bound(lambda.Options{})
	say := func(in string) string {
		t.Helper()
		got, err := core.Execute(t.Context(), d, "lambda.create_alexa_response", []byte(`{"event":`+turn+`,`+in+`}`))
		if err != nil {
			return err.Error()
		}
		return string(got)
	}
	for in, want := range map[string]string{
		`"speech":"a < b & c"`:                         `{"version":"1.0","sessionAttributes":{"kept":1},"response":{"outputSpeech":{"type":"PlainText","text":"a \u003c b \u0026 c"},"shouldEndSession":true}}`,
		`"speech":"a < b","ssml":true`:                 `"outputSpeech":{"type":"SSML","ssml":"\u003cspeak\u003ea \u0026lt; b\u003c/speak\u003e"}`,
		`"speech":"<speak><audio/></speak>"`:           `"ssml":"\u003cspeak\u003e\u0026lt;speak\u0026gt;\u0026lt;audio/\u0026gt;`,
		`"speech":"a","reprompt":"b"`:                  `"reprompt":{"outputSpeech":{"type":"PlainText","text":"b"}},"shouldEndSession":false`,
		`"speech":"a","open":true`:                     `"shouldEndSession":false`,
		`"card":{"title":"T","content":"C"}`:           `"card":{"type":"Simple","title":"T","content":"C"}`,
		`"link_account":true`:                          `"card":{"type":"LinkAccount"}`,
		`"speech":"` + strings.Repeat("é", 9000) + `"`: `"text":"` + strings.Repeat("é", 8000) + `"`,
	} {
		if got := say(in); !strings.Contains(got, want) {
			t.Errorf("%.60s gives %.300s, want %.200s", in, got, want)
		}
	}
	for _, event := range []string{turnOn, ended, `{}`} {
		_, err := core.Do(t.Context(), d, lambda.CreateAlexaResponse, lambda.ReplyInput{Event: json.RawMessage(event), Speech: "x"})
		if core.KindOf(err) != core.Invalid || !strings.Contains(err.Error(), "field event") {
			t.Errorf("%.40s is told something: %v", event, err)
		}
	}
}
