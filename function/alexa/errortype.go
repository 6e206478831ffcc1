package alexa

// A Class says whose failure an ErrorResponse of the home is.
type Class string

// The classes of error types.
const (
	AskedWrongly Class = "asked_wrongly" // what was asked cannot be done, or not now: neither our failure nor the home's
	HomeFailure  Class = "home_failure"  // the home, or the way from it to the device, is broken: the person should have got what they asked for
)

// homeFailures are the error types of a home that did not do what it should have done.
// All others say what the person asked wrongly, or why the device does not do it now.
var homeFailures = map[string]bool{
	"INTERNAL_ERROR":                   true,
	"BRIDGE_UNREACHABLE":               true,
	"ENDPOINT_UNREACHABLE":             true,
	"HARDWARE_MALFUNCTION":             true,
	"INVALID_AUTHORIZATION_CREDENTIAL": true,
	"EXPIRED_AUTHORIZATION_CREDENTIAL": true,
	"ACCEPT_GRANT_FAILED":              true,
	"":                                 true, // an ErrorResponse without a type, which Alexa treats as an internal error
}

// ClassOf returns the class of an error type of Alexa. A type that is not known is
// AskedWrongly: new types describe devices, as OBSTACLE_DETECTED did.
func ClassOf(errorType string) Class {
	if homeFailures[errorType] {
		return HomeFailure
	}
	return AskedWrongly
}
