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
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// MaxBody is how long an answer may be: what Lambda can return, in bytes.
const MaxBody = 6 << 20

// idleTimeout is how long a connection may wait for the next request. It is less
// than the 60 s and more after which common proxies close one, so that a command
// is not written into a connection that nobody reads any more. The transport asks
// the wall clock, so it holds for a process that was frozen in between too.
const idleTimeout = 50 * time.Second

// TLS says whom to believe to be the far side.
type TLS struct {
	Roots    string // PEM certificates to trust instead of the system's; default: the system's
	Insecure bool   // accept any certificate
}

// A Client sends requests over one pool of connections. It is safe for concurrent
// use; the zero value trusts the system's certificates.
type Client struct {
	http atomic.Pointer[http.Client]

	requests, failures, dialled, reused, resumed atomic.Int64
}

// Configure sets whom to believe, for connections made from now on. It returns an
// error if t.Roots holds no certificate.
func (c *Client) Configure(t TLS) error {
	conf := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ClientSessionCache: tls.NewLRUClientSessionCache(8),
		InsecureSkipVerify: t.Insecure, // the owner's explicit wish, HOME_ASSISTANT_VERIFY_SSL
	}
	if t.Roots != "" {
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM([]byte(t.Roots)) {
			return errors.New("there is no certificate in it: PEM blocks of type CERTIFICATE are wanted")
		}
	}
	old := c.http.Swap(&http.Client{
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext,
			TLSClientConfig:     conf,
			ForceAttemptHTTP2:   true,
			MaxIdleConns:        8,
			MaxIdleConnsPerHost: 4,
			IdleConnTimeout:     idleTimeout,
		},
		// A redirect is an answer like any other: followed, it would carry the
		// token to another host, or turn a command into a GET.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
	if old != nil {
		old.CloseIdleConnections()
	}
	return nil
}

func (c *Client) client() *http.Client {
	if h := c.http.Load(); h != nil {
		return h
	}
	_ = c.Configure(TLS{}) // without roots of its own it cannot fail
	return c.http.Load()
}

func (c *Client) status(context.Context, StatusInput) (Status, error) {
	return Status{
		Requests: c.requests.Load(), Failures: c.failures.Load(),
		Dialled: c.dialled.Load(), Reused: c.reused.Load(), Resumed: c.resumed.Load(),
	}, nil
}

func (c *Client) makeRequest(ctx context.Context, r Request) (Response, error) {
	start := time.Now()
	c.requests.Add(1)
	t := &tracer{client: c}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, t.trace()), cmp.Or(r.Method, http.MethodGet), r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return Response{}, core.Errorf(core.Invalid, "bad_request", "the request cannot be made: %w", err)
	}
	if r.Header != nil {
		req.Header = r.Header.Clone()
	}
	if r.Bearer != "" {
		req.Header.Set("Authorization", "Bearer "+r.Bearer.Reveal())
	}
	if r.IsQuery {
		req.Header["X-Idempotency-Key"] = nil // tells the transport, and is not sent
	}
	res, err := c.client().Do(req)
	if err != nil {
		c.failures.Add(1)
		return Response{}, t.explain(ctx, err)
	}
	defer res.Body.Close()
	t.phase.Store(int32(reading))
	body, err := read(res, cmp.Or(r.Limit, MaxBody))
	if err != nil {
		c.failures.Add(1)
		return Response{}, t.explain(ctx, err)
	}
	return Response{res.StatusCode, res.Header, body, time.Since(start)}, nil
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
