package alexa

import "github.com/hearthgate/hearthgate/config/wire"

// errorClasses holds what each of Alexa's error types says about the person who asked.
// Failures are listed too, so that a test can tell a type that is known from one that
// is new.
var errorClasses = map[string]wire.Outcome{
	"ACCEPT_GRANT_FAILED":              wire.Failed,
	"BRIDGE_UNREACHABLE":               wire.Failed,
	"ENDPOINT_LOW_POWER":               wire.Failed,
	"ENDPOINT_UNREACHABLE":             wire.Failed,
	"EXPIRED_AUTHORIZATION_CREDENTIAL": wire.Failed,
	"FIRMWARE_OUT_OF_DATE":             wire.Failed,
	"HARDWARE_MALFUNCTION":             wire.Failed,
	"INSUFFICIENT_PERMISSIONS":         wire.Failed, // of the skill; the policy's denials are known by their cause
	"INTERNAL_ERROR":                   wire.Failed,
	"INVALID_AUTHORIZATION_CREDENTIAL": wire.Failed,
	"NOT_CALIBRATED":                   wire.Failed,
	"PARTNER_APPLICATION_REDIRECTION":  wire.Failed,
	"RATE_LIMIT_EXCEEDED":              wire.Failed,

	"CLOUD_CONTROL_DISABLED": wire.Denied, // the owner has turned it off at the device

	"ENDPOINT_BUSY":                 wire.AskedWrongly,
	"INVALID_DIRECTIVE":             wire.AskedWrongly, // Home Assistant rejects with it what a device cannot do
	"ALREADY_IN_OPERATION":          wire.AskedWrongly,
	"INVALID_VALUE":                 wire.AskedWrongly,
	"NOT_IN_OPERATION":              wire.AskedWrongly,
	"NOT_SUPPORTED_IN_CURRENT_MODE": wire.AskedWrongly,
	"NOT_SUPPORTED_WITH_CURRENT_BATTERY_CHARGE_STATE": wire.AskedWrongly,
	"NO_SUCH_ENDPOINT":               wire.AskedWrongly,
	"POWER_LEVEL_NOT_SUPPORTED":      wire.AskedWrongly,
	"TEMPERATURE_VALUE_OUT_OF_RANGE": wire.AskedWrongly,
	"TOO_MANY_FAILED_ATTEMPTS":       wire.AskedWrongly, // at a PIN
	"VALUE_OUT_OF_RANGE":             wire.AskedWrongly,

	// Alexa.ThermostatController
	"DUAL_SETPOINTS_UNSUPPORTED":    wire.AskedWrongly,
	"REQUESTED_SETPOINTS_TOO_CLOSE": wire.AskedWrongly,
	"THERMOSTAT_IS_OFF":             wire.AskedWrongly,
	"TRIPLE_SETPOINTS_UNSUPPORTED":  wire.AskedWrongly,
	"UNSUPPORTED_THERMOSTAT_MODE":   wire.AskedWrongly,
	"UNWILLING_TO_SET_SCHEDULE":     wire.AskedWrongly,
	"UNWILLING_TO_SET_VALUE":        wire.AskedWrongly,

	// Alexa.SecurityPanelController
	"AUTHORIZATION_REQUIRED": wire.AskedWrongly,
	"BYPASS_NEEDED":          wire.AskedWrongly,
	"NOT_READY":              wire.AskedWrongly,
	"UNAUTHORIZED":           wire.AskedWrongly, // a wrong code
	"UNCLEARED_ALARM":        wire.AskedWrongly,
	"UNCLEARED_TROUBLE":      wire.AskedWrongly,

	// Alexa.Video
	"ACTION_NOT_PERMITTED_FOR_CONTENT": wire.AskedWrongly,
	"CONTENT_NOT_FOUND":                wire.AskedWrongly,
	"NOT_SUBSCRIBED":                   wire.AskedWrongly,
}

// ErrorClass returns what the error type of an ErrorResponse says about the person who
// asked: wire.Failed, wire.Denied or wire.AskedWrongly. A type that is not known is a
// failure: the person did not get what they asked for, and the reason is not theirs.
func ErrorClass(errorType string) wire.Outcome {
	if class, ok := errorClasses[errorType]; ok {
		return class
	}
	return wire.Failed
}
