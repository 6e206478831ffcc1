package main

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	stack "github.com/hearthgate/hearthgate/constructs"
	"github.com/hearthgate/hearthgate/infra/docs"
)

// addMonitoring adds the alarms, their notifications, the stage's dashboard if it has one
// of its own, and in production the rollback of a version that raises an alarm.
func addMonitoring(scope awscdk.Stack, s config.Stage, layout monitoring.Layout, function *stack.Function) {
	alarms := stack.NewAlarms(scope, "Alarms", stack.AlarmsProps{
		Stage: s.Name, Alarms: monitoring.Alarms(s, layout.Dashboard(s.Name)),
		Version: function.Function.CurrentVersion().Version(), Notify: notified(scope, s),
	})
	if layout.HasOwn(s.Name) {
		var all string
		if overview, ok := layout.Overview(s.Name); ok {
			all = overview.Name()
		}
		stack.NewDashboard(scope, "Dashboards", stack.DashboardProps{
			Dashboard: monitoring.HomeDashboard(s, all).WithRunbook(docs.Section), Log: function.Log, Alarms: alarms.All,
		})
	}
	if s.Production {
		rollout := stack.NewRollout(scope, "Rollout", stack.RolloutProps{
			Alias: function.Alias, Alarms: alarms.Rollback,
		})
		suppress(rollout.Group, "AwsSolutions-IAM4", "CodeDeploy's role has the policy that AWS manages for this purpose: to shift a function's alias and to read alarms.")
	}
}

// notified returns who gets the alarms of each severity: the address, the topic, or with
// both those that page go to the topic.
func notified(scope awscdk.Stack, s config.Stage) map[monitoring.Severity]*stack.Notifications {
	var topic, address *stack.Notifications
	if s.AlarmEmail != "" {
		address = stack.NewNotifications(scope, "Notifications", stack.NotificationsProps{Email: s.AlarmEmail, AlarmPrefix: monitoring.AlarmPrefix(s.Name)})
	}
	if s.AlarmTopicARN != "" {
		topic = stack.NewNotifications(scope, "Pager", stack.NotificationsProps{TopicARN: s.AlarmTopicARN})
	}
	return map[monitoring.Severity]*stack.Notifications{monitoring.Page: cmp.Or(topic, address), monitoring.Mail: cmp.Or(address, topic)}
}

// NewOverview creates the stack with the dashboard that the stages of an account and
// region share.
func NewOverview(scope constructs.Construct, o monitoring.Overview, layout monitoring.Layout, version string) awscdk.Stack {
	this := awscdk.NewStack(scope, jsii.String(o.StackName()), &awscdk.StackProps{
		Env:                environmentOf(o.Account, o.Region),
		Description:        jsii.String("hearthgate: the dashboard of all homes in " + o.Region),
		Tags:               &map[string]*string{"project": jsii.String("hearthgate"), "hearthgate:version": &version},
		AnalyticsReporting: jsii.Bool(false),
	})
	onlyIn(this, o.Region, "The dashboard is of the homes in "+o.Region+" only. Set AWS_REGION to it.")
	stack.NewDashboard(this, "Dashboards", stack.DashboardProps{Dashboard: o.Dashboard(layout.HasOwn).WithRunbook(docs.Section)})
	return this
}
