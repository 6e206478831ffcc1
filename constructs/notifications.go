package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// NotificationsProps are the props of [Notifications].
type NotificationsProps struct {
	TopicARN    string // of an existing topic, which must let CloudWatch publish; default: a new one that sends to Email
	Email       string // must be confirmed once, by the link in Amazon's mail
	AlarmPrefix string // only alarms whose name begins with it may publish to a new topic
}

// Notifications send alarms to a person, by e-mail, or to a topic that exists.
type Notifications struct {
	constructs.Construct
	Topic awssns.ITopic
}

// NewNotifications creates Notifications. A new topic is not encrypted: CloudWatch
// cannot publish with the key that AWS manages for SNS, and a customer managed key
// costs more than the rest of the stack. An alarm's text contains no secret.
func NewNotifications(scope constructs.Construct, id string, props NotificationsProps) *Notifications {
	this := constructs.NewConstruct(scope, &id)
	if props.TopicARN != "" {
		return &Notifications{this, awssns.Topic_FromTopicArn(this, jsii.String("Topic"), &props.TopicARN)}
	}
	topic := awssns.NewTopic(this, jsii.String("Topic"), &awssns.TopicProps{
		DisplayName: jsii.String("hearthgate"),
		EnforceSSL:  jsii.Bool(true),
	})
	topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(&props.Email, nil))
	// EnforceSSL gives the topic a policy, which replaces the default one that lets
	// the account's alarms publish.
	stack := awscdk.Stack_Of(this)
	topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("AllowAlarms"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sns:Publish"),
		Resources:  &[]*string{topic.TopicArn()},
		Conditions: &map[string]any{
			"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()},
			"ArnLike": map[string]any{"aws:SourceArn": stack.FormatArn(&awscdk.ArnComponents{
				Service:      jsii.String("cloudwatch"),
				Resource:     jsii.String("alarm"),
				ResourceName: jsii.String(props.AlarmPrefix + "*"),
				ArnFormat:    awscdk.ArnFormat_COLON_RESOURCE_NAME,
			})},
		},
	}))
	return &Notifications{this, topic}
}
