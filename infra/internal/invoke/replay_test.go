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
