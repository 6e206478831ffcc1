package httpclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// MaxBody is how long a request and an answer may be unless something else is
// said: what Lambda can take and return, in bytes.
const MaxBody = 6 << 20

// A Request is an HTTP request.
type Request struct {
	Method  string      `json:"method,omitempty" doc:"default: GET"`
	URL     string      `json:"url" required:"true" doc:"http or https, with a host"`
	Header  http.Header `json:"header,omitempty" doc:"a list of values for each name"`
	Body    []byte      `json:"body,omitempty" doc:"base64"`
	Bearer  core.Secret `json:"-"` // a token for the Authorization header
	Limit   int64       `json:"limit,omitempty" doc:"how long the answer may be; default: that of the configuration" unit:"B"`
	IsQuery bool        `json:"is_query,omitempty" doc:"it changes nothing, so it may be sent a second time when the first got no answer"`
}

// Check refuses a request that cannot be sent.
func (r Request) Check() error {
	if err := checkURL("url", r.URL); err != nil {
		return err
	}
	if r.Limit < 0 {
		return errors.New("field limit is negative")
	}
	if r.Method != "" && !isToken(r.Method) {
		return fmt.Errorf("field method is %.20q: one such as GET or POST is wanted", r.Method)
	}
	for name, values := range r.Header {
		for _, v := range values {
			if err := checkHeader("header", name, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// A Response is the answer to a [Request], read whole.
type Response struct {
	Status   int           `json:"status"`
	Header   http.Header   `json:"header"`
	Body     []byte        `json:"body" doc:"base64"`
	Duration time.Duration `json:"duration_ns" doc:"from when it was asked for to the last byte in" unit:"ns"`
}

// makeRequest sends r, and once more where the package says so.
func (c *Client) makeRequest(ctx context.Context, r Request) (Response, error) {
	res, _, err := c.send(ctx, r)
	return res, err
}

// send is makeRequest; it returns the last attempt too.
func (c *Client) send(ctx context.Context, r Request) (res Response, a *attempt, err error) {
	w := c.current()
	u, err := url.Parse(r.URL)
	if err != nil {
		return res, nil, core.Errorf(core.Invalid, core.CauseBadRequest, "the request cannot be made: field url is not an address")
	}
	if limit := cmp.Or(w.config.BodyLimit, MaxBody); int64(len(r.Body)) > limit {
		return res, nil, core.Errorf(core.Invalid, core.CauseTooLarge, "field body is %d bytes long; at most %d are sent", len(r.Body), limit)
	}
	if t := w.config.Request.Duration(); t > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, t)
		defer cancel()
	}
	route, marks := w.route(u), w.marks(ctx)
	for again := false; ; {
		a = &attempt{client: c, route: route, marks: marks, request: &r, secrets: w.secrets(u), limit: cmp.Or(r.Limit, w.config.AnswerLimit, MaxBody)}
		if res, err = a.run(ctx, u); err == nil {
			break
		}
		if route.widen(a.transport, err) {
			continue
		}
		if again || !a.mayRepeat(ctx) {
			break
		}
		again, marks = true, marks.last()
		c.counts.retries.Add(1)
		route.renew(a.transport)
	}
	c.counts.note(err)
	return res, a, err
}

// body hands out a request's body once. It is no type that net/http could rewind:
// on its own it would repeat a request over HTTP/2 that the far side has broken
// off with PROTOCOL_ERROR, which does not say that nothing was done.
type body struct{ io.Reader }

func (body) Close() error { return nil }

func checkURL(field, text string) error {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return fmt.Errorf("field %s is missing", field)
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("field %s is not an address: one such as https://home.example.org:8123 is wanted", field)
	case u.User != nil:
		return fmt.Errorf("field %s has a user in it, which anyone could read: leave it out", field)
	}
	return nil
}

func checkHeader(field, name, value string) error {
	if !isToken(name) {
		return fmt.Errorf("field %s has the name %.40q, which no header can have", field, name)
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return fmt.Errorf("field %s.%s has a control character in it", field, name)
	}
	return nil
}

// isToken reports whether s can be a method or the name of a header (RFC 9110).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
	})
}
