package security

import "strings"

// A certainty says where a name stands in front of a secret.
type certainty uint8

const (
	never    certainty = iota
	inQuery            // only as in code=...
	asField            // that, and as a field of JSON
	anywhere           // and as in a header or a sentence
)

// fields are whole names that stand in front of a secret.
var fields = map[string]certainty{
	"session": inQuery, "sid": inQuery,
	"code": asField, "authcode": asField, "authorizationcode": asField, "grantcode": asField, "devicecode": asField, "usercode": asField,
	"grant": asField, "pin": asField, "pass": asField, "pwd": asField, "sessionid": asField, "codeverifier": asField,
	"jwt": anywhere, "bearer": anywhere,
}

// endings are ends of names that stand in front of a secret.
var endings = []struct {
	text string
	sure certainty
}{
	{"token", anywhere}, {"tokens", anywhere}, {"authorization", anywhere}, {"apikey", anywhere},
	{"accesskey", anywhere}, {"accesskeyid", anywhere}, {"privatekey", anywhere},
	{"signature", asField}, {"credential", asField}, {"credentials", asField},
}

// parts are parts of names that stand in front of a secret.
var parts = []string{"secret", "password", "passwd", "passphrase", "cookie"}

// named returns where the value behind a name is a secret. Case, hyphens and
// underscores do not matter.
func named(name string) certainty {
	const enough = 64
	var buf [enough]byte
	at := enough
	for i := len(name) - 1; i >= 0 && at > 0; i-- {
		if c := name[i]; c != '-' && c != '_' {
			at--
			buf[at] = lower(c)
		}
	}
	bare := buf[at:]
	if sure := fields[string(bare)]; sure > never {
		return sure
	}
	for _, e := range endings {
		if len(bare) >= len(e.text) && string(bare[len(bare)-len(e.text):]) == e.text {
			return e.sure
		}
	}
	text := string(bare)
	for _, part := range parts {
		if strings.Contains(text, part) {
			return anywhere
		}
	}
	return never
}

// takesLine reports whether a header of that name can have a value with spaces.
func takesLine(name string) bool {
	has := func(part string) bool {
		for i := 0; i+len(part) <= len(name); i++ {
			if strings.EqualFold(name[i:i+len(part)], part) {
				return true
			}
		}
		return false
	}
	return has("authorization") || has("cookie")
}
