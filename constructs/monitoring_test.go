package constructs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/constructs"
)

// gate is a stage in production.
func gate() config.Stage {
	s := config.NewStage("gate")
	s.Production, s.Region, s.URL, s.SmartHomeSkillID = true, "us-east-1", "https://home.example.com", "a-skill"
	return s
}

// monitored returns the template of a function with alarms, a dashboard and a rollout.
func monitored(t *testing.T, page, mail *constructs.NotificationsProps) template {
	t.Helper()
	return synthesized(t, func(s awscdk.Stack) {
		f := function(t, s, nil)
		props := constructs.AlarmsProps{Stage: "gate", Alarms: monitoring.Alarms(gate(), "hearthgate-gate"), Version: f.Function.CurrentVersion().Version(), Notify: map[monitoring.Severity]*constructs.Notifications{}}
		if page != nil {
			props.Notify[monitoring.Page] = constructs.NewNotifications(s, "Page", *page)
		}
		if mail != nil {
			props.Notify[monitoring.Mail] = constructs.NewNotifications(s, "Mail", *mail)
		}
		alarms := constructs.NewAlarms(s, "Alarms", props)
		constructs.NewDashboard(s, "Dashboards", constructs.DashboardProps{Dashboard: monitoring.HomeDashboard(gate(), ""), Alarms: alarms.All, Log: f.Log})
		constructs.NewRollout(s, "Rollout", constructs.RolloutProps{Alias: f.Alias, Alarms: alarms.Rollback})
	})
}

var (
	toOwner = &constructs.NotificationsProps{Email: "owner@example.com", AlarmPrefix: "hearthgate-gate-"}
	toTopic = &constructs.NotificationsProps{TopicARN: "arn:aws:sns:us-east-1:111122223333:pager"}
)

// TestAlarms compares the alarms of a template with their description, and checks whom
// they notify.
func TestAlarms(t *testing.T) {
	for name, notify := range map[string]struct {
		page, mail *constructs.NotificationsProps
	}{
		"nobody": {}, "pages to a topic": {page: toTopic}, "pages to a topic, the rest to the owner": {toTopic, toOwner},
	} {
		t.Run(name, func(t *testing.T) {
			tpl := monitored(t, notify.page, notify.mail)
			found := map[string]resource{}
			for _, a := range slices.Concat(tpl.of("AWS::CloudWatch::Alarm"), tpl.of("AWS::CloudWatch::CompositeAlarm")) {
				found[fmt.Sprint(a.Properties["AlarmName"])] = a
			}
			all := monitoring.Alarms(gate(), "hearthgate-gate")
			if len(found) != len(all) {
				t.Errorf("%d alarms, want %d", len(found), len(all))
			}
			for _, want := range all {
				a := found[want.FullName("gate")]
				if got := a.Properties["AlarmDescription"]; got != want.Text {
					t.Errorf("%s says %q", want.Name, got)
				}
				to := map[monitoring.Severity]*constructs.NotificationsProps{monitoring.Page: notify.page, monitoring.Mail: notify.mail}[want.Severity]
				checkActions(t, a, to)
				if !want.Rule.IsZero() {
					continue
				}
				has(t, a.Properties, fmt.Sprintf(`"TreatMissingData":%q`, want.Missing), fmt.Sprintf(`"ComparisonOperator":%q`, want.When.Operator),
					fmt.Sprintf(`"Threshold":%v,`, want.When.Threshold), fmt.Sprintf(`"DatapointsToAlarm":%d,`, want.M), fmt.Sprintf(`"EvaluationPeriods":%d,`, want.N))
				if want.Watches.Expression != "" {
					has(t, a.Properties, strings.Trim(text(want.Watches.Expression), `"`))
				}
			}
			outage := tpl.only(t, "AWS::CloudWatch::CompositeAlarm")
			has(t, outage.Properties, "AlarmsBreaker", "AlarmsSuccess", "AlarmsFailures", "AlarmsSlow", ` OR (ALARM(`, ` AND (ALARM(`)
		})
	}
}

// checkActions checks that an alarm sends something when it begins, or nothing, and
// never anything when it ends.
func checkActions(t *testing.T, alarm resource, to *constructs.NotificationsProps) {
	t.Helper()
	actions := text(alarm.Properties["AlarmActions"])
	switch {
	case to == nil && actions != "null", to != nil && to.TopicARN != "" && actions != `["`+to.TopicARN+`"]`, to != nil && to.TopicARN == "" && !strings.Contains(actions, `"Ref":"MailTopic`):
		t.Errorf("%s notifies %s, want %v", alarm.Properties["AlarmName"], actions, to)
	}
	if alarm.Properties["OKActions"] != nil || alarm.Properties["InsufficientDataActions"] != nil {
		t.Errorf("%s sends a second mail", alarm.Properties["AlarmName"])
	}
}

func TestNotifications(t *testing.T) {
	tpl := monitored(t, toOwner, nil)
	has(t, tpl.only(t, "AWS::SNS::Subscription").Properties, `"Protocol":"email"`, `"Endpoint":"owner@example.com"`)
	has(t, tpl.only(t, "AWS::SNS::TopicPolicy").Properties, "cloudwatch.amazonaws.com", "aws:SourceAccount", ":alarm:hearthgate-gate-*", `"aws:SecureTransport":"false"`)
	if topic := tpl.only(t, "AWS::SNS::Topic"); topic.Properties["KmsMasterKeyId"] != nil {
		t.Error("the topic is encrypted, so CloudWatch cannot publish to it")
	}
}

// TestExistingTopic checks that a topic that exists is not made.
func TestExistingTopic(t *testing.T) {
	tpl := monitored(t, toTopic, toTopic)
	for _, kind := range []string{"AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::Subscription"} {
		if n := len(tpl.of(kind)); n != 0 {
			t.Errorf("%d of %s, want none", n, kind)
		}
	}
}

// TestRollout checks that a deployment is rolled back by alarms that watch its own
// version, and that they do so before the alias is shifted to it.
func TestRollout(t *testing.T) {
	tpl := monitored(t, nil, nil)
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

// TestIDs checks the logical ids of alarms and dashboard: under another one CloudFormation
// creates it again, and its name is taken.
func TestIDs(t *testing.T) {
	var ids []string
	for id, r := range monitored(t, nil, nil) {
		if strings.HasPrefix(r.Type, "AWS::CloudWatch::") {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	want := []string{
		"AlarmsBreakerC9FA8CCA", "AlarmsErrorsE6AA3AE1", "AlarmsFailures7BE837BE", "AlarmsFlood70EE1EB7", "AlarmsOutageA5AF6FF8",
		"AlarmsRollbackErrors8C8A6EBF", "AlarmsRollbackFailures59002B01", "AlarmsSilenceC954759E", "AlarmsSlow78068C4D",
		"AlarmsStale284486E9", "AlarmsSuccessADA2C727", "DashboardsSummary0242153F",
	}
	if !slices.Equal(ids, want) {
		t.Errorf("logical ids %v, want %v", ids, want)
	}
}
