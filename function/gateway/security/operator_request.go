package security

import (
	"context"
	"encoding/json"
	"unicode/utf8"

	facts "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// Limits of a request.
const (
	MaxRequest = facts.MaxPayload
	MaxDepth   = 64 // of nested objects and arrays
)

// A RequestInput is the input of [ValidateRequest].
type RequestInput struct {
	Body json.RawMessage `json:"body" required:"true" doc:"the request as received"`
}

// RequestResult is the output of [ValidateRequest] for a valid request.
type RequestResult struct {
	Bytes int `json:"bytes" unit:"B"`
	Depth int `json:"depth" doc:"depth of nested objects and arrays"`
}

func validateRequest(_ context.Context, in RequestInput) (RequestResult, error) {
	f := RequestResult{Bytes: len(in.Body), Depth: depth(in.Body)}
	switch {
	case f.Bytes == 0:
		return f, core.Errorf(core.Invalid, core.CauseInput, "field body is empty; expected a JSON object")
	case f.Bytes > MaxRequest:
		return f, core.Errorf(core.Invalid, core.CauseInput, "field body is %d bytes long; at most %d are allowed", f.Bytes, MaxRequest)
	case f.Depth > MaxDepth:
		return f, core.Errorf(core.Invalid, core.CauseInput, "field body is %d levels deep; at most %d are allowed", f.Depth, MaxDepth)
	case !utf8.Valid(in.Body):
		return f, core.Errorf(core.Invalid, core.CauseInput, "field body is not UTF-8")
	case !json.Valid(in.Body):
		return f, core.Errorf(core.Invalid, core.CauseInput, "field body is not JSON")
	}
	return f, nil
}

// depth returns the depth of the brackets of b that are outside strings.
func depth(b []byte) int {
	now, most := 0, 0
	quoted := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			now++
			most = max(most, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return most
}
