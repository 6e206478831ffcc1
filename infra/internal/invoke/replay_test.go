package invoke_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/testkit/functionlog"
)

func TestReplayEvent(t *testing.T) {
	lines := functionlog.Read(t)
	for _, tt := range []struct{ name, record, payload, want, problem string }{
		{"line", lines.Cold, "", `"name":"TurnOn"`, ""},
		{"line whose directive says more", lines.Brightness, "", "", "--payload"},
		{"and with it", lines.Brightness, `{"brightness":40}`, `"payload":{"brightness":40}`, ""},
		{"with a broken one", lines.Brightness, `{`, "", "not JSON"},
		{"whole event", `{"directive":{"endpoint":{"scope":{"token":"[secret]"}}}}`, "", `{"directive":{"endpoint":{"scope":{"token":"a\"token"}}}}`, ""},
		{"line that failed", lines.Unreachable + "\n", "", `"endpointId":"switch#outlet"`, ""},
		{"line of no directive", lines.Other, "", "", "neither"},
		{"nonsense", "x", "", "", "neither"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := invoke.ReplayEvent([]byte(tt.record), tt.payload, `a"token`)
			if (err == nil) != (tt.problem == "") || err != nil && !strings.Contains(err.Error(), tt.problem) {
				t.Fatalf("error %v, want %q", err, tt.problem)
			}
			if err == nil && (!strings.Contains(string(got), tt.want) || !json.Valid(got)) {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// TestS9TokenInItsPlace checks that the token goes where that of the linked account was,
// and nowhere else that says [secret].
func TestS9TokenInItsPlace(t *testing.T) {
	const token = "linked-token"
	for name, tt := range map[string]struct{ event, want string }{
		"endpoint": {`{"directive":{"endpoint":{"scope":{"type":"BearerToken","token":"[secret]"},"endpointId":"light#a"}}}`,
			`{"directive":{"endpoint":{"scope":{"type":"BearerToken","token":"linked-token"},"endpointId":"light#a"}}}`},
		"Discover":    {`{"directive":{"payload":{"scope":{"token":"[secret]"}}}}`, `{"directive":{"payload":{"scope":{"token":"linked-token"}}}}`},
		"AcceptGrant": {`{"directive":{"payload":{"grantee":{"token":"[secret]"},"grant":{"code":"[secret]"}}}}`, `{"directive":{"payload":{"grantee":{"token":"linked-token"},"grant":{"code":"[secret]"}}}}`},
		"everywhere else": {`{"directive":{"header":{"correlationToken":"[secret]"},"endpoint":{"cookie":{"token":"[secret]"},"endpointId":"[secret]"},"payload":{"token":"[secret]","code":"[secret]","scope":"[secret]"}},"token":"[secret]"}`,
			`{"directive":{"header":{"correlationToken":"[secret]"},"endpoint":{"cookie":{"token":"[secret]"},"endpointId":"[secret]"},"payload":{"token":"[secret]","code":"[secret]","scope":"[secret]"}},"token":"[secret]"}`},
		"not hidden":     {`{"directive":{"endpoint":{"scope":{"token":"own"}}}}`, `{"directive":{"endpoint":{"scope":{"token":"own"}}}}`},
		"part of a text": {`{"directive":{"endpoint":{"scope":{"token":"a [secret]"}}}}`, `{"directive":{"endpoint":{"scope":{"token":"a [secret]"}}}}`},
		"values as they are": {`{"directive":{"payload":{"a":1.50,"b":[ 1 ],"scope":{"token":"\u005bsecret]","x":null}}}}`,
			`{"directive":{"payload":{"a":1.50,"b":[ 1 ],"scope":{"token":"linked-token","x":null}}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := invoke.ReplayEvent([]byte(tt.event), "", token)
			if err != nil || string(got) != tt.want {
				t.Errorf("got %s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}
