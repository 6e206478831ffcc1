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
	URL string `json:"url" required:"true" doc:"a GET without a token is sent to it; any response proves the connection"`
}

// Check returns an error if the URL is not an address.
func (in WarmUpInput) Check() error { return checkURL("url", in.URL) }

// A Timing is how long each phase of a request took.
type Timing struct {
	Status    int          `json:"status" doc:"of the response"`
	Protocol  string       `json:"protocol,omitempty" doc:"of TLS, such as TLS 1.3; absent without TLS and on a reused connection"`
	Reused    bool         `json:"reused" doc:"the connection existed before"`
	Resumed   bool         `json:"resumed" doc:"the TLS handshake resumed a session"`
	Dial      core.Seconds `json:"dial_seconds" doc:"resolving the name and connecting; 0 on a reused connection"`
	Handshake core.Seconds `json:"handshake_seconds" doc:"of TLS; 0 on a reused connection"`
	FirstByte core.Seconds `json:"first_byte_seconds" doc:"of the response, from when the connection was ready"`
	Whole     core.Seconds `json:"whole_seconds" doc:"of the last attempt, until the last byte of the response"`
}

func (s sender) warmUp(ctx context.Context, in WarmUpInput) (Timing, error) {
	return s.probe(ctx, in.URL)
}

// probe sends a GET to url and measures it.
func (s sender) probe(ctx context.Context, url string) (Timing, error) {
	const maxResponse = 64 << 10
	res, a, err := s.send(ctx, Request{Method: http.MethodGet, URL: url, Limit: maxResponse, Idempotent: true})
	if err != nil {
		return Timing{}, err
	}
	t := a.timing()
	t.Status, t.Whole = res.Status, core.Seconds(res.Duration)
	return t, nil
}

// timing returns the phases of an attempt that succeeded.
func (a *attempt) timing() Timing {
	a.mu.Lock()
	defer a.mu.Unlock()
	between := func(from, to phase) core.Seconds {
		if a.began[from].IsZero() || a.began[to].IsZero() {
			return 0
		}
		return core.Seconds(max(time.Nanosecond, a.began[to].Sub(a.began[from])))
	}
	t := Timing{Reused: a.reused, FirstByte: between(sending, reading)}
	if a.reused {
		return t
	}
	t.Dial = between(resolving, sending)
	if a.tls != nil {
		t.Dial, t.Handshake = between(resolving, tlsHandshake), between(tlsHandshake, sending)
		t.Protocol, t.Resumed = tls.VersionName(a.tls.Version), a.tls.DidResume
	}
	return t
}
