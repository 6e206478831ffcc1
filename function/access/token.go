package access

import "github.com/hearthgate/hearthgate/function/core"

// maxToken is how long a token may be, in bytes: Amazon allows 2048, and what takes a
// request has room for some 8000 in a header.
const maxToken = 7 << 10

// CheckToken rejects a token of a linked account that no header can carry, before it is
// sent anywhere: neither the home nor Amazon is to blame for it.
func CheckToken(token core.Secret) error {
	text := token.Reveal()
	bad := len(text) > maxToken
	for i := 0; i < len(text) && !bad; i++ {
		bad = text[i] <= ' ' || text[i] > '~'
	}
	if !bad {
		return nil
	}
	return core.Errorf(core.Unauthorized, core.CauseUnknownToken, "the token of the linked account has characters that no token has, or is too long: disable and enable the skill in the Alexa app, to link the account again")
}
