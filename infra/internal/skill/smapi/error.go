package smapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// Codes of an [Error].
const (
	LoginExpired  = "LoginExpired"  // the refresh token is no longer accepted
	ClientRefused = "ClientRefused" // the client id or secret is wrong
	ConsentDenied = "ConsentDenied" // the developer did not consent
	StateMismatch = "StateMismatch" // the browser's return belongs to another login
	Denied        = "Denied"        // this login may not do it
	NotFound      = "NotFound"      // the skill, or a part of it
	Conflict      = "Conflict"      // another change of the skill is under way
	Stale         = "Stale"         // the skill was changed since it was read
	Invalid       = "Invalid"       // Amazon rejects a value
	Throttled     = "Throttled"     // too many requests
	Unavailable   = "Unavailable"   // Amazon has a problem of its own
	Unreachable   = "Unreachable"   // no connection, or one that was cut
	Unreadable    = "Unreadable"    // something answered, and not as Amazon does
	Timeout       = "Timeout"       // it was not done within the time for it
)

// An Error is a failed call.
type Error struct {
	Code  string // one of the codes above, or that of the error within
	Field string // path that Amazon names, "manifest.apis.smartHome.endpoint.uri"; empty: none
	Err   error  // what happened, why, and what to do
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

// FieldOf returns the field that an error of this package names, "" for none.
func FieldOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Field
	}
	return ""
}

func fail(code, format string, args ...any) error {
	return &Error{Code: code, Err: fmt.Errorf(format, args...)}
}

// stopped returns the error of a call whose context has ended.
func stopped(ctx context.Context, doing string) error {
	cause := context.Cause(ctx)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fail(Timeout, "Amazon was not done within the time for it while %s: wait a minute and run it again, which continues where this ended", doing)
	}
	return cause
}

func unreachable(doing, who string, err error) error {
	return fail(Unreachable, "%s cannot be reached while %s: %w; check the connection to the internet and HTTPS_PROXY, and run it again", who, doing, innermost(err))
}

// innermost returns the last of a chain of errors, which has the reason without the
// address and its query.
func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

var title = regexp.MustCompile(`(?is)<title[^>]*>\s*(.{1,80}?)\s*</title>`)

// unreadable returns the error of an answer that is not Amazon's.
func unreadable(doing, who string, res *http.Response, body []byte) error {
	found := "no JSON"
	if res != nil {
		found = fmt.Sprintf("status %d", res.StatusCode)
		if kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";"); kind != "" {
			found += ", " + kind
		}
	}
	if m := title.FindSubmatch(body); m != nil {
		found += fmt.Sprintf(", %q", m[1])
	}
	return fail(Unreadable, "the answer is not one of %s (%s) while %s, so something on the way answers in its place: check HTTPS_PROXY, and whether this network asks you to sign in first, and run it again", who, found, doing)
}
