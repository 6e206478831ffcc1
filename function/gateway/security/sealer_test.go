package security_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// withToken returns an Authorizer whose Sealer has the key of a token.
func withToken(token core.Secret) *security.Authorizer {
	s := new(security.Sealer)
	s.SetToken(token)
	return security.New(security.Options{Sealer: s})
}

// sealed returns what encrypt answers.
func sealed(t testing.TB, k *security.Authorizer, text, context string) string {
	t.Helper()
	var e security.Encrypted
	got := run(t, k, "encrypt", `{"text":`+quoted(text)+`,"context":`+quoted(context)+`}`)
	if err := json.Unmarshal([]byte(got), &e); err != nil {
		t.Fatalf("%.200s: %v", got, err)
	}
	return e.Sealed
}

func TestSeal(t *testing.T) {
	k := withToken("a token")
	for name, text := range map[string]string{"short": "a", "not ASCII": "Tür\n", "huge": strings.Repeat("hearthgate ", 50000)} {
		t.Run(name, func(t *testing.T) {
			s := sealed(t, k, text, "test")
			if s == sealed(t, k, text, "test") {
				t.Error("the same text is the same twice when it is sealed")
			}
			raw, err := base64.RawURLEncoding.DecodeString(s)
			if err != nil || len(text) > 8 && bytes.Contains(raw, []byte(text[:8])) {
				t.Errorf("the text is in it, or it is no base64: %v", err)
			}
			// Whoever has the same token opens it, in another process too.
			var d security.Decrypted
			got := run(t, withToken("a token"), "decrypt", `{"sealed":"`+s+`","context":"test"}`)
			if err := json.Unmarshal([]byte(got), &d); err != nil || d.Text != text {
				t.Errorf("got %.200s, want the text that was sealed", got)
			}
		})
	}
}

func TestSealIsNotOpened(t *testing.T) {
	k := withToken("a token")
	s := sealed(t, k, "text", "test")
	raw, _ := base64.RawURLEncoding.DecodeString(s)
	changed := func(at int) string {
		b := bytes.Clone(raw)
		b[at] ^= 1
		return base64.RawURLEncoding.EncodeToString(b)
	}
	const other, foreign, noKey = "invalid: security.decrypt: it was sealed with another token or context, or was changed since", "invalid: security.decrypt: it was not sealed by this function, or is cut off", "not_found: security.decrypt: there is no key"
	for name, tt := range map[string]struct {
		token                 core.Secret
		sealed, context, want string
	}{
		"another token":   {"b token", s, "test", other},
		"no token":        {"", s, "test", noKey},
		"another context": {"a token", s, "tess", other},
		"no context":      {"a token", s, "", other},
		"another version": {"a token", changed(0), "test", foreign},
		"another nonce":   {"a token", changed(1), "test", other},
		"another text":    {"a token", changed(13), "test", other},
		"another seal":    {"a token", changed(len(raw) - 1), "test", other},
		"cut off":         {"a token", s[:20], "test", foreign},
		"a byte short":    {"a token", base64.RawURLEncoding.EncodeToString(raw[:len(raw)-1]), "test", other},
		"a byte too long": {"a token", base64.RawURLEncoding.EncodeToString(append(bytes.Clone(raw), 0)), "test", other},
		"no base64":       {"a token", "%%%", "test", "field sealed is not base64url"},
		"nothing":         {"a token", "", "test", "field sealed is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			got := run(t, withToken(tt.token), "decrypt", `{"sealed":"`+tt.sealed+`","context":"`+tt.context+`"}`)
			if !strings.Contains(got, tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	if got := run(t, withToken(""), "encrypt", `{"text":"a"}`); !strings.HasPrefix(got, "not_found: security.encrypt: there is no key") {
		t.Errorf("without a token: got %s", got)
	}
}

// TestTokenIsRenewed checks that the key follows the token.
func TestTokenIsRenewed(t *testing.T) {
	s := new(security.Sealer)
	s.SetToken("a token")
	k := security.New(security.Options{Sealer: s})
	before := sealed(t, k, "text", "")
	s.SetToken("b token")
	if got := run(t, k, "decrypt", `{"sealed":"`+before+`"}`); !strings.HasPrefix(got, "invalid: ") {
		t.Errorf("what was sealed with the token before is opened: %s", got)
	}
	if got := run(t, k, "decrypt", `{"sealed":"`+sealed(t, k, "text", "")+`"}`); got != `{"text":"text"}` {
		t.Errorf("got %s, want the text", got)
	}
	s.SetToken("a token")
	if got := run(t, k, "decrypt", `{"sealed":"`+before+`"}`); got != `{"text":"text"}` {
		t.Errorf("got %s, want the text, as the token is the first one again", got)
	}
	s.SetToken("")
	if got := run(t, k, "decrypt", `{"sealed":"`+before+`"}`); !strings.HasPrefix(got, "not_found: ") {
		t.Errorf("got %s, want that there is no key", got)
	}
}

func FuzzOpen(f *testing.F) {
	k := new(security.Sealer)
	k.SetToken("a token")
	good, err := k.Seal([]byte("text"), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good[:len(good)-1])
	f.Fuzz(func(t *testing.T, b []byte) {
		if text, err := k.Open(b, nil); err == nil && (!bytes.Equal(b, good) || string(text) != "text") {
			t.Errorf("%x was opened: %q", b, text)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	k := new(security.Sealer)
	k.SetToken("a token")
	text := make([]byte, 4<<10)
	b.ReportAllocs()
	for b.Loop() {
		s, err := k.Seal(text, nil)
		if err == nil {
			_, err = k.Open(s, nil)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
