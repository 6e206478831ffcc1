package main

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestOptions turns each switch on and looks for what it makes, which is not there
// while it is off.
func TestOptions(t *testing.T) {
	tests := []struct {
		name   string
		change func(*config.Stage)
		marks  []string // in the template only when the switch is on
	}{
		{"tracing", func(s *config.Stage) { s.Tracing = true }, []string{`"TracingConfig"`, "xray:PutTraceSegments"}},
		{"insights", func(s *config.Stage) { s.Insights = true }, []string{"CloudWatchLambdaInsightsExecutionRolePolicy", `"Layers"`}},
		{"reserved concurrency", func(s *config.Stage) { s.ReservedConcurrency = 3 }, []string{`"ReservedConcurrentExecutions": 3`}},
		{"permissions boundary", func(s *config.Stage) { s.PermissionsBoundary = "bound" }, []string{`"PermissionsBoundary"`, "policy/bound"}},
		{"budget", func(s *config.Stage) { s.Budget, s.AlarmEmail = 5, "owner@example.com" }, []string{"AWS::Budgets::Budget", "FORECASTED"}},
		{"weekly doctor", func(s *config.Stage) { s.WeeklyDoctor = true }, []string{"lambda.diagnose", "cron(0 3 ? * MON *)"}},
		{"keep warm", func(s *config.Stage) { s.KeepWarm = true }, []string{"lambda.status", "rate(5 minutes)"}},
	}
	off := string(templates()["dev"].text)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tpl := changed(t, "dev", tt.change)
			on := string(tpl.text)
			if strings.Contains(tpl.report, `"Non-Compliant"`) {
				t.Errorf("cdk-nag is not content:\n%s", tpl.report)
			}
			for _, mark := range tt.marks {
				if !strings.Contains(on, mark) {
					t.Errorf("on, the template lacks %s", mark)
				}
				if strings.Contains(off, mark) {
					t.Errorf("off, the template has %s", mark)
				}
			}
		})
	}
}

// TestScheduleCallsTheAlias looks that the clock may call the alias, and each rule
// only for itself.
func TestScheduleCallsTheAlias(t *testing.T) {
	tpl := changed(t, "dev", func(s *config.Stage) { s.WeeklyDoctor, s.KeepWarm = true, true })
	permissions := tpl.of("AWS::Lambda::Permission")
	if len(permissions) != 2 {
		t.Errorf("%d permissions, want one for each of 2 rules", len(permissions))
	}
	for _, p := range permissions {
		on, _ := p.Properties["FunctionName"].(map[string]any)
		ref, _ := on["Ref"].(string)
		if p.Properties["SourceArn"] == nil || tpl.Resources[ref].Type != "AWS::Lambda::Alias" {
			t.Errorf("permission %v, want one on the alias for one rule", p.Properties)
		}
	}
}
