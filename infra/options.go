package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
	stack "github.com/hearthgate/hearthgate/constructs"
)

// options adds what a stage has only if its file says so.
func options(scope awscdk.Stack, s config.Stage, function *stack.Function) {
	if s.Tracing {
		accept(function.Role, "AwsSolutions-IAM5", "X-Ray takes traces on * only: AWS offers nothing narrower.")
	}
	if s.Insights {
		accept(function.Role, "AwsSolutions-IAM4", "Lambda Insights comes with the policy that AWS keeps for it.")
	}
	if s.ExternalCache {
		table := stack.NewCacheTable(scope, "Cache", stack.CacheTableProps{})
		table.Open(function)
		accept(table.Table, "AwsSolutions-DDB3", "What a cache holds can be had again: no backup of it is worth its price.")
	}
	if s.WeeklyDoctor || s.KeepWarm {
		stack.NewSchedule(scope, "Schedule", stack.ScheduleProps{Alias: function.Alias, Doctor: s.WeeklyDoctor, KeepWarm: s.KeepWarm})
	}
	if s.Budget > 0 {
		stack.NewBudget(scope, "Budget", stack.BudgetProps{Name: config.StackName(s.Name), USD: s.Budget, Email: s.AlarmEmail})
	}
	if s.PermissionsBoundary != "" {
		boundary := awsiam.ManagedPolicy_FromManagedPolicyName(scope, jsii.String("Boundary"), &s.PermissionsBoundary)
		awsiam.PermissionsBoundary_Of(scope).Apply(boundary)
	}
}
