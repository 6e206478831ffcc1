package logview_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/logview"
)

func TestRedact(t *testing.T) {
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
			got := string(logview.Redact([]byte(tt.in), "", "canary"))
			if got != tt.want || strings.Contains(got, "canary") {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}
