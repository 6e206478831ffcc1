package security

import (
	"context"
	"regexp"
	"sync"
)

// A RedactInput is the input of [Redact].
type RedactInput struct {
	Text string `json:"text" doc:"JSON or any other text"`
}

// Redacted is a text without secrets.
type Redacted struct {
	Text  string `json:"text"`
	Found int    `json:"found" doc:"how many secrets were replaced"`
}

func redact(_ context.Context, in RedactInput) (Redacted, error) {
	text, n := Scrub(in.Text)
	return Redacted{text, n}, nil
}

const mask = "[secret]"

// patterns are made at the first use, so that a cold start does not pay for them.
var patterns = sync.OnceValue(func() (p struct{ fields, shapes *regexp.Regexp }) {
	// A field is a secret by its name, whatever it holds: a string, a list or an
	// object without brackets inside, or the rest of the value when it is cut off.
	p.fields = regexp.MustCompile(`(?i)("(?:[a-z_]*token|access_?key(?:_?id)?|secret[a-z_]*|authorization|password|passwd|cookie|code|grant|client_?secret|api_?key|private_?key)"\s*:\s*)("(?:[^"\\]|\\.)*"?|\[[^\[\]]*\]?|\{[^{}]*\}?|[^\s,}\]]+)`)
	// A value is a secret by its shape: a JWT, Login with Amazon's tokens, a
	// bearer, an AWS key, a PEM private key, a token in a query.
	p.shapes = regexp.MustCompile(`(?s)eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?` +
		`|At[czr][a-z]?\|[A-Za-z0-9+/=_|-]+` +
		`|(?i:bearer)\s+[A-Za-z0-9+/=_.~|-]+` +
		`|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b` +
		`|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)` +
		`|(?i:(?:access_token|refresh_token|client_secret|code|password)=)[^&\s"]+`)
	return p
})

// Scrub returns text with every secret replaced by "[secret]", and how many there
// were. What it cannot tell from a secret it takes for one.
func Scrub(text string) (string, int) {
	n := 0
	p := patterns()
	text = p.fields.ReplaceAllStringFunc(text, func(s string) string {
		n++
		return p.fields.FindStringSubmatch(s)[1] + `"` + mask + `"`
	})
	text = p.shapes.ReplaceAllStringFunc(text, func(string) string { n++; return mask })
	return text, n
}
