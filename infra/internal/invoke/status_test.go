package invoke_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func TestShowStatus(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status wire.Status
		want   []string
		not    string
	}{
		{"well", wire.Status{OverallHealth: 100, Version: "v1.2.3"}, []string{"100 of 100  here\n", "version   v1.2.3\n", "answered  nothing yet"}, "certificate"},
		{"an older function", wire.Status{}, []string{"version   not known"}, ""},
		{"a certificate", wire.Status{Certificate: &wire.Certificate{DaysLeft: 47}}, []string{"certificate  expires in 47 days"}, ""},
		{"a bad certificate", wire.Status{Certificate: &wire.Certificate{DaysLeft: 47, Problem: "it is for another name"}}, []string{"certificate  it is for another name"}, "47"},
		{"failures", wire.Status{
			OverallHealth: 70, Directives: 2, SkillRequests: 1, SuccessRate: 0.5, Reasons: []string{"1 of 2 failed"},
			LastFailures: []wire.FailureCount{{Cause: "bad_gateway", Count: 3, Said: "the proxy answered 502"}},
		}, []string{" 70 of 100", "  - 1 of 2 failed\n", "directives: 2, skill requests: 1; of the latest 50 % succeeded", "3 x bad gateway", "the proxy answered 502"}, "nothing yet"},
		{"a gateway", wire.Status{Gateways: map[string]wire.Health{
			"http_client": {Points: 90, Reasons: []string{"it is slow"}, Facts: map[string]any{"requests": 2.0, "retries": 0.0}},
		}}, []string{" 90 of 100  http client  requests 2\n", "- it is slow"}, "retries"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			invoke.ShowStatus(ui.Paint(&b, false), tt.status, "here")
			for _, want := range tt.want {
				if !strings.Contains(b.String(), want) {
					t.Errorf("no %q in:\n%s", want, b.String())
				}
			}
			if tt.not != "" && strings.Contains(b.String(), tt.not) {
				t.Errorf("%q in:\n%s", tt.not, b.String())
			}
		})
	}
}
