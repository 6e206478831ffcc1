package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// WarningNoSkill is the id of the warning that [Triggers] give when no skill at
// all may call the function. A stack that means it so acknowledges it.
const WarningNoSkill = "hearthgate:no-skill"

// TriggersProps are the props of [Triggers].
type TriggersProps struct {
	Alias            awslambda.Alias
	SmartHomeSkillID string // default: no Smart Home skill may call the function
	CustomSkillID    string // default: no custom skill may call it
}

// Triggers let one skill of each kind, and no other, call the function. The
// permission is on the alias: that is what the skill's endpoint names. Without the
// skill's id anybody's skill could call it, so an empty id gets no permission.
type Triggers struct {
	constructs.Construct
}

// NewTriggers creates Triggers.
func NewTriggers(scope constructs.Construct, id string, props TriggersProps) *Triggers {
	this := constructs.NewConstruct(scope, &id)
	notes := awscdk.Annotations_Of(this)
	allow := func(name, principal, field, skill string) {
		if skill == "" {
			notes.AddInfo(jsii.String(field + " is empty: no permission for such a skill. Write the skill's id into the stage's file and deploy again."))
			return
		}
		props.Alias.AddPermission(&name, &awslambda.Permission{
			Principal:        awsiam.NewServicePrincipal(&principal, nil),
			Action:           jsii.String("lambda:InvokeFunction"),
			EventSourceToken: &skill,
			Scope:            this,
		})
	}
	allow("SmartHome", "alexa-connectedhome.amazon.com", "smartHomeSkillId", props.SmartHomeSkillID)
	allow("Custom", "alexa-appkit.amazon.com", "customSkillId", props.CustomSkillID)
	if props.SmartHomeSkillID == "" && props.CustomSkillID == "" {
		notes.AddWarningV2(jsii.String(WarningNoSkill), jsii.String("No skill may call the function: smartHomeSkillId and customSkillId are both empty."), nil)
	}
	return &Triggers{this}
}
