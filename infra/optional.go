package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
	stack "github.com/hearthgate/hearthgate/constructs"
)

// addOptional adds the resources that a stage has only if its file asks for them.
func addOptional(scope awscdk.Stack, s config.Stage, function *stack.Function) {
	if s.Tracing {
		suppress(function.Role, "AwsSolutions-IAM5", "X-Ray accepts permissions on * only.")
	}
	if s.Insights {
		suppress(function.Role, "AwsSolutions-IAM4", "Lambda Insights uses the policy that AWS manages for it.")
	}
	if s.ExternalCache {
		table := stack.NewCacheTable(scope, "Cache", stack.CacheTableProps{})
		table.GrantAccess(function)
		suppress(table.Table, "AwsSolutions-DDB3", "A cache needs no backup: its entries can be fetched again.")
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
