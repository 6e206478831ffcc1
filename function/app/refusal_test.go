package app

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// refusing returns the ErrorResponse of a home to turnOn.
func refusing(errorType, message string) string {
	return fmt.Sprintf(`{"event":{"header":{"namespace":"Alexa","name":"ErrorResponse","messageId":"r1","correlationToken":"c-%s","payloadVersion":"3"}, "payload":{"type":%q,"message":%q}}}`, canary, errorType, message)
}

// TestA3HomeRefuses has the home answer a command with each kind of ErrorResponse: it
// reaches Alexa unchanged, and counts as a failure if the home failed, not if the person
// asked for what cannot be done. The line has the home's own words, without secrets.
func TestA3HomeRefuses(t *testing.T) {
	for _, tt := range []struct{ errorType, cause string }{
		{"INTERNAL_ERROR", "server_error"},
		{"BRIDGE_UNREACHABLE", "device_unreachable"},
		{"ENDPOINT_UNREACHABLE", "device_unreachable"},
		{"HARDWARE_MALFUNCTION", "device_unreachable"},
		{"", "server_error"},
		{"NO_SUCH_ENDPOINT", ""},
		{"VALUE_OUT_OF_RANGE", ""},
		{"INVALID_VALUE", ""},
		{"INVALID_DIRECTIVE", ""},
		{"ENDPOINT_BUSY", ""},
		{"NOT_SUPPORTED_IN_CURRENT_MODE", ""},
		{"A_TYPE_OF_TOMORROW", "server_error"},
	} {
		t.Run(tt.errorType, func(t *testing.T) {
			home, url := newLister(t)
			answer := refusing(tt.errorType, "Cannot reach the bulb with Bearer "+canary+canary)
			home.body.Store(&answer)
			app, out := started(t, url, nil)
			_, b := invoke(t, app, turnOn)
			if string(b) != answer {
				t.Errorf("the reply is %s, want the home's own", b)
			}
			line := out.line(t)
			success := 1.0
			if tt.cause != "" {
				success = 0
			}
			cause, _ := line["cause"].(string)
			if cause != tt.cause || line["success"] != (tt.cause == "") || line[config.Success.Name] != success || line["reply_type"] != tt.errorType {
				t.Errorf("the line is %v, want cause %q", line, tt.cause)
			}
			message, _ := line["home_message"].(string)
			said, _ := line["error"].(string)
			if !strings.HasPrefix(message, "Cannot reach the bulb") || strings.Contains(strings.Join(out.lines, ""), canary) {
				t.Errorf("the home's words are %q on the line", message)
			}
			if tt.cause != "" && !strings.Contains(said, "Cannot reach the bulb") {
				t.Errorf("the error is %q", said)
			}
		})
	}
}

// TestA3BreakerStaysClosed has a home whose device is away, many times: the home answers,
// so the next command goes out.
func TestA3BreakerStaysClosed(t *testing.T) {
	home, url := newLister(t)
	app, out := started(t, url, nil)
	away := refusing("ENDPOINT_UNREACHABLE", "away")
	home.body.Store(&away)
	for range 20 {
		invoke(t, app, turnOn)
	}
	good := handled
	home.body.Store(&good)
	out.before = len(out.lines)
	if _, b := invoke(t, app, turnOn); string(b) != handled || out.line(t)["success"] != true {
		t.Errorf("the reply is %s", b)
	}
}
