package core

import (
	"errors"
	"fmt"
)

// A Kind says what a failure means to the caller, whatever caused it.
type Kind uint8

// The kinds of failure. The lambda gateway maps each onto an error type of Alexa.
const (
	Internal     Kind = iota // a bug, or something not foreseen
	Invalid                  // the request is malformed
	Unauthorized             // the token is missing, wrong or revoked
	Expired                  // the token was good once
	Forbidden                // understood, and not allowed
	NotFound                 // there is no such thing
	Unreachable              // the far side did not answer, or not usably
	Unavailable              // the circuit breaker is open: the far side was not asked
	RateLimited              // too much was asked
	Gone                     // the operation existed once; the error says what to use

	numKinds = iota
)

var kindNames = [numKinds]string{
	"internal", "invalid", "unauthorized", "expired", "forbidden",
	"not_found", "unreachable", "unavailable", "rate_limited", "gone",
}

// Kinds returns every kind, in a stable order.
func Kinds() []Kind {
	kinds := make([]Kind, numKinds)
	for i := range kinds {
		kinds[i] = Kind(i)
	}
	return kinds
}

// String returns the kind's one word: "rate_limited".
func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// MarshalText returns the kind's one word.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// An Error is a failure. An implementation sets Kind, Cause and Err; [Do] adds
// the operation, the innermost one.
type Error struct {
	Spec  *Spec // nil until Do has seen the error
	Kind  Kind  // what it means to the caller
	Cause Cause // why, in one stable word for logs and metrics; default: the kind's
	Err   error // what happened, why, and what to do about it
}

// Errorf returns an [Error] of the kind, with a cause and a message.
func Errorf(k Kind, cause Cause, format string, args ...any) *Error {
	return &Error{Kind: k, Cause: cause, Err: fmt.Errorf(format, args...)}
}

func (e *Error) Error() string {
	if e.Spec == nil {
		return e.Err.Error()
	}
	return e.Spec.String() + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of err: [Internal] unless an [*Error] says otherwise.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// CauseOf returns the cause of err in one word: what the outermost [*Error] says
// of it, else its kind. It returns "" for nil.
func CauseOf(err error) Cause {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Cause != "" {
		return e.Cause
	}
	return Cause(KindOf(err).String())
}

// named returns err as an [*Error] that names an operation: s, unless err names
// one already, as it does when the implementation has called [Do].
func named(s *Spec, err error) error {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*Error](err)
	if ok && e.Spec != nil {
		return err
	}
	if ok && error(e) == err {
		return &Error{Spec: s, Kind: e.Kind, Cause: e.Cause, Err: e.Err}
	}
	return &Error{Spec: s, Kind: KindOf(err), Cause: CauseOf(err), Err: err}
}
