package alexa_test

import (
	"testing"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/alexa"
)

func TestErrorClass(t *testing.T) {
	for errorType, want := range map[string]wire.Outcome{
		"INTERNAL_ERROR": wire.Failed, "BRIDGE_UNREACHABLE": wire.Failed, "ENDPOINT_UNREACHABLE": wire.Failed,
		"RATE_LIMIT_EXCEEDED": wire.Failed, "EXPIRED_AUTHORIZATION_CREDENTIAL": wire.Failed,
		"INSUFFICIENT_PERMISSIONS": wire.Failed, "ACCEPT_GRANT_FAILED": wire.Failed, "HOME_ON_FIRE": wire.Failed,
		"NO_SUCH_ENDPOINT": wire.AskedWrongly, "VALUE_OUT_OF_RANGE": wire.AskedWrongly, "TEMPERATURE_VALUE_OUT_OF_RANGE": wire.AskedWrongly,
		"INVALID_VALUE": wire.AskedWrongly, "NOT_SUPPORTED_IN_CURRENT_MODE": wire.AskedWrongly, "THERMOSTAT_IS_OFF": wire.AskedWrongly,
		"UNAUTHORIZED": wire.AskedWrongly, "INVALID_DIRECTIVE": wire.AskedWrongly, "ENDPOINT_BUSY": wire.AskedWrongly, "CLOUD_CONTROL_DISABLED": wire.Denied,
	} {
		if got := alexa.ErrorClass(errorType); got != want {
			t.Errorf("%s is %v, want %v", errorType, got, want)
		}
	}
}
