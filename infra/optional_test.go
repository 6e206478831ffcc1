package main

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestOptional turns each option on and checks for its resources, which are absent
// while it is off.
func TestOptional(t *testing.T) {
	tests := []struct {
		name   string
		change func(*config.Stage)
		marks  []string // in the template only when the option is on
	}{
		{"tracing", func(s *config.Stage) { s.Tracing = true }, []string{`"TracingConfig"`, "xray:PutTraceSegments"}},
		{"insights", func(s *config.Stage) { s.Insights = true }, []string{"CloudWatchLambdaInsightsExecutionRolePolicy", `"Layers"`}},
		{"reserved concurrency", func(s *config.Stage) { s.ReservedConcurrency = 3 }, []string{`"ReservedConcurrentExecutions": 3`}},
		{"permissions boundary", func(s *config.Stage) { s.PermissionsBoundary = "bound" }, []string{`"PermissionsBoundary"`, "policy/bound"}},
		{"budget", func(s *config.Stage) { s.Budget, s.AlarmEmail = 5, "owner@example.com" }, []string{"AWS::Budgets::Budget", "FORECASTED"}},
		{"external cache", func(s *config.Stage) { s.ExternalCache = true }, []string{"AWS::DynamoDB::Table", config.EnvCacheTable, "dynamodb:GetItem"}},
		{"weekly doctor", func(s *config.Stage) { s.WeeklyDoctor = true }, []string{`\"task\":\"doctor\"`, "cron(0 3 ? * MON *)", "hearthgate-dev-doctor"}},
		{"keep warm", func(s *config.Stage) { s.KeepWarm = true }, []string{`\"task\":\"keep_warm\"`, "rate(5 minutes)"}},
	}
	off := string(templates()["dev"].text)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tpl := changed(t, "dev", tt.change)
			on := string(tpl.text)
			if strings.Contains(tpl.report, `"Non-Compliant"`) {
				t.Errorf("cdk-nag has findings:\n%s", tpl.report)
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

// TestScheduleInvokesTheAlias checks that each rule has a permission of its own to
// invoke the alias.
func TestScheduleInvokesTheAlias(t *testing.T) {
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

// TestWildcardsHaveAReason turns every option on and checks that cdk-nag's report
// has a reason for each action that a role may do on *.
func TestWildcardsHaveAReason(t *testing.T) {
	reasons := map[string]string{ // action: words of the reason in the report
		"xray:PutTraceSegments":    "X-Ray accepts permissions on * only",
		"xray:PutTelemetryRecords": "X-Ray accepts permissions on * only",
	}
	tpl := changed(t, "dev", func(s *config.Stage) {
		s.Tracing, s.Insights, s.ExternalCache, s.WeeklyDoctor, s.KeepWarm = true, true, true, true, true
		s.PermissionsBoundary, s.Budget, s.AlarmEmail, s.ReservedConcurrency = "bound", 5, "owner@example.com", 3
	})
	wildcards := 0
	for id, r := range tpl.Resources {
		if !strings.HasPrefix(r.Type, "AWS::IAM::") {
			continue
		}
		walk(r.Properties, func(m map[string]any) {
			for _, on := range list(m["Resource"]) {
				arn, _ := on.(string)
				if m["Effect"] != "Allow" || !strings.Contains(arn, "*") {
					continue
				}
				for _, action := range list(m["Action"]) {
					wildcards++
					reason := reasons[action.(string)]
					if reason == "" || !strings.Contains(tpl.report, reason) {
						t.Errorf("%s allows %v on %s without a reason", id, action, arn)
					}
				}
			}
		})
	}
	if wildcards != len(reasons) {
		t.Errorf("%d actions on *, want the %d with a reason", wildcards, len(reasons))
	}
}

// TestCacheTable checks that the function has access to single entries of its own
// table.
func TestCacheTable(t *testing.T) {
	tpl := changed(t, "dev", func(s *config.Stage) { s.ExternalCache = true })
	tables := tpl.of("AWS::DynamoDB::Table")
	if len(tables) != 1 {
		t.Fatalf("%d tables, want 1", len(tables))
	}
	ttl, _ := tables[0].Properties["TimeToLiveSpecification"].(map[string]any)
	if ttl["AttributeName"] != config.CacheTableExpires || ttl["Enabled"] != true || tables[0].Properties["BillingMode"] != "PAY_PER_REQUEST" || tables[0].DeletionPolicy != "Delete" {
		t.Errorf("the table is %+v", tables[0])
	}
	granted := 0
	for _, p := range tpl.of("AWS::IAM::Policy") {
		walk(p.Properties, func(m map[string]any) {
			actions := list(m["Action"])
			if action, _ := actions[0].(string); !strings.HasPrefix(action, "dynamodb:") {
				return
			}
			granted++
			on, _ := m["Resource"].(map[string]any)
			of, _ := on["Fn::GetAtt"].([]any)
			if len(actions) != 3 || len(of) != 2 || tpl.Resources[of[0].(string)].Type != "AWS::DynamoDB::Table" {
				t.Errorf("the role may %v on %v", actions, m["Resource"])
			}
		})
	}
	if granted != 1 {
		t.Errorf("%d statements on tables, want 1", granted)
	}
}
