package httpclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/hearthgate/hearthgate/function/core"
)

var (
	errTooLong = errors.New("the response exceeds the limit of its length")
	errInterim = fmt.Errorf("the server sent more than %d interim responses and no final one", maxInterim)
)

// A notFinal is a status below 200 that ends no request and announces no response
// either: 101 switches to a protocol that was not asked for, others mean nothing.
type notFinal int

func (s notFinal) Error() string {
	return fmt.Sprintf("the server answered with status %d, after which no response to a request follows: check what is at the address", int(s))
}

// classify returns err, which ended a request in phase p, with a cause and a sentence.
// Its kind is Unreachable, except for a response that is too long.
func classify(ctx context.Context, p phase, err error) *core.Error {
	switch {
	case errors.Is(err, errNotPublic):
		return core.Errorf(core.Forbidden, core.CauseNotAllowed, "%w", errNotPublic)
	case errors.Is(err, errTooLong):
		return core.Errorf(core.Internal, core.CauseOversized, "%w", err)
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return &core.Error{Kind: core.Unreachable, Cause: core.CauseTimeout, Err: timeoutError{noAnswer, p}}
	case errors.Is(err, syscall.ETIMEDOUT):
		return &core.Error{Kind: core.Unreachable, Cause: core.CauseTimeout, Err: timeoutError{"the bytes sent are not acknowledged", p}}
	case errors.Is(err, errPin):
		return core.Errorf(core.Unreachable, core.CauseOtherKey, "the server's key is not the pinned one: %w; if the server has a new key on purpose, pin that", err)
	}
	if status, ok := errors.AsType[notFinal](err); ok {
		return &core.Error{Kind: core.Unreachable, Cause: core.CauseProtocol, Err: status}
	}
	if errors.Is(err, errInterim) {
		return &core.Error{Kind: core.Unreachable, Cause: core.CauseProtocol, Err: errInterim}
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return core.Errorf(core.Unreachable, core.CauseDNS, "the host's name has no address: %w", withoutURL(err))
	}
	if wantsCertificate(err) {
		return core.Errorf(core.Unreachable, core.CauseClientCertificate, "the server asks for a client certificate, and does not accept what it is shown (%w): store the right one with `hearthgate certificate`", withoutURL(err))
	}
	if p == tlsHandshake || isTLS(err) {
		return core.Errorf(core.Unreachable, core.CauseTLS, "the TLS handshake failed: %w", withoutURL(err))
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return core.Errorf(core.Unreachable, core.CauseRefused, "nothing listens there: %w", withoutURL(err))
	}
	if isConnectionLost(err) {
		return core.Errorf(core.Unreachable, core.CauseReset, "the connection was lost while %v: %w", p, withoutURL(err))
	}
	if p <= dialling {
		return core.Errorf(core.Unreachable, core.CauseNoRoute, "no connection can be made: %w", withoutURL(err))
	}
	return core.Errorf(core.Unreachable, core.CauseProtocol, "the answer is not HTTP, or ended while %v: %w", p, withoutURL(err))
}

const noAnswer = "no answer in time"

// IsWaiting reports whether err is a timeout of a request that was sent whole: the
// server was waited for, and may yet do what was asked.
func IsWaiting(err error) bool {
	t, ok := errors.AsType[timeoutError](err)
	return ok && t.text == noAnswer && t.p >= waiting
}

// A timeoutError is a timeout that libraries recognize as one.
type timeoutError struct {
	text string
	p    phase
}

func (t timeoutError) Error() string      { return fmt.Sprintf("%s: timed out while %v", t.text, t.p) }
func (timeoutError) Timeout() bool        { return true }
func (timeoutError) Temporary() bool      { return true }
func (timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// isConnectionLost reports whether the server ended the connection, or we did, which a
// connection in memory says as io.ErrClosedPipe. For some of these
func isConnectionLost(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		containsAny(err, "server closed idle connection")
}

// withoutURL returns err without the URL that net/http puts in front of it.
func withoutURL(err error) error {
	if e := errors.Unwrap(err); e != nil && strings.Contains(err.Error(), "://") {
		return e
	}
	return err
}

func isTLS(err error) bool {
	_, verify := errors.AsType[*tls.CertificateVerificationError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	_, host := errors.AsType[x509.HostnameError](err)
	return verify || record || alert || host || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// wantsCertificate reports whether the server refused the client's certificate, or that it
// has none. Which alert it sends for that depends on the server.
func wantsCertificate(err error) bool {
	return containsAny(err, "tls: certificate required", "remote error: tls: bad certificate", "remote error: tls: unknown certificate",
		"remote error: tls: unsupported certificate", "remote error: tls: revoked certificate", "remote error: tls: expired certificate")
}

// isUntrusted reports whether no trusted authority vouches for a certificate.
func isUntrusted(err error) bool {
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	return unknown
}

func containsAny(err error, texts ...string) bool {
	return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(err.Error(), t) })
}
