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
	Email       string // who is told, after they confirmed Amazon's mail
	AlarmPrefix string // with which the names of the alarms begin that may tell
}

// Notifications are how an alarm reaches a person.
type Notifications struct {
	constructs.Construct
	Topic awssns.Topic
}

// NewNotifications creates Notifications. The topic is not encrypted: with the
// key that AWS manages for SNS CloudWatch could not publish, and a key of one's
// own costs more than everything else here. An alarm's text holds nothing secret.
func NewNotifications(scope constructs.Construct, id string, props NotificationsProps) *Notifications {
	this := constructs.NewConstruct(scope, &id)
	topic := awssns.NewTopic(this, jsii.String("Topic"), &awssns.TopicProps{
		DisplayName: jsii.String("hearthgate"),
		EnforceSSL:  jsii.Bool(true),
	})
	topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(&props.Email, nil))
	// With a policy of its own the topic loses the one that would let the
	// account's alarms publish.
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
