package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config/alexa"
)

// WarningNoSkill is the id of the warning that [Triggers] add when no skill may
// invoke the function. A stack that intends this acknowledges the warning.
const WarningNoSkill = "hearthgate:no-skill"

// TriggersProps are the props of [Triggers].
type TriggersProps struct {
	Alias            awslambda.Alias
	SmartHomeSkillID string // default: no Smart Home skill may invoke the function
	CustomSkillID    string // default: no custom skill may invoke it
}

// Triggers let one skill of each kind, and no other, invoke the function. The
// permission is on the alias, which is the skill's endpoint. A permission without a
// skill id would let anyone's skill invoke it, so an empty id gets none.
type Triggers struct {
	constructs.Construct
}

// NewTriggers creates Triggers.
func NewTriggers(scope constructs.Construct, id string, props TriggersProps) *Triggers {
	this := constructs.NewConstruct(scope, &id)
	annotations := awscdk.Annotations_Of(this)
	allow := func(name, principal, field, skill string) {
		if skill == "" {
			annotations.AddInfo(jsii.String(field + " is empty, so no such skill may invoke the function. Write the skill's id into the stage's file and deploy again."))
			return
		}
		props.Alias.AddPermission(&name, &awslambda.Permission{
			Principal:        awsiam.NewServicePrincipal(&principal, nil),
			Action:           jsii.String("lambda:InvokeFunction"),
			EventSourceToken: &skill,
			Scope:            this,
		})
	}
	allow("SmartHome", alexa.SmartHomePrincipal, "smartHomeSkillId", props.SmartHomeSkillID)
	allow("Custom", alexa.CustomSkillPrincipal, "customSkillId", props.CustomSkillID)
	if props.SmartHomeSkillID == "" && props.CustomSkillID == "" {
		annotations.AddWarningV2(jsii.String(WarningNoSkill), jsii.String("No skill may invoke the function, because smartHomeSkillId and customSkillId are both empty. Write a skill's id into the stage's file."), nil)
	}
	return &Triggers{this}
}
