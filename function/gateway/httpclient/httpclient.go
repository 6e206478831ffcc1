// Package httpclient is the HTTP client gateway: the one way out.
//
//	operation     input        output
//	make_request  Request      Response
//	status        StatusInput  Status
//
// There is one pool of connections. Every time-out is the deadline of the
// context; what it cut off, dial, handshake, first byte or body, is in the error.
package httpclient

import (
	"errors"
	"net/http"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations of the gateway.
var (
	// MakeRequest sends a request and reads the whole answer.
	MakeRequest = core.Define[Request, Response](core.HTTPClient, "make_request",
		"Send one HTTP request and return the whole answer, whatever its status.")

	// GetStatus returns what the pool of connections did so far.
	GetStatus = core.Define[StatusInput, Status](core.HTTPClient, "status",
		"Return what the pool of connections did since the process started.")
)

// A Request is an HTTP request.
type Request struct {
	Method  string      `json:"method,omitempty" doc:"default: GET"`
	URL     string      `json:"url"`
	Header  http.Header `json:"header,omitempty"`
	Body    []byte      `json:"body,omitempty" doc:"base64"`
	Bearer  core.Secret `json:"-"` // a token for the Authorization header
	Limit   int64       `json:"limit,omitempty" doc:"how long the answer may be; default: 6 MiB, what Lambda can return" unit:"B"`
	IsQuery bool        `json:"is_query,omitempty" doc:"it may be sent again, on a new connection, when an idle one turns out to be dead"`
}

// Check refuses a request without a URL.
func (r Request) Check() error {
	if r.URL == "" {
		return errors.New("field url is missing")
	}
	if r.Limit < 0 {
		return errors.New("field limit is negative")
	}
	return nil
}

// A Response is the answer to a [Request], read whole.
type Response struct {
	Status   int           `json:"status"`
	Header   http.Header   `json:"header"`
	Body     []byte        `json:"body" doc:"base64"`
	Duration time.Duration `json:"duration_ns" doc:"from the first byte out to the last byte in" unit:"ns"`
}

// A StatusInput is the input of [GetStatus].
type StatusInput struct{}

// A Status is what the pool of connections did since the process started.
type Status struct {
	Requests int64 `json:"requests"`
	Failures int64 `json:"failures" doc:"requests that got no whole answer"`
	Dialled  int64 `json:"dialled" doc:"new connections"`
	Reused   int64 `json:"reused" doc:"requests on a connection that was there"`
	Resumed  int64 `json:"resumed" doc:"TLS handshakes that took up an older session"`
}

// Bind binds the operations of the gateway to d, served by c.
func Bind(d *core.Dispatcher, c *Client) {
	core.Handle(d, MakeRequest, c.makeRequest)
	core.Handle(d, GetStatus, c.status)
}
