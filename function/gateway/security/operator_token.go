package security

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

const maxToken = 8 << 10 // bytes; the usual limit of a header

// A TokenInput is the input of [ValidateToken].
type TokenInput struct {
	Token core.Secret `json:"token" required:"true" doc:"token of Home Assistant or of a linked account"`
}

// Check rejects what cannot be a token, without showing it.
func (in TokenInput) Check() error {
	t := in.Token.Reveal()
	switch {
	case t == "":
		return errors.New("field token is missing")
	case len(t) > maxToken:
		return fmt.Errorf("field token is %d bytes long; at most %d are allowed", len(t), maxToken)
	case len(t) > len("bearer ") && strings.EqualFold(t[:len("bearer ")], "bearer "):
		return errors.New("field token begins with Bearer; give the token alone")
	case strings.Trim(t, `"'`) != t:
		return errors.New("field token has quotation marks around it; give the token alone")
	case strings.TrimSpace(t) != t:
		return errors.New("field token begins or ends with a space or a newline: remove it")
	case strings.ContainsFunc(t, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("field token has a character that no token has, such as a space: copy it again")
	}
	return nil
}

// TokenResult is the output of [ValidateToken]. Only the issuer can verify a token.
type TokenResult struct {
	Shape    string        `json:"shape" doc:"jwt (as of Home Assistant), amazon (of Login with Amazon) or opaque"`
	Length   int           `json:"length" unit:"characters"`
	Expires  *time.Time    `json:"expires,omitempty" doc:"expiry that a JWT states, not verified"`
	Left     *core.Seconds `json:"left_seconds,omitempty" doc:"time until then; 0 if it has passed" unit:"s"`
	Expired  bool          `json:"expired" doc:"whether it has passed"`
	Verified bool          `json:"verified" doc:"always false: only the issuer can verify a token"`
}

func validateToken(_ context.Context, in TokenInput) (TokenResult, error) {
	t := in.Token.Reveal()
	f := TokenResult{Shape: "opaque", Length: len(t)}
	if kind, _, ok := strings.Cut(t, "|"); ok && amazon(kind) == 0 {
		f.Shape = "amazon"
	}
	if isJWT(t) {
		f.Shape = "jwt"
	}
	if at, ok := Expiry(in.Token); ok {
		left := max(0, time.Until(at))
		utc, seconds := at.UTC(), core.Seconds(left)
		f.Expires, f.Left, f.Expired = &utc, &seconds, left == 0
	}
	return f, nil
}

// isJWT reports whether t has the three parts of a JWT, the first two of which are
// objects.
func isJWT(t string) bool {
	parts := strings.Split(t, ".")
	if len(parts) != 3 || parts[2] == "" {
		return false
	}
	for _, part := range parts[:2] {
		b, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil || json.Unmarshal(b, &map[string]json.RawMessage{}) != nil {
			return false
		}
	}
	return true
}
