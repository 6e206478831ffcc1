package redact_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/ui/redact"
)

func TestJSON(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"scope", `{"directive":{"endpoint":{"scope":{"type":"BearerToken","token":"canary"}}}}`, `{"directive":{"endpoint":{"scope":{"token":"[secret]","type":"BearerToken"}}}}`},
		{"correlation", `{"correlationToken":"canary"}`, `{"correlationToken":"[secret]"}`},
		{"grant", `{"grant":{"code":"canary"}}`, `{"grant":{"code":"[secret]"}}`},
		{"any case", `{"Token":"canary"}`, `{"Token":"[secret]"}`},
		{"in a list", `[{"token":["canary"]}]`, `[{"token":"[secret]"}]`},
		{"cookie", `{"cookie":{"k":"v"},"n":1.50}`, `{"cookie":{"k":"v"},"n":1.50}`},
		{"named secret, anywhere", `{"message":"the canary sings"}`, `{"message":"the [secret] sings"}`},
		{"no JSON", `canary`, `"[not JSON]"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := string(redact.JSON([]byte(tt.in), "", "canary"))
			if got != tt.want || strings.Contains(got, "canary") {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestLine(t *testing.T) {
	const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJjYW5hcnkifQ.canary-signature"
	for _, tt := range []struct{ name, in, want string }{
		{"nothing in it, as it is", `{"b":1, "a":"the bearer token is wrong"}`, `{"b":1, "a":"the bearer token is wrong"}`},
		{"redacted already", `{"b":1, "token":"[secret]"}`, `{"b":1, "token":"[secret]"}`},
		{"a field", `{"b":1, "access_token":"canary"}`, `{"access_token":"[secret]","b":1}`},
		{"in a sentence", `{"error":"refused ` + jwt + `, 401"}`, `{"error":"refused [secret], 401"}`},
		{"a header in text", "GET /api/ Authorization: Bearer canary-0123456789-abc HTTP/1.1", "GET /api/ Authorization: [secret] HTTP/1.1"},
		{"Login with Amazon", "token Atza|canary-IwEBIA is wrong", "token [secret] is wrong"},
		{"named", "panic: canary", "panic: [secret]"},
		{"text", "REPORT RequestId: 1", "REPORT RequestId: 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := redact.Line(tt.in, "canary"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
