package main_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/deploy/iampolicy"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// enforces has AWS allow the person this policy and nothing else.
func (o *owner) enforces(p iampolicy.Policy) {
	o.t.Helper()
	allowed, err := fakeaws.Evaluate(p.JSON())
	if err != nil {
		o.t.Fatal(err)
	}
	o.cloud.Enforce(allowed)
}

// rightsOf returns the stage of the tests and the policy of a purpose with it.
func rightsOf(purpose iampolicy.Purpose) iampolicy.Policy {
	s := config.NewStage("dev")
	s.Region = "eu-west-1"
	return iampolicy.For(s, fakeaws.AccountID, purpose)
}

// everything is what a person does with a stage, in an order in which it can be done.
var everything = []struct {
	in   string
	code int
	args []string
}{
	{"", 2, []string{"doctor"}}, // before it is deployed: it looks in other regions
	{canary, 0, []string{"token"}},
	{"", 0, []string{"deploy"}},
	{"", 0, []string{"init", "--custom-skill", skillID, "--alarm-email", "owner@example.com", "--yes"}},
	{"", 0, []string{"deploy"}},
	{"", 0, []string{"deploy"}},
	{"", 0, []string{"status"}},
	{"", 0, []string{"doctor"}},
	{"", 0, []string{"logs"}},
	{"", 0, []string{"cost"}},
	{"", 0, []string{"policy"}},
	{"", 0, []string{"invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"}},
	{"", 0, []string{"op", "--allow", "--stage", "dev"}},
	{canary, 0, []string{"token", "--rotate"}},
	{"X-Gate: canary", 0, []string{"headers", "--offline"}},
	{"", 0, []string{"alarm", "--test"}},
	{"", 0, []string{"alarm", "--mute", "1h"}},
	{"", 0, []string{"alarm", "--list"}},
	{"", 0, []string{"alarm", "--unmute"}},
	{"", 0, []string{"rollback"}},
	{"", 0, []string{"rollback", "--list"}},
	{"", 0, []string{"history"}},
	{"", 0, []string{"deploy"}},
	{"", 0, []string{"destroy", "--yes"}},
}

// TestThePolicyIsEnough does everything with the policy of deploy and no other right, and
// then checks that it needed each action and each resource of it.
func TestThePolicyIsEnough(t *testing.T) {
	o := prepared(t)
	o.sees(o.types("", "deploy", "--bootstrap"), 0)
	o.sees(o.types("", "destroy", "--yes"), 0)
	policy := rightsOf(iampolicy.Deploy)
	if got := o.types("", "iam-policy").out; got != string(policy.JSON())+"\n" {
		t.Fatalf("the command prints %s", got)
	}
	o.enforces(policy)
	o.cloud.SetParameter("eu-west-1", fakeaws.Parameter{Name: "/hearthgate/dev/home-assistant/token", Type: "String", Value: "in clear"})
	before := len(o.cloud.Rights())
	for _, does := range everything {
		if r := o.types(does.in, does.args...); r.code != does.code || strings.Contains(r.out+r.err, "does not allow") {
			t.Errorf("%s: code %d, want %d: %s%s", strings.Join(does.args, " "), r.code, does.code, r.out, r.err)
		}
	}
	var used []fakeaws.Right
	for _, r := range o.cloud.Rights()[before:] {
		if r.By == fakeaws.Person {
			used = append(used, r)
		}
	}
	needed := func(without iampolicy.Policy) bool {
		allowed, err := fakeaws.Evaluate(without.JSON())
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(used, func(r fakeaws.Right) bool { return !allowed(r.Action, r.Resource) })
	}
	for i, s := range policy {
		for j, action := range s.Actions {
			less := slices.Clone(policy)
			less[i].Actions = slices.Delete(slices.Clone(s.Actions), j, j+1)
			if len(less[i].Actions) == 0 {
				less = slices.Delete(less, i, i+1)
			}
			if !needed(less) {
				t.Errorf("%s: nothing needs %s", s.Sid, action)
			}
		}
		for j, resource := range s.Resources {
			less := slices.Clone(policy)
			less[i].Resources = slices.Delete(slices.Clone(s.Resources), j, j+1)
			if len(less[i].Resources) == 0 {
				less = slices.Delete(less, i, i+1)
			}
			if !needed(less) {
				t.Errorf("%s: nothing needs %s", s.Sid, resource)
			}
		}
	}
	t.Logf("%d calls needed a right", len(used))
}

