package main

import (
	"net/url"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/hearthgate/hearthgate/config"
	stack "github.com/hearthgate/hearthgate/constructs"
)

// addMonitoring adds the alarms, their notifications, the dashboards, and in
// production the rollback of a version that raises an alarm.
func addMonitoring(scope awscdk.Stack, s config.Stage, function *stack.Function) {
	prefix := config.StackName(s.Name) + "-"
	metrics := stack.Metrics{Stage: s.Name, Function: function.Function, Memory: s.Memory}
	var notify *stack.Notifications
	if s.AlarmEmail != "" || s.AlarmTopicARN != "" {
		notify = stack.NewNotifications(scope, "Notifications", stack.NotificationsProps{
			TopicARN: s.AlarmTopicARN, Email: s.AlarmEmail, AlarmPrefix: prefix,
		})
	}
	alarms := stack.NewAlarms(scope, "Alarms", stack.AlarmsProps{
		Metrics: metrics, Prefix: prefix, Home: homeName(s), Notify: notify,
		Skill:  s.SmartHomeSkillID != "" || s.CustomSkillID != "",
		Doctor: s.WeeklyDoctor, Rollback: s.Production,
	})
	stack.NewDashboards(scope, "Dashboards", stack.DashboardsProps{
		Name: config.StackName(s.Name), Metrics: metrics, Alarms: alarms.All, Log: function.Log,
	})
	if s.Production {
		rollout := stack.NewRollout(scope, "Rollout", stack.RolloutProps{
			Alias: function.Alias, Alarms: alarms.Rollback,
		})
		suppress(rollout.Group, "AwsSolutions-IAM4", "CodeDeploy's role has the policy that AWS manages for this purpose: to shift a function's alias and to read alarms.")
	}
}

// homeName returns what the alarms' mails call the home: the stage's name, and the host
// where there is one.
func homeName(s config.Stage) string {
	if home, err := url.Parse(s.URL); err == nil && home.Hostname() != "" {
		return s.Name + " (" + home.Hostname() + ")"
	}
	return s.Name
}
