package awsaccount

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Codes of an [Error]. It may also have one of AWS's own.
const (
	NoCredentials = "NoCredentials"
	Expired       = "Expired"
	Denied        = "Denied"
	NotFound      = "NotFound"
	Throttled     = "Throttled"
	Unavailable   = "Unavailable" // AWS has a failure of its own
	Conflict      = "Conflict"    // AWS is busy with an earlier change
	Quota         = "Quota"
	Clock         = "Clock"       // this machine's is wrong
	Region        = "Region"      // it is not enabled, or not the right one
	Unreachable   = "Unreachable" // nothing answered
	Unreadable    = "Unreadable"  // something answered, and not as AWS does
	Unsent        = "Unsent"      // the request could not be made
)

// An Error is a failed call to AWS.
type Error struct {
	Code string // one of the codes above, or AWS's own
	Err  error  // what happened and what to do
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of an error of this package, "" for another.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// explain returns the error of a failed call for a person. "doing" is what was tried, as
// in "reading the parameter /a".
func explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	api, ok := errors.AsType[smithy.APIError](err)
	switch {
	case ok:
		return rejected(doing, api, err)
	case answered(err):
		return unreadable(doing, innermost(err))
	case unsent(err):
		return &Error{Unsent, fmt.Errorf("the request for %s could not be made: %w; check the region and the AWS settings of this machine", doing, innermost(err))}
	}
	return &Error{Unreachable, fmt.Errorf("AWS did not answer while %s: %w; check the connection to the internet, HTTPS_PROXY, AWS_ENDPOINT_URL and the region", doing, innermost(err))}
}

// unreadable returns the error of an answer that is not one of AWS, and why it is not.
func unreadable(doing string, why error) error {
	return &Error{Unreadable, fmt.Errorf("the answer is not one of AWS while %s (%w): check what AWS_ENDPOINT_URL and HTTPS_PROXY name, and whether something on the way answers instead of AWS, such as the login page of a network", doing, why)}
}

// ownNames are the names of a stage's resources, in which any word may stand: a stage may
// be called throttled.
var ownNames = regexp.MustCompile(`hearthgate[-/][\w/-]*`)

// rejected returns the error of a call that AWS has rejected.
func rejected(doing string, api smithy.APIError, err error) error {
	code, message := api.ErrorCode(), api.ErrorMessage()
	m := meaningOf(code + ": " + ownNames.ReplaceAllString(message, ""))
	switch {
	case m == nil && answered(err) && status(err) >= 500:
		m = unavailable
	case m == nil && notFound(code, message):
		return &Error{NotFound, fmt.Errorf("AWS has not found it while %s (%s): %s", doing, code, message)}
	case m == nil && (message == "" || message == "UnknownError"): // the SDK's word for none
		return &Error{code, fmt.Errorf("AWS rejected %s (%s) and does not say why: run it again, and look in the console if that stays so", doing, code)}
	case m == nil:
		return &Error{code, fmt.Errorf("AWS rejected %s (%s): %s", doing, code, message)}
	}
	if m.code == Denied {
		return &Error{Denied, errors.New(Denial(message).sentence(doing, operation(err)))}
	}
	what := m.what
	if m.about {
		what += " while " + doing
	}
	return &Error{m.code, fmt.Errorf("%s (%s): %s", what, code, m.mend)}
}

// answered reports whether there was a response, which the SDK could not read or which
// was an error.
func answered(err error) bool {
	_, unreadable := errors.AsType[*smithy.DeserializationError](err)
	return unreadable || status(err) != 0
}

// status returns the HTTP status of the response, 0 without one.
func status(err error) int {
	res, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || res.Response == nil {
		return 0
	}
	return res.HTTPStatusCode()
}

// unsent reports whether the SDK rejected a request before it sent anything.
func unsent(err error) bool {
	_, serialization := errors.AsType[*smithy.SerializationError](err)
	_, parameter := errors.AsType[smithy.InvalidParamsError](err)
	return serialization || parameter
}

// innermost returns the last of a chain of errors, which has the reason.
func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
