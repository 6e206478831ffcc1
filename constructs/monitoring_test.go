package constructs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"

	"github.com/hearthgate/hearthgate/constructs"
)

// monitored returns the template of a function with alarms, dashboards and a rollout.
func monitored(t *testing.T, email string) template {
	t.Helper()
	return synthesized(t, func(s awscdk.Stack) {
		f := function(t, s, nil)
		metrics := constructs.Metrics{Stage: "gate", Function: f.Function, Memory: 128}
		props := constructs.AlarmsProps{Metrics: metrics, Prefix: "gate-"}
		if email != "" {
			props.Notify = constructs.NewNotifications(s, "Notifications", constructs.NotificationsProps{Email: email, AlarmPrefix: "gate-"})
		}
		alarms := constructs.NewAlarms(s, "Alarms", props)
		constructs.NewDashboards(s, "Dashboards", constructs.DashboardsProps{Name: "gate", Metrics: metrics, Alarms: alarms.All, Log: f.Log})
		constructs.NewRollout(s, "Rollout", constructs.RolloutProps{Alias: f.Alias, Alarms: []interfacesawscloudwatch.IAlarmRef{alarms.Errors}})
	})
}

func TestAlarms(t *testing.T) {
	for email, notifies := range map[string]bool{"": false, "owner@example.com": true} {
		tpl := monitored(t, email)
		alarms := tpl.of("AWS::CloudWatch::Alarm")
		if n := len(alarms); n < 5 || n > 10 {
			t.Errorf("%d alarms, want 5 to 10: 10 are free", n)
		}
		for _, a := range alarms {
			name := fmt.Sprint(a.Properties["AlarmName"])
			section := strings.TrimPrefix(name, "gate-")
			has(t, a.Properties, `"TreatMissingData":"notBreaching"`, constructs.RunbookURL+"#"+section)
			if got := a.Properties["AlarmActions"] != nil && a.Properties["OKActions"] != nil; got != notifies {
				t.Errorf("%s notifies: %v, want %v", name, got, notifies)
			}
		}
	}
}

func TestNotifications(t *testing.T) {
	tpl := monitored(t, "owner@example.com")
	has(t, tpl.only(t, "AWS::SNS::Subscription").Properties, `"Protocol":"email"`, `"Endpoint":"owner@example.com"`)
	has(t, tpl.only(t, "AWS::SNS::TopicPolicy").Properties, "cloudwatch.amazonaws.com", "aws:SourceAccount", ":alarm:gate-*", `"aws:SecureTransport":"false"`)
	if topic := tpl.only(t, "AWS::SNS::Topic"); topic.Properties["KmsMasterKeyId"] != nil {
		t.Error("the topic is encrypted, so CloudWatch cannot publish to it")
	}
}

func TestDashboards(t *testing.T) {
	var names []string
	for _, board := range monitored(t, "").of("AWS::CloudWatch::Dashboard") {
		names = append(names, fmt.Sprint(board.Properties["DashboardName"]))
		has(t, board.Properties, "runbook.md")
	}
	slices.Sort(names)
	if want := []string{"gate", "gate-alarms", "gate-detail"}; !slices.Equal(names, want) {
		t.Errorf("dashboards %v, want %v", names, want)
	}
}

func TestRollout(t *testing.T) {
	tpl := monitored(t, "")
	group := tpl.only(t, "AWS::CodeDeploy::DeploymentGroup").Properties
	has(t, group, "LambdaLinear10PercentEvery1Minute", "DEPLOYMENT_STOP_ON_ALARM", `"Name":{"Ref":"AlarmsErrors`)
	has(t, tpl.only(t, "AWS::Lambda::Alias").UpdatePolicy, "CodeDeployLambdaAliasUpdate")
}
