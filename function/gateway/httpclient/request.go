package httpclient

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	facts "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// MaxBody is the default limit of a request's body and of a response, in bytes: what
// Lambda can take and return.
const MaxBody = facts.MaxPayload

// A Request is an HTTP request.
type Request struct {
	Method     string        `json:"method,omitempty" doc:"default: GET"`
	URL        string        `json:"url" required:"true" doc:"http or https, with a host"`
	Header     http.Header   `json:"header,omitempty" doc:"a list of values for each name"`
	Body       []byte        `json:"body,omitempty" doc:"base64"`
	Bearer     core.Secret   `json:"-"` // a token for the Authorization header
	Query      core.Secret   `json:"-"` // the query of the URL, where it is secret
	Limit      int64         `json:"limit,omitempty" doc:"maximum length of the response; default: the configuration's" unit:"B"`
	Idempotent bool          `json:"idempotent,omitempty" doc:"it may be sent twice, so it is retried if the first attempt got no response"`
	Once       bool          `json:"-"` // it is never retried
	Reuse      time.Duration `json:"-"` // how long the 200 response of an idempotent GET may be reused; default: not at all
}

// Check returns an error that names the field that is wrong.
func (r Request) Check() error {
	if err := checkURL("url", r.URL); err != nil {
		return err
	}
	if r.Limit < 0 {
		return errors.New("field limit is negative")
	}
	if r.Method != "" && !isToken(r.Method) {
		return fmt.Errorf("field method is %.20q: expected one such as GET or POST", r.Method)
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

// CacheKey returns the key that stands for r and how long its response may be reused:
// a digest of URL, token and headers, which reveals none of them. The key is "" if the
// response must not be reused.
func (r Request) CacheKey() (key string, ttl time.Duration) {
	if r.Reuse <= 0 || !r.Idempotent || cmp.Or(r.Method, http.MethodGet) != http.MethodGet || len(r.Body) > 0 {
		return "", 0
	}
	digest := sha256.New()
	fmt.Fprintf(digest, "%q %q %q", r.URL, r.Bearer.Reveal(), r.Query.Reveal())
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		fmt.Fprintf(digest, " %q %q", name, r.Header[name])
	}
	return hex.EncodeToString(digest.Sum(nil)), r.Reuse
}

// A Response is the whole response to a [Request]. One that may be reused is shared:
// do not modify it.
type Response struct {
	Status   int           `json:"status"`
	Header   http.Header   `json:"header"`
	Body     []byte        `json:"body" doc:"base64"`
	Duration time.Duration `json:"duration_ns" doc:"of the last attempt, until the last byte of the response" unit:"ns"`
	Reused   bool          `json:"reused" doc:"the connection of the last attempt existed before; known of a failed request too"`

	Unsent     bool          `json:"-"` // of a failed request: not a byte of it was sent
	Attempts   int           `json:"-"` // how often it was tried, 1 without a retry; known of a failed request too
	Connecting time.Duration `json:"-"` // of the last attempt, until it had a connection, or failed before; known of a failed request too
	Expires    time.Time     `json:"-"` // when the server's certificate does; the zero time without a TLS handshake in the last attempt
}

// Revoked reports whether a cached r must not be reused: only a 200 may be.
func (r Response) Revoked() bool { return r.Status != http.StatusOK }

// makeRequest sends r and retries it where the package comment says so.
func (s sender) makeRequest(ctx context.Context, r Request) (Response, error) {
	res, _, err := s.send(ctx, r)
	return res, err
}

// send is makeRequest; it returns the last attempt too.
func (s sender) send(ctx context.Context, r Request) (res Response, a *attempt, err error) {
	cc := s.current()
	u, err := url.Parse(r.URL)
	if err != nil {
		return res, nil, core.Errorf(core.Invalid, core.CauseBadRequest, "the request cannot be made: field url is not an address")
	}
	if err := s.check(u); err != nil {
		return res, nil, err
	}
	if r.Query != "" {
		u.RawQuery = r.Query.Reveal()
	}
	if limit := cmp.Or(cc.config.BodyLimit, MaxBody); int64(len(r.Body)) > limit {
		return res, nil, core.Errorf(core.Invalid, core.CauseTooLarge, "field body is %d bytes long: the maximum is %d", len(r.Body), limit)
	}
	if t := cc.config.Request.Duration(); t > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, t)
		defer cancel()
	}
	transports, deadlines := cc.transports(u), newPhaseDeadlines(ctx, cc.config.Timeouts)
	tries, sent := 0, false
	for {
		tries++
		a = &attempt{
			client: s.Client, byName: s.byName, request: &r, secrets: cc.secretHeaders(u), limit: cmp.Or(r.Limit, cc.config.AnswerLimit, MaxBody),
			transport: transports.current(), deadlines: deadlines,
		}
		if res, err = a.run(ctx, u); err == nil {
			break
		}
		sent = sent || a.sent()
		if transports.fallBackToSystemRoots(a.transport, err) {
			continue
		}
		if deadlines.final || r.Once || !a.mayRetry(ctx) {
			break
		}
		deadlines.final = true
		s.counts.retries.Add(1)
		transports.abandonConnections(a.transport)
	}
	s.counts.record(err)
	a.measure(&res)
	res.Attempts, res.Unsent = tries, err != nil && !sent
	return res, a, err
}

// body is a request's body that is read once. net/http must not be able to rewind it:
// it would retry a request by itself that the server has ended with HTTP/2's
// PROTOCOL_ERROR, which does not say that nothing was done.
type body struct{ io.Reader }

func (body) Close() error { return nil }

func checkURL(field, text string) error {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return fmt.Errorf("field %s is missing", field)
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("field %s is not an address: expected one such as https://home.example.org:8123", field)
	case u.User != nil:
		return fmt.Errorf("field %s contains a user, which anyone could read: leave it out", field)
	}
	return nil
}

func checkHeader(field, name, value string) error {
	if !isToken(name) {
		return fmt.Errorf("field %s has the name %.40q, which is not valid in HTTP", field, name)
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return fmt.Errorf("field %s.%s contains a control character", field, name)
	}
	return nil
}

// isToken reports whether s is a token of RFC 9110, as methods and header names are.
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
	})
}
