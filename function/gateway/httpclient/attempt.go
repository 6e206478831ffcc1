package httpclient

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
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

// An attempt sends a request once. It records which phase it has reached, over which
// connection, and whether any byte was sent.
type attempt struct {
	client    *Client
	byName    bool // a person runs the request by name
	request   *Request
	secrets   map[string]core.Secret // further headers
	limit     int64                  // of the response, in bytes
	transport *http.Transport
	deadlines phaseDeadlines

	phase   atomic.Int32 // a phase; the transport dials in another goroutine
	interim atomic.Int32 // responses with a status from 100 to 199
	hooks   httptrace.ClientTrace
	failure *core.Error
	done    <-chan struct{}

	rejected atomic.Pointer[error] // why an interim response ended the attempt; nil if none did

	mu     sync.Mutex
	cancel context.CancelFunc   // guarded by mu; nil before and after run
	timer  *time.Timer          // guarded by mu; of the phase
	began  [numPhases]time.Time // guarded by mu
	ended  time.Time            // guarded by mu
	conn   *conn                // guarded by mu; nil before there is one
	reused bool                 // guarded by mu
	before int64                // guarded by mu; bytes written to conn before
	made   *conn                // guarded by mu; dialled for this attempt
	tls    *tls.ConnectionState // guarded by mu; of a handshake of this attempt
}

type attemptKey struct{}

// run sends the request to u and reads the response.
func (a *attempt) run(ctx context.Context, u *url.URL) (Response, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.done = ctx.Done()
	a.mu.Lock()
	a.cancel = cancel
	a.mu.Unlock()
	defer a.end()

	a.enter(resolving)
	res, err := a.transport.RoundTrip(a.outgoing(ctx, u))
	if err != nil {
		return Response{}, a.fail(ctx, err)
	}
	defer res.Body.Close()
	a.enter(reading)
	if res.StatusCode < http.StatusOK {
		return Response{}, a.fail(ctx, notFinal(res.StatusCode))
	}
	body, err := read(res, a.limit)
	if err != nil {
		return Response{}, a.fail(ctx, err)
	}
	return Response{Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

func (a *attempt) outgoing(ctx context.Context, u *url.URL) *http.Request {
	r := a.request
	header := make(http.Header, len(r.Header)+len(a.secrets)+2)
	for name, values := range r.Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	for name, secret := range a.secrets {
		header.Set(name, secret.Reveal())
	}
	if r.Bearer != "" {
		header.Set("Authorization", "Bearer "+r.Bearer.Reveal())
	}
	if _, ok := header["User-Agent"]; !ok {
		header.Set("User-Agent", a.client.userAgent())
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

// read returns the whole body, or errTooLong as soon as it exceeds limit.
func read(res *http.Response, limit int64) ([]byte, error) {
	if res.ContentLength > limit {
		return nil, errTooLong
	}
	if res.ContentLength > 0 && res.Body != http.NoBody { // net/http sees to it that there is no more
		body := make([]byte, res.ContentLength)
		n, err := io.ReadFull(res.Body, body)
		return body[:n], err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = errTooLong
	}
	return body, err
}

func (a *attempt) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = time.Now()
	a.cancel = nil
	if a.timer != nil {
		a.timer.Stop()
	}
	a.conn.release()
	if a.conn == nil {
		a.made.closeUnused()
	}
}

// fail returns err classified, and keeps it for mayRetry.
func (a *attempt) fail(ctx context.Context, err error) error {
	if rejected := a.rejected.Load(); rejected != nil {
		err = *rejected
	}
	a.failure = classify(ctx, phase(a.phase.Load()), err)
	return a.failure
}

// sent reports whether any byte of the request was sent.
func (a *attempt) sent() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.conn != nil && a.conn.written.Load() != a.before
}

// mayRetry reports whether the request, which has failed, may be sent again and a
// retry may succeed.
func (a *attempt) mayRetry(ctx context.Context) bool {
	// Resolving, connecting, a handshake and a response from the other side of the
	// world take longer than less.
	const least = 500 * time.Millisecond
	if d, ok := ctx.Deadline(); ok && time.Until(d) < least || ctx.Err() != nil {
		return false
	}
	if !a.request.Idempotent && a.sent() {
		return false
	}
	switch a.failure.Cause {
	case core.CauseTimeout, core.CauseReset:
		return true
	case core.CauseTLS:
		return isConnectionLost(a.failure)
	case core.CauseDNS:
		e, ok := errors.AsType[*net.DNSError](a.failure)
		return ok && !e.IsNotFound
	}
	return false
}
