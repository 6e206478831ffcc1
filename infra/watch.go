package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/hearthgate/hearthgate/config"
	stack "github.com/hearthgate/hearthgate/constructs"
)

// watch adds what tells whether the stage is well: alarms, whom they tell, and
// what a person looks at then.
func watch(scope awscdk.Stack, s config.Stage, function *stack.Function) {
	prefix := config.StackName(s.Name) + "-"
	metrics := stack.Metrics{Stage: s.Name, Function: function.Function}
	var notify *stack.Notifications
	if s.AlarmEmail != "" {
		notify = stack.NewNotifications(scope, "Notifications", stack.NotificationsProps{Email: s.AlarmEmail, AlarmPrefix: prefix})
	}
	alarms := stack.NewAlarms(scope, "Alarms", stack.AlarmsProps{Metrics: metrics, Prefix: prefix, Notify: notify})
	stack.NewDashboard(scope, "Summary", stack.DashboardProps{Name: config.StackName(s.Name), Metrics: metrics, Alarms: alarms.All})
}
