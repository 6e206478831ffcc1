package homestatus

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// token returns when the stored token expires; the zero time if it does not say.
func (t Target) token(ctx context.Context) (time.Time, error) {
	if !t.Stage.NeedsToken() {
		return time.Time{}, nil
	}
	token, err := t.Account.Secret(ctx, t.Stage.TokenParameterName())
	if err != nil {
		return time.Time{}, err
	}
	return expiry(token), nil
}

// expiry returns the time of expiry that a JSON web token states; the zero time if it
// states none.
func expiry(token string) time.Time {
	parts := strings.Split(token, ".")
	const header, payload, signature = 0, 1, 2
	if len(parts) != signature+1 || parts[header] == "" {
		return time.Time{}
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[payload])
	var claims struct {
		Exp float64 `json:"exp"`
	}
	if err != nil || json.Unmarshal(b, &claims) != nil || claims.Exp <= 0 {
		return time.Time{}
	}
	return time.Unix(int64(claims.Exp), 0)
}
