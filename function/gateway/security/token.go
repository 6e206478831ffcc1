package security

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Expiry returns the time at which a JWT says it expires; ok is false for one that does
// not say so, and for other tokens. It does not verify the token.
func Expiry(token core.Secret) (at time.Time, ok bool) {
	parts := strings.Split(token.Reveal(), ".")
	if len(parts) != 3 {
		return time.Time{}, false
	}
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return time.Time{}, false
	}
	var claims struct {
		Exp float64 `json:"exp"`
	}
	if json.Unmarshal(b, &claims) != nil || claims.Exp <= 0 || claims.Exp > 1<<40 {
		return time.Time{}, false
	}
	return time.Unix(int64(claims.Exp), 0), true
}
