// Package iampolicy is what the person who runs hearthgate needs of IAM, by the names of a
// stage's resources. It is about that person, not about the function's role, which the
// stack has.
package iampolicy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Purpose is what a person does. Each includes the ones before it.
type Purpose string

// The purposes.
const (
	Read    Purpose = "read"    // logs, costs and the state of a stage
	Operate Purpose = "operate" // and sends directives, rotates tokens, rolls back
	Deploy  Purpose = "deploy"  // and deploys and destroys
)

// Purposes are all of them, from the least to the most.
var Purposes = []Purpose{Read, Operate, Deploy}

// A Statement allows actions on resources.
type Statement struct {
	Sid       string
	Actions   []string
	Resources []string
	Purpose   Purpose // the least that needs it
	Why       string  // for a person
	First     bool    // `hearthgate deploy` needs it itself; default: what comes later does
}

// A Policy is a document of IAM.
type Policy []Statement

// For returns the least that a person needs for a purpose with a stage in an account.
func For(s config.Stage, account string, purpose Purpose) Policy {
	n := names{s.Region, account, s.Name}
	var p Policy
	for _, statement := range n.statements(s) {
		if slices.Index(Purposes, statement.Purpose) <= slices.Index(Purposes, purpose) {
			p = append(p, statement)
		}
	}
	return p
}

// names makes the names of a stage's resources.
type names struct{ region, account, stage string }

func (n names) arn(service, resource string) string {
	return "arn:aws:" + service + ":" + n.region + ":" + n.account + ":" + resource
}