// TestARightIsMissing takes each statement away: the command that needs it names the right
// and where the policy is.
func TestARightIsMissing(t *testing.T) {
	o := prepared(t)
	o.sees(o.types("", "deploy", "--bootstrap"), 0)
	o.sees(o.types("", "init", "--alarm-email", "owner@example.com", "--yes"), 0)
	o.sees(o.types("", "deploy"), 0)
	o.sees(o.types("", "init", "--custom-skill", skillID, "--yes"), 0)
	o.sees(o.types("", "deploy"), 0)
	policy := rightsOf(iampolicy.Deploy)
	rows := []struct {
		sid  string
		code int
		args []string
		want []string
	}{
		{"ReadFunction", 1, []string{"logs"}, []string{"lambda:GetFunctionConfiguration on arn:aws:lambda:eu-west-1:111122223333:function:hearthgate-dev:live"}},
		{"ReadPermissions", 2, []string{"doctor"}, []string{"lambda:GetPolicy"}},
		{"ReadVersions", 1, []string{"rollback"}, []string{"lambda:GetAlias"}},
		{"ReadLog", 1, []string{"logs"}, []string{"logs:FilterLogEvents"}},
		{"ReadLists", 1, []string{"cost"}, []string{"cloudwatch:GetMetricStatistics"}},
		{"ReadFreeTier", 0, []string{"cost"}, []string{"freetier:GetFreeTierUsage"}},
		{"ReadTrail", 0, []string{"history"}, []string{"who deployed is not known", "cloudtrail:LookupEvents"}},
		{"ReadSubscribers", 0, []string{"doctor"}, []string{"sns:ListSubscriptionsByTopic"}},
		{"ReadStack", 0, []string{"doctor"}, []string{"cloudformation:DescribeStackResources", "cloudformation:GetTemplate"}},
		{"ReadAlarms", 1, []string{"alarm", "--list"}, []string{"cloudwatch:DescribeAlarmHistory on arn:aws:cloudwatch:eu-west-1:111122223333:alarm:hearthgate-dev-outage"}},
		{"ReadMuted", 1, []string{"alarm", "--list"}, []string{"cloudwatch:GetAlarmMuteRule on arn:aws:cloudwatch:eu-west-1:111122223333:alarm-mute-rule:hearthgate-dev-muted"}},
		{"MuteAlarms", 1, []string{"alarm", "--mute", "1h"}, []string{"nothing was muted", "cloudwatch:PutAlarmMuteRule on arn:aws:cloudwatch:eu-west-1:111122223333:alarm-mute-rule:hearthgate-dev-muted"}},
		{"ReadBootstrap", 1, []string{"deploy"}, []string{"- rights", "ssm:GetParameter on arn:aws:ssm:eu-west-1:111122223333:parameter/cdk-bootstrap/hnb659fds/version"}},
		{"UseSecrets", 1, []string{"token", "--offline"}, []string{"ssm:GetParameter on arn:aws:ssm:eu-west-1:111122223333:parameter/hearthgate/dev/home-assistant/token"}},
		{"Invoke", 1, []string{"status"}, []string{"lambda:InvokeFunction"}},
		{"RollBack", 1, []string{"rollback"}, []string{"lambda:UpdateAlias"}},
		{"TestAlarm", 1, []string{"alarm", "--test"}, []string{"cloudwatch:SetAlarmState on arn:aws:cloudwatch:eu-west-1:111122223333:alarm:hearthgate-dev-breaker"}},
		{"UseTheCDK", 1, []string{"deploy"}, []string{"- rights", "sts:AssumeRole on arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-eu-west-1"}},
		{"WatchStack", 0, []string{"deploy"}, []string{"! rights", "cloudformation:DescribeStackEvents on arn:aws:cloudformation:eu-west-1:111122223333:stack/hearthgate-dev/any"}},
	}
	for _, s := range policy {
		if s.Sid != "ReadOwnRights" && !slices.ContainsFunc(rows, func(r struct {
			sid  string
			code int
			args []string
			want []string
		}) bool {
			return r.sid == s.Sid
		}) {
			t.Errorf("no row takes %s away", s.Sid)
		}
	}
	for _, tt := range rows {
		t.Run(tt.sid, func(t *testing.T) {
			o.enforces(slices.DeleteFunc(slices.Clone(policy), func(s iampolicy.Statement) bool { return s.Sid == tt.sid }))
			defer o.cloud.Enforce(nil)
			o.sees(o.types(canary, tt.args...), tt.code, append(tt.want, "attach the policy that `hearthgate iam-policy", "these credentials")...)
		})
	}
	t.Run("ReadOwnRights", func(t *testing.T) {
		o.enforces(slices.DeleteFunc(slices.Clone(policy), func(s iampolicy.Statement) bool { return s.Sid == "ReadOwnRights" }))
		defer o.cloud.Enforce(nil)
		o.sees(o.types("", "deploy"), 0, "it answers")
	})
	t.Run("read and operate", func(t *testing.T) {
		o.enforces(rightsOf(iampolicy.Read))
		defer o.cloud.Enforce(nil)
		o.sees(o.types("", "logs"), 0)
		o.sees(o.types("", "cost"), 0)
		o.sees(o.types("", "rollback", "--list"), 0)
		o.sees(o.types("", "invoke", "discover", "--stage", "dev"), 1, "lambda:InvokeFunction")
		o.enforces(rightsOf(iampolicy.Operate))
		o.sees(o.types("", "status"), 0)
		o.sees(o.types(canary, "token", "--rotate"), 0)
		o.sees(o.types("", "deploy"), 0, "nothing changed")
		o.sees(o.types("", "init", "--alarm-email", "other@example.com", "--yes"), 0)
		o.sees(o.types("", "deploy"), 1, "hearthgate: these credentials may not use the CDK's role arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-eu-west-1 (sts:AssumeRole): attach the policy")
	})
	t.Run("other identities", func(t *testing.T) {
		o.enforces(iampolicy.Policy{{Sid: "None", Actions: []string{"a:b"}, Resources: []string{"*"}}})
		o.cloud.Identify("arn:aws:iam::111122223333:root")
		defer o.cloud.Identify("")
		o.cloud.Enforce(nil)
		o.sees(o.types("", "deploy"), 0, "it answers")
		o.cloud.Identify("arn:aws:sts::111122223333:assumed-role/Admin/owner")
		o.cloud.Enforce(func(action, resource string) bool { return action != "sts:AssumeRole" })
		o.sees(o.types("", "deploy"), 1, "- rights", "sts:AssumeRole")
		o.cloud.Enforce(nil)
		o.cloud.Identify("arn:aws:sts::111122223333:federated-user/owner")
		o.sees(o.types("", "deploy"), 0, "it answers")
	})
	t.Run("the command", func(t *testing.T) {
		o.sees(o.types("", "iam-policy", "--for", "operate", "--json"), 0, `"Sid": "Invoke"`)
		o.sees(o.types("", "iam-policy", "--for", "nothing"), 1, "write read, operate or deploy")
		o.sees(o.types("", "iam-policy", "--account", "1"), 1, "twelve digits")
		o.sees(o.types("", "iam-policy", "--account", "999900001111"), 0, "arn:aws:iam::999900001111:role/cdk-hnb659fds-deploy-role-999900001111-eu-west-1", "directives, `hearthgate status`")
		o.cloud.Deny("*", "ExpiredToken", "expired")
		defer o.cloud.Allow()
		o.sees(o.types("", "iam-policy"), 1, "have expired", "--account")
	})
}
