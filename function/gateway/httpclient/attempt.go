package httpclient

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A phase is how far a request has come.
type phase int32

const (
	resolving phase = iota
	dialling
	shaking
	sending
	waiting
	reading

	numPhases = iota
)

func (p phase) String() string {
	return [...]string{"resolving the name", "dialling", "the TLS handshake", "sending the request", "waiting for the first byte", "reading the body"}[p]
}

// An attempt sends a request once and follows it: how far it has come, over which
// connection, and whether anything of it has left.
type attempt struct {
	client  *Client
	route   *route
	marks   marks
	request *Request
	secrets map[string]core.Secret // further headers
	limit   int64                  // of the answer

	transport *http.Transport
	phase     atomic.Int32 // a phase; the transport dials in a goroutine of its own
	failure   *core.Error
	done      <-chan struct{}

	mu      sync.Mutex
	cut     context.CancelFunc   // guarded by mu; nil before and after
	timer   *time.Timer          // guarded by mu
	late    bool                 // guarded by mu; a mark was passed
	times   [numPhases]time.Time // guarded by mu; when each phase began
	conn    *conn                // guarded by mu; nil before there is one
	reused  bool                 // guarded by mu
	before  int64                // guarded by mu; what had been written to conn
	dialled *conn                // guarded by mu; made for this attempt
	tls     *tls.ConnectionState // guarded by mu; of a handshake of this attempt
}

type attemptKey struct{}

// run sends the request to u and reads the answer.
func (a *attempt) run(ctx context.Context, u *url.URL) (Response, error) {
	start := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.done = ctx.Done()
	a.mu.Lock()
	a.cut = cancel
	a.mu.Unlock()
	defer a.end()

	a.at(resolving)
	a.transport = a.route.current()
	res, err := a.transport.RoundTrip(a.outgoing(ctx, u))
	if err != nil {
		return Response{}, a.fail(ctx, err)
	}
	defer res.Body.Close()
	a.at(reading)
	body, err := read(res, a.limit)
	if err != nil {
		return Response{}, a.fail(ctx, err)
	}
	return Response{res.StatusCode, res.Header, body, time.Since(start)}, nil
}

func (a *attempt) outgoing(ctx context.Context, u *url.URL) *http.Request {
	r := a.request
	header := make(http.Header, len(r.Header)+len(a.secrets)+1)
	for name, values := range r.Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	for name, secret := range a.secrets {
		header.Set(name, secret.Reveal())
	}
	if r.Bearer != "" {
		header.Set("Authorization", "Bearer "+r.Bearer.Reveal())
	}
	req := &http.Request{
		Method: cmp.Or(r.Method, http.MethodGet), URL: u, Host: u.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if len(r.Body) > 0 {
		req.Body, req.ContentLength = body{bytes.NewReader(r.Body)}, int64(len(r.Body))
	}
	ctx = context.WithValue(ctx, attemptKey{}, a)
	return req.WithContext(httptrace.WithClientTrace(ctx, a.trace()))
}

func (a *attempt) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		ConnectStart:      func(string, string) { a.at(dialling) },
		TLSHandshakeStart: func() { a.at(shaking) },
		TLSHandshakeDone: func(s tls.ConnectionState, err error) {
			if err == nil && s.DidResume {
				a.client.counts.resumed.Add(1)
			}
			a.mu.Lock()
			a.tls = &s
			a.mu.Unlock()
		},
		GotConn: func(i httptrace.GotConnInfo) {
			a.got(i)
			a.at(sending)
		},
		WroteRequest:         func(httptrace.WroteRequestInfo) { a.at(waiting) },
		GotFirstResponseByte: func() { a.at(reading) },
	}
}

func (a *attempt) got(i httptrace.GotConnInfo) {
	if i.Reused {
		a.client.counts.reused.Add(1)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.conn.leave()
	a.conn, a.reused = under(i.Conn), i.Reused
	a.before = a.conn.enter()
}

// at notes that the request has come so far, and sets the time by which it must
// have come further.
func (a *attempt) at(p phase) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cut == nil {
		return // the dial of a request that has ended
	}
	if p < phase(a.phase.Load()) {
		return // the far side answers before it has read the whole request
	}
	a.phase.Store(int32(p))
	now := time.Now()
	if a.times[p].IsZero() {
		a.times[p] = now
	}
	if p == dialling {
		return // the look-up and the dial have one mark, and a host may have two addresses
	}
	limit, ok := a.marks.limit(p, now, a.reused && a.request.IsQuery)
	switch {
	case !ok && a.timer != nil:
		a.timer.Stop()
	case ok && a.timer == nil:
		a.timer = time.AfterFunc(limit, a.tooLate)
	case ok:
		a.timer.Reset(limit)
	}
}

func (a *attempt) tooLate() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cut != nil {
		a.late = true
		a.cut()
	}
}

func (a *attempt) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cut = nil
	if a.timer != nil {
		a.timer.Stop()
	}
	a.conn.leave()
	if a.conn == nil {
		a.dialled.closeUnused()
	}
}

// fail returns err explained, and keeps it.
func (a *attempt) fail(ctx context.Context, err error) error {
	a.failure = explain(ctx, phase(a.phase.Load()), err)
	return a.failure
}

// mayRepeat reports whether the request, which has failed, may be sent once more,
// and is worth it.
func (a *attempt) mayRepeat(ctx context.Context) bool {
	// Less is not enough for a name, a connection, a handshake and an answer from
	// the other side of the world.
	const worthIt = 500 * time.Millisecond
	if d, ok := ctx.Deadline(); ok && time.Until(d) < worthIt || ctx.Err() != nil {
		return false
	}
	a.mu.Lock()
	left := a.conn != nil && a.conn.written.Load() != a.before
	a.mu.Unlock()
	if left && !a.request.IsQuery {
		return false
	}
	switch a.failure.Cause {
	case "timeout", "reset":
		return true
	case "tls":
		return broken(a.failure)
	case "dns":
		e, ok := errors.AsType[*net.DNSError](a.failure)
		return ok && !e.IsNotFound
	}
	return false
}

// read returns the whole body, or errTooLong as soon as it is known to be longer
// than limit.
func read(res *http.Response, limit int64) ([]byte, error) {
	if res.ContentLength > limit {
		return nil, errTooLong
	}
	buf := bytes.NewBuffer(make([]byte, 0, max(res.ContentLength, 512)+bytes.MinRead))
	n, err := buf.ReadFrom(io.LimitReader(res.Body, limit+1))
	if err == nil && n > limit {
		err = errTooLong
	}
	return buf.Bytes(), err
}

// untrusted reports whether nobody was found who vouches for the far side.
func untrusted(err error) bool {
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	return unknown
}
