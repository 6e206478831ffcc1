package httpclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptrace"
	"os"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/hearthgate/hearthgate/function/core"
)

// errTooLong says that an answer is longer than its limit.
var errTooLong = errors.New("the answer is longer than can be taken")

// A phase is how far a request has come.
type phase int32

const (
	resolving phase = iota
	dialling
	shaking
	sending
	waiting
	reading
)

func (p phase) String() string {
	return [...]string{"resolving the name", "dialling", "the TLS handshake", "sending the request", "waiting for the first byte", "reading the body"}[p]
}

// A tracer follows one request: how far it has come, and over which connection.
type tracer struct {
	client *Client
	phase  atomic.Int32 // a phase; the transport dials in a goroutine of its own
}

func (t *tracer) trace() *httptrace.ClientTrace {
	at := func(p phase) { t.phase.Store(int32(p)) }
	return &httptrace.ClientTrace{
		ConnectStart: func(string, string) { at(dialling) },
		ConnectDone: func(_, _ string, err error) {
			if err == nil {
				t.client.dialled.Add(1)
			}
		},
		TLSHandshakeStart: func() { at(shaking) },
		TLSHandshakeDone: func(s tls.ConnectionState, _ error) {
			if s.DidResume {
				t.client.resumed.Add(1)
			}
		},
		GotConn: func(i httptrace.GotConnInfo) {
			at(sending)
			if i.Reused {
				t.client.reused.Add(1)
			}
		},
		WroteRequest: func(httptrace.WroteRequestInfo) { at(waiting) },
	}
}

// explain returns err as an error of kind Unreachable whose cause says in one
// word what it was.
func (t *tracer) explain(ctx context.Context, err error) error {
	p := phase(t.phase.Load())
	switch {
	case errors.Is(err, errTooLong):
		return core.Errorf(core.Internal, "oversized", "%w", err)
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return core.Errorf(core.Unreachable, "timeout", "no answer in time: it ended while %v", p)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return core.Errorf(core.Unreachable, "dns", "the host's name has no address: %w", bare(err))
	}
	if p == shaking || isTLS(err) {
		return core.Errorf(core.Unreachable, "tls", "the TLS handshake failed: %w", bare(err))
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return core.Errorf(core.Unreachable, "refused", "nothing listens there: %w", bare(err))
	}
	if broken(err) {
		return core.Errorf(core.Unreachable, "reset", "the connection broke while %v: %w", p, bare(err))
	}
	if p <= dialling {
		return core.Errorf(core.Unreachable, "no_route", "no connection could be made: %w", bare(err))
	}
	return core.Errorf(core.Unreachable, "protocol", "the answer is not HTTP, or broke while %v: %w", p, bare(err))
}

// broken reports whether the far side ended the connection. That it did so before
// it was asked has an error of its own, which net/http keeps to itself.
func broken(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		strings.Contains(err.Error(), "server closed idle connection")
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
