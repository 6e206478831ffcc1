package lambda

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/hearthgate/hearthgate/function/core"
)

// A ProxyInput is the input of [CreateProxyResponse].
type ProxyInput struct {
	Body    json.RawMessage   `json:"body,omitempty" doc:"the answer: JSON, or a text, which is sent as it is"`
	Binary  []byte            `json:"binary,omitempty" doc:"an answer that is no text, in base64; instead of body"`
	Kind    string            `json:"kind,omitempty" doc:"the kind of failure, such as unreachable; decides the status"`
	Status  int               `json:"status,omitempty" doc:"HTTP status; default: that of kind, 200 without one, 204 without a body"`
	Headers map[string]string `json:"headers,omitempty" doc:"of the reply; default: a content type that fits the body"`
}

// Check rejects what cannot be an HTTP reply.
func (in ProxyInput) Check() error {
	switch {
	case in.Status != 0 && (in.Status < 100 || in.Status > 599):
		return fmt.Errorf("field status is %d; expected a number from 100 to 599", in.Status)
	case len(in.Body) > 0 && len(in.Binary) > 0:
		return fmt.Errorf("field body and field binary are both set: a reply has one body")
	}
	return nil
}

// A ProxyResponse is a reply as API Gateway expects it.
type ProxyResponse struct {
	Status  int               `json:"statusCode"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Base64  bool              `json:"isBase64Encoded"`
}

// httpStatus is the HTTP status of each kind of failure.
var httpStatus = [...]int{
	core.Internal:     http.StatusInternalServerError,
	core.Invalid:      http.StatusBadRequest,
	core.Unauthorized: http.StatusUnauthorized,
	core.Expired:      http.StatusUnauthorized,
	core.Forbidden:    http.StatusForbidden,
	core.NotFound:     http.StatusNotFound,
	core.Unreachable:  http.StatusBadGateway,
	core.Unavailable:  http.StatusServiceUnavailable,
	core.RateLimited:  http.StatusTooManyRequests,
	core.Gone:         http.StatusGone,
}

func createProxyResponse(_ context.Context, in ProxyInput) (ProxyResponse, error) {
	r := ProxyResponse{Status: in.Status, Headers: map[string]string{}}
	body, contentType := in.text()
	if r.Status == 0 {
		r.Status = http.StatusOK
		if body == "" {
			r.Status = http.StatusNoContent
		}
		if in.Kind != "" {
			i := slices.IndexFunc(core.Kinds(), func(k core.Kind) bool { return k.String() == in.Kind })
			if i < 0 {
				return r, core.Errorf(core.Invalid, core.CauseInput, "field kind is %.40q, unknown failure kind", in.Kind)
			}
			r.Status = httpStatus[core.Kinds()[i]]
		}
	}
	if contentType != "" {
		r.Headers["Content-Type"] = contentType
	}
	for name, value := range in.Headers {
		maps.DeleteFunc(r.Headers, func(have, _ string) bool { return http.CanonicalHeaderKey(have) == http.CanonicalHeaderKey(name) })
		r.Headers[http.CanonicalHeaderKey(name)] = value
	}
	r.Body, r.Base64 = body, !utf8.ValidString(body)
	if r.Base64 {
		r.Body = base64.StdEncoding.EncodeToString([]byte(body))
	}
	return r, nil
}

// text returns the body and its content type.
func (in ProxyInput) text() (body, contentType string) {
	var text string
	switch {
	case len(in.Binary) > 0:
		return string(in.Binary), "application/octet-stream"
	case len(in.Body) == 0 || string(in.Body) == "null":
		return "", ""
	case json.Unmarshal(in.Body, &text) == nil:
		return text, "text/plain; charset=utf-8"
	}
	return string(in.Body), "application/json"
}
