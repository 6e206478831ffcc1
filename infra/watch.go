package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"

	"github.com/hearthgate/hearthgate/config"
	stack "github.com/hearthgate/hearthgate/constructs"
)

// watch adds what tells whether the stage is well: alarms, whom they tell, what a
// person looks at then, and in production what takes a bad version back.
func watch(scope awscdk.Stack, s config.Stage, function *stack.Function) {
	prefix := config.StackName(s.Name) + "-"
	metrics := stack.Metrics{Stage: s.Name, Function: function.Function, Memory: s.Memory}
	var notify *stack.Notifications
	if s.AlarmEmail != "" {
		notify = stack.NewNotifications(scope, "Notifications", stack.NotificationsProps{Email: s.AlarmEmail, AlarmPrefix: prefix})
	}
	alarms := stack.NewAlarms(scope, "Alarms", stack.AlarmsProps{Metrics: metrics, Prefix: prefix, Notify: notify, Doctor: s.WeeklyDoctor})
	stack.NewDashboards(scope, "Dashboards", stack.DashboardsProps{
		Name: config.StackName(s.Name), Metrics: metrics, Alarms: alarms.All, Log: function.Log,
	})
	if s.Production {
		rollout := stack.NewRollout(scope, "Rollout", stack.RolloutProps{
			Alias: function.Alias, Alarms: []interfacesawscloudwatch.IAlarmRef{alarms.Errors, alarms.Success},
		})
		accept(rollout.Group, "AwsSolutions-IAM4", "CodeDeploy's role has the policy that AWS keeps for just this: to shift a function's alias and to read alarms.")
	}
}
