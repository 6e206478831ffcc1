package constructs_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/constructs"
)

func TestFunction(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*constructs.FunctionProps)
		want   map[string]string // of the function's properties, as text
		days   float64
		policy string
	}{
		{"defaults", nil, map[string]string{
			"Architectures": "[arm64]", "Handler": "bootstrap", "Runtime": "provided.al2023", "MemorySize": "128", "Timeout": "10",
			"TracingConfig": "<nil>", "Layers": "<nil>", "ReservedConcurrentExecutions": "<nil>", "Environment": "<nil>",
		}, 30, "Delete"},
		{"everything", func(p *constructs.FunctionProps) {
			p.Memory, p.Timeout, p.RetentionDays, p.RetainLog, p.ReservedConcurrency, p.Tracing = 256, 9, 7, true, 2, true
			p.Environment = map[string]string{"A": "b"}
		}, map[string]string{
			"MemorySize": "256", "Timeout": "9", "TracingConfig": "map[Mode:Active]", "ReservedConcurrentExecutions": "2",
			"Environment": "map[Variables:map[A:b]]",
		}, 7, "Retain"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tpl := synthesized(t, func(s awscdk.Stack) { function(t, s, tt.change) })
			got := tpl.only(t, "AWS::Lambda::Function").Properties
			for name, want := range tt.want {
				if text := fmt.Sprint(got[name]); text != want {
					t.Errorf("%s is %s, want %s", name, text, want)
				}
			}
			log := tpl.only(t, "AWS::Logs::LogGroup")
			if log.Properties["RetentionInDays"] != tt.days || log.DeletionPolicy != tt.policy {
				t.Errorf("the log has a retention of %v days and the deletion policy %s", log.Properties["RetentionInDays"], log.DeletionPolicy)
			}
			if alias := tpl.only(t, "AWS::Lambda::Alias"); alias.Properties["Name"] != config.Alias {
				t.Errorf("the alias is %v", alias.Properties)
			}
		})
	}
}

// TestRole checks that the function may write to its own log and read the granted
// parameters, and nothing else.
func TestRole(t *testing.T) {
	tpl := synthesized(t, func(s awscdk.Stack) {
		f := function(t, s, nil)
		f.GrantReadParameters(constructs.NewSecureParameter(s, "/gate/token").ARN)
	})
	if role := tpl.only(t, "AWS::IAM::Role"); role.Properties["ManagedPolicyArns"] != nil {
		t.Errorf("the role has a managed policy: %v", role.Properties)
	}
	statements := tpl.only(t, "AWS::IAM::Policy").Properties["PolicyDocument"].(map[string]any)["Statement"].([]any)
	if len(statements) != 2 {
		t.Fatalf("the role may do %s", text(statements))
	}
	has(t, statements[0], `"logs:CreateLogStream","logs:PutLogEvents"`, `"Fn::GetAtt":["GatewayLog`)
	has(t, statements[1], `"Action":"ssm:GetParameters"`, `:parameter/gate/token"`)
}

func TestSecureParameter(t *testing.T) {
	tpl := synthesized(t, func(s awscdk.Stack) {
		p := constructs.NewSecureParameter(s, "/gate/token")
		awscdk.NewCfnOutput(s, jsii.String("Name"), &awscdk.CfnOutputProps{Value: &p.Name})
	})
	if len(tpl) != 0 {
		t.Errorf("resources %v, want none: CloudFormation cannot create a SecureString", tpl)
	}
}

func TestParameters(t *testing.T) {
	for level, want := range map[string]string{"": "info", "debug": "debug"} {
		tpl := synthesized(t, func(s awscdk.Stack) {
			constructs.NewParameters(s, "Parameters", constructs.ParametersProps{Prefix: "/gate", LogLevel: level})
		})
		p := tpl.only(t, "AWS::SSM::Parameter").Properties
		if p["Name"] != "/gate/log-level" || p["Value"] != want || p["Type"] != "String" {
			t.Errorf("level %q: %v", level, p)
		}
	}
}

func TestTriggers(t *testing.T) {
	const skill = "amzn1.ask.skill.x"
	for _, tt := range []struct {
		name              string
		smartHome, custom string
		principals        []string
	}{
		{"none", "", "", nil},
		{"smart home", skill, "", []string{"alexa-connectedhome.amazon.com"}},
		{"custom", "", skill, []string{"alexa-appkit.amazon.com"}},
		{"both", skill, skill, []string{"alexa-appkit.amazon.com", "alexa-connectedhome.amazon.com"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tpl := synthesized(t, func(s awscdk.Stack) {
				constructs.NewTriggers(s, "Triggers", constructs.TriggersProps{
					Alias: function(t, s, nil).Alias, SmartHomeSkillID: tt.smartHome, CustomSkillID: tt.custom,
				})
			})
			permissions := tpl.of("AWS::Lambda::Permission")
			if len(permissions) != len(tt.principals) {
				t.Fatalf("%d permissions, want %d", len(permissions), len(tt.principals))
			}
			for i, p := range permissions {
				has(t, p.Properties, tt.principals[i], `"EventSourceToken":"`+skill, `"FunctionName":{"Ref":"GatewayAlias`)
			}
		})
	}
}