// statements returns all statements. Where an action takes no resource, it is *.
func (n names) statements(s config.Stage) []Statement {
	function := n.arn("lambda", "function:"+config.FunctionName(n.stage))
	// The doctor looks for the function in the other regions of Alexa too.
	anywhere := strings.Replace(function, n.region, "*", 1)
	named := config.StackName(n.stage) + "-*"
	topics := []string{n.arn("sns", named)}
	switch {
	case s.AlarmTopicARN != "" && s.AlarmEmail != "":
		topics = append(topics, s.AlarmTopicARN)
	case s.AlarmTopicARN != "":
		topics = []string{s.AlarmTopicARN}
	}
	certificates := n.arn("iot", "cert/*")
	var homes []string
	for _, at := range s.Each() {
		if at.HasRelay() {
			homes = append(homes, n.arn("iot", "policy/"+relay.HomeClient(at.RelayName())))
		}
	}
	stack := n.arn("cloudformation", "stack/"+config.StackName(n.stage)+"/*")
	all := []Statement{
		{"ReadFunction", []string{"lambda:GetFunctionConfiguration"}, []string{anywhere, anywhere + ":" + config.Alias}, Read, "the settings of the function", false},
		{"ReadPermissions", []string{"lambda:GetPolicy"}, []string{function, function + ":" + config.Alias}, Read, "which skills may invoke the function", false},
		{"ReadVersions", []string{"lambda:GetAlias", "lambda:ListVersionsByFunction"}, []string{function}, Read, "which version is in use", false},
		{"ReadLog", []string{"logs:FilterLogEvents"}, []string{n.arn("logs", "log-group:"+named)}, Read, "the log of the function", false},
		{"ReadLists", []string{"cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "logs:DescribeLogGroups"}, []string{"*"}, Read, "which alarms are on, how the home is doing, what the stage costs, and how long its log is kept: AWS allows these for all resources or none", false},
		{"ReadFreeTier", []string{"freetier:GetAccountPlanState", "freetier:GetFreeTierUsage"}, []string{"*"}, Read, "the plan of the account and what is free, for `hearthgate cost`", false},
		{"ReadSubscribers", []string{"sns:ListSubscriptionsByTopic"}, topics, Read, "who is notified of alarms", false},
		{"ReadStack", []string{"cloudformation:DescribeStackResources", "cloudformation:GetTemplate"}, []string{stack}, Read, "what belongs to the stage, and what was changed by hand", false},
		{"WatchStack", []string{"cloudformation:DescribeStacks", "cloudformation:DescribeStackEvents"}, []string{stack}, Read, "which version is deployed, and how far CloudFormation is", true},
		{"ReadTrail", []string{"cloudtrail:LookupEvents"}, []string{"*"}, Read, "who deployed, for `hearthgate history`: AWS allows this for all events or none", false},
		{"ReadAlarms", []string{"cloudwatch:DescribeAlarmHistory"}, []string{n.arn("cloudwatch", "alarm:"+named)}, Read, "`hearthgate alarm --list`", false},
		{"ReadMuted", []string{"cloudwatch:GetAlarmMuteRule"}, []string{n.arn("cloudwatch", "alarm-mute-rule:"+named)}, Read, "whether alarms are muted", false},
		{"ReadBootstrap", []string{"ssm:GetParameter"}, []string{n.arn("ssm", "parameter/cdk-bootstrap/hnb659fds/version")}, Read, "whether the account is prepared for the CDK", true},

		{"UseSecrets", []string{"ssm:GetParameter", "ssm:GetParametersByPath", "ssm:PutParameter", "ssm:AddTagsToResource", "ssm:DeleteParameter"}, []string{n.arn("ssm", "parameter"+config.ParameterPrefix(n.stage)+"/*")}, Operate, "the token and the secret headers, and the switch for operations", true},
		{"Invoke", []string{"lambda:InvokeFunction"}, []string{function + ":" + config.Alias}, Operate, "directives, `hearthgate status` and the function's own diagnosis", true},
		{"RollBack", []string{"lambda:UpdateAlias"}, []string{function}, Operate, "`hearthgate rollback`", false},
		{"TestAlarm", []string{"cloudwatch:SetAlarmState"}, []string{n.arn("cloudwatch", "alarm:"+named)}, Operate, "`hearthgate alarm --test`", false},

		{"MuteAlarms", []string{"cloudwatch:PutAlarmMuteRule", "cloudwatch:DeleteAlarmMuteRule"}, []string{n.arn("cloudwatch", "alarm-mute-rule:"+named), n.arn("cloudwatch", "alarm:"+named)}, Operate, "`hearthgate alarm --mute`", false},

		{"UseTheCDK", []string{"sts:AssumeRole"}, n.roles("deploy", "file-publishing", "lookup"), Deploy, "the roles that the CDK has in a prepared account: they upload and deploy", true},
		{"ReadOwnRights", []string{"iam:SimulatePrincipalPolicy"}, []string{"arn:aws:iam::" + n.account + ":user/${aws:username}"}, Deploy, "which of these rights are missing, before it begins", false},
	}
	if homes == nil {
		return all
	}
	return append(all,
		Statement{"ReadHomes", []string{"iot:ListTargetsForPolicy", "iot:GetPolicy"}, homes, Read, "which certificates the home may connect with", false},
		Statement{"ReadCertificates", []string{"iot:DescribeCertificate"}, []string{certificates}, Read, "how old they are: AWS gives them names that are not known before", false},
		Statement{"FindRelay", []string{"iot:DescribeEndpoint"}, []string{"*"}, Operate, "the host of the account's AWS IoT Core: AWS allows this for all or none", true},
		Statement{"SignHomes", []string{"iot:CreateCertificateFromCsr"}, []string{"*"}, Operate, "`hearthgate pair`: AWS allows this for all or none", false},
		Statement{"PairHomes", []string{"iot:AttachPolicy", "iot:DetachPolicy", "iot:UpdateCertificate", "iot:DeleteCertificate"}, []string{certificates}, Operate, "`hearthgate pair`, also with --revoke", false},
	)
}

// roles returns the names of roles that `cdk bootstrap` creates.
func (n names) roles(kinds ...string) []string {
	var all []string
	for _, kind := range kinds {
		all = append(all, fmt.Sprintf("arn:aws:iam::%s:role/cdk-hnb659fds-%s-role-%s-%s", n.account, kind, n.account, n.region))
	}
	return all
}

// JSON returns the policy as IAM reads it.
func (p Policy) JSON() []byte {
	type statement struct {
		Sid      string
		Effect   string
		Action   []string
		Resource []string
	}
	document := struct {
		Version   string
		Statement []statement
	}{Version: "2012-10-17"}
	for _, s := range p {
		document.Statement = append(document.Statement, statement{s.Sid, "Allow", s.Actions, s.Resources})
	}
	text, _ := json.MarshalIndent(document, "", "  ") // plain fields: cannot fail
	return text
}

// MarshalJSON returns the policy as IAM reads it.
func (p Policy) MarshalJSON() ([]byte, error) { return p.JSON(), nil }

// Show writes the policy, and nothing else: it is pasted into IAM.
func (p Policy) Show(to *ui.Screen) { to.Verbatim(p.JSON()) }

// Explain writes for a person what each statement is for.
func (p Policy) Explain(to *ui.Screen) {
	t := to.Table("  ")
	for _, s := range p {
		t.Row(s.Sid, s.Why+" ("+strings.Join(s.Actions, ", ")+")")
	}
	t.Flush()
}
