package constructs

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiot"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
)

// RelayProps are the props of a [Relay].
type RelayProps struct {
	Stage             string // the name under which the home is known; see [config.Stage.RelayName]
	EndpointParameter string // name of the String with the host of the account's broker; see [config.Stage.EndpointParameterName]
}

// Relay is the way over AWS IoT Core to a home without an address: the home's thing and
// the policy of its certificate. `hearthgate pair` makes the certificate, because its key
// must not leave the house.
type Relay struct {
	constructs.Construct
	Presence PresenceRule
	props    RelayProps
}

// NewRelay creates a Relay that no function may use: see [Relay.GrantUse].
func NewRelay(scope constructs.Construct, id string, props RelayProps) *Relay {
	this := constructs.NewConstruct(scope, &id)
	name := relay.HomeClient(props.Stage)
	awsiot.NewCfnThing(this, jsii.String("Thing"), &awsiot.CfnThingProps{ThingName: &name})
	request, responses, presence := topics(props.Stage)
	awsiot.NewCfnPolicy(this, jsii.String("Policy"), &awsiot.CfnPolicyProps{
		PolicyName: &name,
		PolicyDocument: awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
			allow(this, "iot:Connect", "client/"+name),
			allow(this, "iot:Subscribe", "topicfilter/"+request),
			allow(this, "iot:Receive", "topic/"+request),
			allow(this, "iot:Publish", "topic/"+responses, "topic/"+presence),
			allow(this, "iot:RetainPublish", "topic/"+presence),
		}}),
	})
	return &Relay{this, newPresenceRule(this, props.Stage), props}
}

// GrantUse puts the broker's host into a function's environment and lets it send requests
// to the home and receive replies and presence, and nothing else. CloudFormation reads the
// host at each deployment, so that a cold start needs no parameter to connect.
func (r *Relay) GrantUse(f *Function) {
	f.Function.AddEnvironment(jsii.String(config.EnvRelayEndpoint), jsii.String("{{resolve:ssm:"+r.props.EndpointParameter+"}}"), nil)
	request, responses, presence := topics(r.props.Stage)
	for _, statement := range []awsiam.PolicyStatement{
		allow(r.Construct, "iot:Connect", "client/"+relay.FunctionClient(r.props.Stage, relay.AnyProcess)),
		allow(r.Construct, "iot:Publish", "topic/"+request),
		allow(r.Construct, "iot:Subscribe", "topicfilter/"+responses, "topicfilter/"+presence),
		allow(r.Construct, "iot:Receive", "topic/"+responses, "topic/"+presence),
	} {
		f.Role.AddToPrincipalPolicy(statement)
	}
}

func topics(stage string) (request, responses, presence string) {
	return relay.RequestTopic(stage), relay.ReplyTopic(stage, relay.AnyProcess), relay.PresenceTopic(stage)
}

// allow returns the right to an action on resources of IoT Core, such as topic/x.
func allow(scope constructs.Construct, action string, resources ...string) awsiam.PolicyStatement {
	var arns []*string
	for _, resource := range resources {
		kind, name, _ := strings.Cut(resource, "/")
		arns = append(arns, awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("iot"), Resource: &kind, ResourceName: &name,
		}))
	}
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{Actions: &[]*string{&action}, Resources: &arns})
}
