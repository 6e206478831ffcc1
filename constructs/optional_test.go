package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/constructs"
)

func TestCacheTable(t *testing.T) {
	for name, want := range map[string]any{"": nil, "gate-cache": "gate-cache"} {
		tpl := synthesized(t, func(s awscdk.Stack) {
			constructs.NewCacheTable(s, "Cache", constructs.CacheTableProps{Name: name}).GrantAccess(function(t, s, nil))
		})
		table := tpl.only(t, "AWS::DynamoDB::Table")
		has(t, table.Properties, `"BillingMode":"PAY_PER_REQUEST"`, `"AttributeName":"`+config.CacheTableKey, `"AttributeName":"`+config.CacheTableExpires)
		if table.Properties["TableName"] != want || table.DeletionPolicy != "Delete" {
			t.Errorf("the table is %+v", table)
		}
		has(t, tpl.only(t, "AWS::Lambda::Function").Properties, config.EnvCacheTable)
		has(t, tpl.only(t, "AWS::IAM::Policy").Properties, "dynamodb:GetItem", `"Fn::GetAtt":["CacheTable`)
	}
}

func TestSchedule(t *testing.T) {
	for _, tt := range []struct {
		name         string
		doctor, warm bool
		want         []string
	}{
		{"neither", false, false, nil},
		{"doctor", true, false, []string{`\"task\":\"doctor\"`}},
		{"warm", false, true, []string{`\"task\":\"keep_warm\"`}},
		{"both", true, true, []string{`\"task\":\"doctor\"`, `\"task\":\"keep_warm\"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tpl := synthesized(t, func(s awscdk.Stack) {
				constructs.NewSchedule(s, "Schedule", constructs.ScheduleProps{Alias: function(t, s, nil).Alias, Doctor: tt.doctor, KeepWarm: tt.warm})
			})
			rules := tpl.of("AWS::Events::Rule")
			if len(rules) != len(tt.want) {
				t.Fatalf("%d rules, want %d", len(rules), len(tt.want))
			}
			for i, rule := range rules {
				has(t, rule.Properties, tt.want[i], `"MaximumRetryAttempts":0`, `"Arn":{"Ref":"GatewayAlias`)
			}
		})
	}
}

func TestBudget(t *testing.T) {
	tpl := synthesized(t, func(s awscdk.Stack) {
		constructs.NewBudget(s, "Budget", constructs.BudgetProps{Name: "gate", USD: 5, Email: "owner@example.com"})
	})
	has(t, tpl.only(t, "AWS::Budgets::Budget").Properties, `"Amount":5`, `"TimeUnit":"MONTHLY"`, `"ACTUAL"`, `"FORECASTED"`, "owner@example.com")
}
