package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestPermissions checks that skills may invoke the alias, and no one else may.
func TestPermissions(t *testing.T) {
	kinds := map[string]bool{}
	for _, p := range templates()["prod"].of("AWS::Lambda::Permission") {
		principal := fmt.Sprint(p.Properties["Principal"])
		kinds[principal] = true
		if token, _ := p.Properties["EventSourceToken"].(string); !strings.HasPrefix(token, "amzn1.ask.skill.") {
			t.Errorf("%s may invoke for any skill: %v", principal, p.Properties)
		}
		if target := fmt.Sprint(p.Properties["FunctionName"]); !strings.Contains(target, "Alias") && !strings.Contains(target, "live") {
			t.Errorf("%s may invoke something other than the alias: %s", principal, target)
		}
	}
	want := map[string]bool{"alexa-connectedhome.amazon.com": true, "alexa-appkit.amazon.com": true}
	if !maps.Equal(kinds, want) {
		t.Errorf("principals %v, want %v", kinds, want)
	}
	if got := templates()["dev"].of("AWS::Lambda::Permission"); len(got) != 0 {
		t.Errorf("permissions without a skill id: %v", got)
	}
}

// TestLeastPrivilege checks every statement of every policy.
func TestLeastPrivilege(t *testing.T) {
	allowed := []string{"logs:CreateLogStream", "logs:PutLogEvents", "ssm:GetParameters", "sts:AssumeRole", "sns:Publish"}
	for name, template := range templates() {
		t.Run(name, func(t *testing.T) {
			seen := 0
			for id, r := range template.Resources {
				// CodeDeploy's role has the policy that AWS manages for it.
				if !strings.HasPrefix(r.Type, "AWS::IAM::") || strings.HasPrefix(id, "Rollout") {
					continue
				}
				if r.Properties["ManagedPolicyArns"] != nil {
					t.Errorf("%s has a managed policy, which grants more than it needs: %v", id, r.Properties["ManagedPolicyArns"])
				}
				walk(r.Properties, func(m map[string]any) {
					actions, resource := m["Action"], m["Resource"]
					if actions == nil || m["Effect"] != "Allow" {
						return
					}
					seen++
					for _, action := range list(actions) {
						if !slices.Contains(allowed, fmt.Sprint(action)) {
							t.Errorf("%s allows %v", id, action)
						}
					}
					for _, arn := range list(resource) {
						if arn == "*" || strings.HasSuffix(fmt.Sprint(arn), "parameter/*") {
							t.Errorf("%s allows %v on %v", id, actions, arn)
						}
					}
				})
			}
			if seen < 3 {
				t.Errorf("%d statements, want at least those of the log, the parameters and the role itself", seen)
			}
		})
	}
}

// TestLinkedStageReadsNoToken checks that a stage without a stored token has no
// permission to read one.
func TestLinkedStageReadsNoToken(t *testing.T) {
	s := config.NewStage("linked")
	s.Locale, s.Region, s.URL, s.TokenSource = "en-US", "us-east-1", "https://home.example.com", config.Linked
	text := string(synthesized(s)["linked"].text)
	if strings.Contains(text, strings.TrimPrefix(s.TokenParameterName(), "/")) {
		t.Errorf("the template contains %s, which a linked stage does not need", s.TokenParameterName())
	}
}

// TestTheFunctionReadsNoLogin checks that no role may read the owner's login for skills,
// which lies beside the parameters that the function reads.
func TestTheFunctionReadsNoLogin(t *testing.T) {
	for name, template := range templates() {
		login, seen := strings.TrimPrefix(config.NewStage(name).LoginParameterName(), "/"), 0
		if strings.Contains(string(template.text), login) {
			t.Errorf("the template of %s contains %s, which no part of the stack needs", name, login)
		}
		for id, r := range template.Resources {
			walk(r.Properties, func(m map[string]any) {
				if !strings.Contains(fmt.Sprint(m["Action"]), "ssm:") {
					return
				}
				seen++
				for _, resource := range list(m["Resource"]) {
					if text := fmt.Sprint(resource); strings.Contains(text, "*") || strings.Contains(text, "?") {
						t.Errorf("%s of %s reads %s, and with it %s", id, name, text, login)
					}
				}
			})
		}
		if seen == 0 {
			t.Errorf("%s has no statement about parameters: this test no longer finds them", name)
		}
	}
}

func TestNoSecretInTheTemplate(t *testing.T) {
	for name, template := range templates() {
		for _, mark := range []string{"SecureString\"", "resolve:ssm-secure", "eyJ", "NoEcho"} {
			if bytes.Contains(template.text, []byte(mark)) {
				t.Errorf("%s contains %q", name, mark)
			}
		}
	}
}
