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

// errTooLong says that an answer is longer than its limit.
var errTooLong = errors.New("the answer is longer than can be taken")

// explain returns err, which ended a request in a phase, as an error whose cause
// says in one word what it was: of kind Unreachable, but for an answer that is too
// long.
func explain(ctx context.Context, p phase, err error) *core.Error {
	switch {
	case errors.Is(err, errTooLong):
		return core.Errorf(core.Internal, core.CauseOversized, "%w", err)
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return &core.Error{Kind: core.Unreachable, Cause: core.CauseTimeout, Err: tooLate{"no answer in time", p}}
	case errors.Is(err, syscall.ETIMEDOUT):
		return &core.Error{Kind: core.Unreachable, Cause: core.CauseTimeout, Err: tooLate{"nobody acknowledges what is sent", p}}
	case errors.Is(err, errPin):
		return core.Errorf(core.Unreachable, core.CauseTLS, "the far side is not the one whose key is pinned: %w; if it has a new one on purpose, pin that", err)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return core.Errorf(core.Unreachable, core.CauseDNS, "the host's name has no address: %w", bare(err))
	}
	if p == shaking || isTLS(err) {
		return core.Errorf(core.Unreachable, core.CauseTLS, "the TLS handshake failed: %w", bare(err))
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return core.Errorf(core.Unreachable, core.CauseRefused, "nothing listens there: %w", bare(err))
	}
	if broken(err) {
		return core.Errorf(core.Unreachable, core.CauseReset, "the connection broke while %v: %w", p, bare(err))
	}
	if p <= dialling {
		return core.Errorf(core.Unreachable, core.CauseNoRoute, "no connection could be made: %w", bare(err))
	}
	return core.Errorf(core.Unreachable, core.CauseProtocol, "the answer is not HTTP, or broke while %v: %w", p, bare(err))
}

// tooLate says that the time was up, as an error that others know as such.
type tooLate struct {
	said string
	p    phase
}

func (t tooLate) Error() string { return fmt.Sprintf("%s: it ended while %v", t.said, t.p) }
func (tooLate) Timeout() bool   { return true }
func (tooLate) Temporary() bool { return true }
func (tooLate) Is(err error) bool {
	return err == context.DeadlineExceeded
}

// broken reports whether the far side ended the connection. That it did so before
// it was asked has an error of its own, which net/http keeps to itself, and so have
// the ways of HTTP/2 to end one.
func broken(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		saysAny(err, "server closed idle connection", "http2: Transport: cannot retry", "http2: server sent GOAWAY", "stream error: stream ID", "http2: client connection")
}

// bare returns err without the URL that net/http puts in front of it.
func bare(err error) error {
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

func saysAny(err error, texts ...string) bool {
	return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(err.Error(), t) })
}
