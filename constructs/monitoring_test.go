package constructs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/hearthgate/hearthgate/constructs"
)

// monitored returns the template of a function with alarms, dashboards and a rollout.
func monitored(t *testing.T, notify *constructs.NotificationsProps) template {
	t.Helper()
	return synthesized(t, func(s awscdk.Stack) {
		f := function(t, s, nil)
		metrics := constructs.Metrics{Stage: "gate", Function: f.Function, Memory: 128}
		props := constructs.AlarmsProps{Metrics: metrics, Prefix: "gate-", Home: "gate (home.example.com)", Skill: true, Rollback: true}
		if notify != nil {
			props.Notify = constructs.NewNotifications(s, "Notifications", *notify)
		}
		alarms := constructs.NewAlarms(s, "Alarms", props)
		constructs.NewDashboards(s, "Dashboards", constructs.DashboardsProps{Name: "gate", Metrics: metrics, Alarms: alarms.All, Log: f.Log})
		constructs.NewRollout(s, "Rollout", constructs.RolloutProps{Alias: f.Alias, Alarms: alarms.Rollback})
	})
}

var (
	toOwner = &constructs.NotificationsProps{Email: "owner@example.com", AlarmPrefix: "gate-"}
	toTopic = &constructs.NotificationsProps{TopicARN: "arn:aws:sns:us-east-1:111122223333:pager"}
)

// TestAlarms checks what each alarm does: whether it notifies, how many periods raise it
// and what it makes of missing data.
func TestAlarms(t *testing.T) {
	want := map[string]struct {
		notifies bool
		of       string
		missing  string
	}{
		"breaker": {false, "3 of 60", "ignore"}, "success": {false, "1 of 1", "ignore"},
		"failures": {false, "4 of 60", "ignore"}, "slow": {false, "4 of 60", "ignore"},
		"rollback-errors": {false, "1 of 1", "notBreaching"}, "rollback-failures": {false, "1 of 1", "notBreaching"},
		"errors": {true, "1 of 1", "notBreaching"}, "stale": {true, "3 of 120", "notBreaching"},
		"flood": {true, "2 of 3", "notBreaching"}, "silence": {true, "3 of 3", "breaching"},
	}
	for name, notify := range map[string]*constructs.NotificationsProps{"nobody": nil, "owner": toOwner, "topic": toTopic} {
		t.Run(name, func(t *testing.T) {
			tpl := monitored(t, notify)
			alarms := tpl.of("AWS::CloudWatch::Alarm")
			if len(alarms) != len(want) {
				t.Errorf("%d alarms, want %d: 10 are free", len(alarms), len(want))
			}
			for _, a := range alarms {
				section := strings.TrimPrefix(fmt.Sprint(a.Properties["AlarmName"]), "gate-")
				w := want[section]
				has(t, a.Properties, fmt.Sprintf(`"TreatMissingData":%q`, w.missing), constructs.RunbookURL+"#"+section)
				if got := fmt.Sprintf("%v of %v", a.Properties["DatapointsToAlarm"], a.Properties["EvaluationPeriods"]); got != w.of {
					t.Errorf("%s is raised by %s periods, want %s", section, got, w.of)
				}
				checkActions(t, a, w.notifies && notify != nil)
			}
			outage := tpl.only(t, "AWS::CloudWatch::CompositeAlarm")
			checkActions(t, outage, notify != nil)
			has(t, outage.Properties, `"AlarmName":"gate-outage"`, "the home gate (home.example.com)", constructs.RunbookURL+"#outage",
				"AlarmsBreaker", "AlarmsSuccess", "AlarmsFailures", "AlarmsSlow", ` OR (ALARM(`, ` AND (ALARM(`)
		})
	}
}

// checkActions checks that an alarm sends something when it begins, or nothing, and
// never anything when it ends.
func checkActions(t *testing.T, alarm resource, notifies bool) {
	t.Helper()
	if got := alarm.Properties["AlarmActions"] != nil; got != notifies {
		t.Errorf("%s notifies: %v, want %v", alarm.Properties["AlarmName"], got, notifies)
	}
	if alarm.Properties["OKActions"] != nil || alarm.Properties["InsufficientDataActions"] != nil {
		t.Errorf("%s sends a second mail", alarm.Properties["AlarmName"])
	}
}

func TestNotifications(t *testing.T) {
	tpl := monitored(t, toOwner)
	has(t, tpl.only(t, "AWS::SNS::Subscription").Properties, `"Protocol":"email"`, `"Endpoint":"owner@example.com"`)
	has(t, tpl.only(t, "AWS::SNS::TopicPolicy").Properties, "cloudwatch.amazonaws.com", "aws:SourceAccount", ":alarm:gate-*", `"aws:SecureTransport":"false"`)
	if topic := tpl.only(t, "AWS::SNS::Topic"); topic.Properties["KmsMasterKeyId"] != nil {
		t.Error("the topic is encrypted, so CloudWatch cannot publish to it")
	}
}

// TestExistingTopic checks that a topic that exists is notified and not made.
func TestExistingTopic(t *testing.T) {
	tpl := monitored(t, toTopic)
	for _, kind := range []string{"AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::Subscription"} {
		if n := len(tpl.of(kind)); n != 0 {
			t.Errorf("%d of %s, want none", n, kind)
		}
	}
	has(t, tpl.only(t, "AWS::CloudWatch::CompositeAlarm").Properties, `"AlarmActions":["`+toTopic.TopicARN+`"]`)
}

func TestDashboards(t *testing.T) {
	var names []string
	for _, board := range monitored(t, nil).of("AWS::CloudWatch::Dashboard") {
		names = append(names, fmt.Sprint(board.Properties["DashboardName"]))
		has(t, board.Properties, "runbook.md")
	}
	slices.Sort(names)
	if want := []string{"gate", "gate-alarms", "gate-detail"}; !slices.Equal(names, want) {
		t.Errorf("dashboards %v, want %v", names, want)
	}
}

// TestRollout checks that a deployment is rolled back by alarms that watch its own
// version, and that they do so before the alias is shifted to it.
func TestRollout(t *testing.T) {
	tpl := monitored(t, nil)
	group := tpl.only(t, "AWS::CodeDeploy::DeploymentGroup").Properties
	has(t, group, "LambdaLinear10PercentEvery1Minute", "DEPLOYMENT_STOP_ON_ALARM", `"Name":{"Ref":"AlarmsRollbackErrors`, `"Name":{"Ref":"AlarmsRollbackFailures`)
	alias := tpl.only(t, "AWS::Lambda::Alias")
	has(t, alias.UpdatePolicy, "CodeDeployLambdaAliasUpdate")
	has(t, alias.DependsOn, "AlarmsRollbackErrors", "AlarmsRollbackFailures")
	for _, a := range tpl.of("AWS::CloudWatch::Alarm") {
		if strings.Contains(fmt.Sprint(a.Properties["AlarmName"]), "rollback") {
			has(t, a.Properties, `"Value":{"Fn::GetAtt":["GatewayFunctionCurrentVersion`)
		}
	}
}

// TestSuccessAxis checks that the success rate is drawn from 0 to 100.
func TestSuccessAxis(t *testing.T) {
	for _, board := range monitored(t, nil).of("AWS::CloudWatch::Dashboard") {
		if board.Properties["DashboardName"] == "gate" {
			has(t, board.Properties, `Amazon warns below 85 %\",\"value\":85,\"yAxis\":\"left\"}]},\"yAxis\":{\"left\":{\"max\":100,\"min\":0`)
		}
	}
}
