package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiot"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
)

// PresenceRule emits [config.HomeOnline] each time the home behind a relay says that it is
// online, which it does again and again. Of a home that no one asks anything nothing else
// in CloudWatch says that it is there: AWS IoT Core reports connections only when they begin
// and end, from which an alarm cannot tell a restart from an outage, and counts everything
// else by account.
type PresenceRule struct {
	Role awsiam.Role // of the rule, which may emit metrics in the home's namespace
}

// newPresenceRule creates a PresenceRule of a home, by its name at the relay.
func newPresenceRule(scope constructs.Construct, home string) PresenceRule {
	name, namespace := relay.PresenceRule(home), config.PresenceNamespace(home)
	stack := awscdk.Stack_Of(scope)
	arn := stack.FormatArn(&awscdk.ArnComponents{Service: jsii.String("iot"), Resource: jsii.String("rule"), ResourceName: &name})
	role := awsiam.NewRole(scope, jsii.String("PresenceRole"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("iot.amazonaws.com"), &awsiam.ServicePrincipalOpts{Conditions: &map[string]any{
			"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()},
			"ArnEquals":    map[string]any{"aws:SourceArn": arn},
		}}),
	})
	role.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings("cloudwatch:PutMetricData"), Resources: jsii.Strings("*"),
		Conditions: &map[string]any{"StringEquals": map[string]any{"cloudwatch:namespace": namespace}},
	}))
	awsiot.NewCfnTopicRule(scope, jsii.String("Presence"), &awsiot.CfnTopicRuleProps{
		RuleName: &name,
		TopicRulePayload: &awsiot.CfnTopicRule_TopicRulePayloadProperty{
			AwsIotSqlVersion: jsii.String("2016-03-23"),
			Sql:              jsii.String("SELECT state FROM '" + relay.PresenceTopic(home) + "' WHERE state = '" + relay.Online + "'"),
			Description:      jsii.String("hearthgate counts how often the home says that it is online"),
			Actions: []any{&awsiot.CfnTopicRule_ActionProperty{CloudwatchMetric: &awsiot.CfnTopicRule_CloudwatchMetricActionProperty{
				MetricNamespace: &namespace, MetricName: &config.HomeOnline.Name, MetricUnit: &config.HomeOnline.Unit,
				MetricValue: jsii.String("1"), RoleArn: role.RoleArn(),
			}}},
		},
	})
	return PresenceRule{role}
}
