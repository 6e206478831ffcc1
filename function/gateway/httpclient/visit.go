package httpclient

import (
	"context"
	"crypto/tls"
	"net/http"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A WarmUpInput is the input of [WarmUp].
type WarmUpInput struct {
	URL string `json:"url" required:"true" doc:"a GET is sent to it, without a token; whatever the answer is, the connection is there"`
}

// Check refuses an address that is none.
func (in WarmUpInput) Check() error { return checkURL("url", in.URL) }

// A Visit is what a request came to, phase by phase.
type Visit struct {
	Status    int          `json:"status" doc:"of the answer"`
	Protocol  string       `json:"protocol,omitempty" doc:"of TLS, such as TLS 1.3; absent without TLS, and on a connection that was there"`
	HTTP2     bool         `json:"http2" doc:"the connection, when it is new, is one of HTTP/2"`
	Reused    bool         `json:"reused" doc:"the connection was there"`
	Resumed   bool         `json:"resumed" doc:"the TLS handshake took up an older session"`
	Dial      core.Seconds `json:"dial_seconds" doc:"the look-up of the name and the connection; 0 for one that was there"`
	Handshake core.Seconds `json:"handshake_seconds" doc:"that of TLS"`
	FirstByte core.Seconds `json:"first_byte_seconds" doc:"from when there was a connection"`
	Whole     core.Seconds `json:"whole_seconds" doc:"all of it, the body and a repetition too"`
}

func (c *Client) warmUp(ctx context.Context, in WarmUpInput) (Visit, error) {
	return c.visit(ctx, in.URL)
}

func (c *Client) visit(ctx context.Context, url string) (Visit, error) {
	const enough = 64 << 10
	res, a, err := c.send(ctx, Request{Method: http.MethodGet, URL: url, Limit: enough, IsQuery: true})
	if err != nil {
		return Visit{}, err
	}
	v := a.visit()
	v.Status, v.Whole = res.Status, core.Seconds(res.Duration)
	return v, nil
}

// visit returns what the attempt, which succeeded, came to.
func (a *attempt) visit() Visit {
	a.mu.Lock()
	defer a.mu.Unlock()
	between := func(from, to phase) core.Seconds {
		if a.times[from].IsZero() || a.times[to].IsZero() {
			return 0
		}
		return core.Seconds(max(time.Nanosecond, a.times[to].Sub(a.times[from])))
	}
	v := Visit{Reused: a.reused, FirstByte: between(sending, reading)}
	if a.reused {
		return v
	}
	v.Dial = between(resolving, sending)
	if a.tls != nil {
		v.Dial, v.Handshake = between(resolving, shaking), between(shaking, sending)
		v.Protocol, v.HTTP2, v.Resumed = tls.VersionName(a.tls.Version), a.tls.NegotiatedProtocol == "h2", a.tls.DidResume
	}
	return v
}
