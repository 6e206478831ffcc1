package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
)

// relayed synthesizes a stage with https, and the same with a relay.
var relayed = sync.OnceValue(func() (t [2]template) {
	s := config.NewStage("cabin")
	s.Locale, s.Region, s.URL = "en-US", "us-east-1", "https://cabin.example.com"
	t[0] = synthesized(s)["cabin"]
	s.Connection = config.Relay
	t[1] = synthesized(s)["cabin"]
	return t
})

// TestRelaySwitch checks that a stage that changes from https to a relay, or back, keeps
// what the skill and the devices know it by, and that all that comes and goes with it is of
// the relay.
func TestRelaySwitch(t *testing.T) {
	https, relayed := relayed()[0], relayed()[1]
	for id, r := range https.Resources {
		if r.Type == "AWS::Lambda::Version" || r.Type == "AWS::CDK::Metadata" {
			continue // a new version is published, which the alias then names
		}
		if now, ok := relayed.Resources[id]; !ok || now.Type != r.Type {
			t.Errorf("the %s %s is gone with a relay", r.Type, id)
		}
	}
	var more []string
	for id, r := range relayed.Resources {
		if _, ok := https.Resources[id]; !ok && r.Type != "AWS::Lambda::Version" {
			more = append(more, r.Type)
		}
	}
	slices.Sort(more)
	if want := []string{"AWS::IoT::Policy", "AWS::IoT::Thing"}; !slices.Equal(more, want) {
		t.Errorf("a relay adds %v, want %v", more, want)
	}
	for _, kind := range []string{"AWS::Lambda::Function", "AWS::Lambda::Alias"} {
		name := map[string]string{"AWS::Lambda::Function": "FunctionName", "AWS::Lambda::Alias": "Name"}[kind]
		if was, is := https.of(kind)[0].Properties[name], relayed.of(kind)[0].Properties[name]; was != is {
			t.Errorf("the %s is named %v with https and %v with a relay", kind, was, is)
		}
	}
	if was, is := fmt.Sprint(https.Outputs["EndpointArn"]), fmt.Sprint(relayed.Outputs["EndpointArn"]); was != is {
		t.Errorf("the endpoint is %s with https and %s with a relay", was, is)
	}
}

// TestRelayFunction checks what the function of a relay is given: the broker's host at the
// time of the deployment, and nothing about an address or a token.
func TestRelayFunction(t *testing.T) {
	template := relayed()[1]
	env := template.of("AWS::Lambda::Function")[0].Properties["Environment"].(map[string]any)["Variables"].(map[string]any)
	want := map[string]any{
		config.EnvStage: "cabin", config.EnvParameterPrefix: "/hearthgate/cabin", config.EnvTimeout: "7",
		config.EnvConnection: "relay", config.EnvRelayEndpoint: "{{resolve:ssm:/hearthgate/cabin/relay/endpoint}}",
	}
	if !maps.Equal(env, want) {
		t.Errorf("the environment is %v, want %v", env, want)
	}
	for _, word := range []string{"home-assistant/token", "TokenParameter", "kms:", "ssm-secure", "PRIVATE KEY"} {
		if strings.Contains(string(template.text), word) {
			t.Errorf("the template of a relay has %q", word)
		}
	}
	if strings.Contains(template.report, "Non-Compliant") {
		t.Errorf("cdk-nag: %s", template.report)
	}
}

// TestRelayRights compares the rights of both ends with the names of the stage: none is for
// another stage, and no wildcard is above it.
func TestRelayRights(t *testing.T) {
	const responses, presence = "hearthgate/cabin/response/*", "hearthgate/cabin/presence"
	for _, end := range []struct {
		name string
		want []string
		got  []string
	}{
		{"home", []string{
			"iot:Connect client/hearthgate-cabin-home", "iot:Publish topic/" + presence, "iot:Publish topic/" + responses,
			"iot:Receive topic/hearthgate/cabin/request", "iot:RetainPublish topic/" + presence, "iot:Subscribe topicfilter/hearthgate/cabin/request",
		}, iotRights(t, relayed()[1].of("AWS::IoT::Policy")[0])},
		{"function", []string{
			"iot:Connect client/hearthgate-cabin-fn-*", "iot:Publish topic/hearthgate/cabin/request", "iot:Receive topic/" + presence, "iot:Receive topic/" + responses,
			"iot:Subscribe topicfilter/" + presence, "iot:Subscribe topicfilter/" + responses,
		}, iotRights(t, relayed()[1].of("AWS::IAM::Policy")...)},
		{"function with https", nil, iotRights(t, relayed()[0].of("AWS::IAM::Policy")...)},
	} {
		if !slices.Equal(end.got, end.want) {
			t.Errorf("the %s may %q, want %q", end.name, end.got, end.want)
		}
	}
	name := relay.HomeClient("cabin")
	if got := relayed()[1].of("AWS::IoT::Thing")[0].Properties["ThingName"]; got != name {
		t.Errorf("the thing is %v, want %s", got, name)
	}
	if got := relayed()[1].of("AWS::IoT::Policy")[0].Properties["PolicyName"]; got != name {
		t.Errorf("the home's policy is %v, want %s", got, name)
	}
}

// TestRelayBroker compares the synthesized rights with those that the broker of the tests
// judges by: what those tests find out about each right is true of the stack.
func TestRelayBroker(t *testing.T) {
	b, err := broker.Start(broker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for name, end := range map[string]struct {
		document []byte
		stack    []resource
	}{
		"home":     {b.HomePolicy("cabin"), relayed()[1].of("AWS::IoT::Policy")},
		"function": {b.FunctionPolicy("cabin"), relayed()[1].of("AWS::IAM::Policy")},
	} {
		var document struct {
			Statement []struct{ Action, Resource string }
		}
		must(json.Unmarshal(end.document, &document))
		var want []string
		for _, s := range document.Statement {
			part := strings.SplitN(s.Resource, ":", 6)
			want = append(want, s.Action+" "+part[len(part)-1])
		}
		slices.Sort(want)
		if got := iotRights(t, end.stack...); !slices.Equal(got, want) {
			t.Errorf("the %s may %q in the stack, and %q at the broker", name, got, want)
		}
	}
}

// iotRights returns what policies allow on IoT Core, sorted, without the account. Every
// resource must be of the stack's own region and account.
func iotRights(t *testing.T, policies ...resource) (all []string) {
	t.Helper()
	for _, p := range policies {
		for _, right := range rightsOf(t, p) {
			if strings.HasPrefix(right.Action, "iot:") {
				name, ok := strings.CutPrefix(right.Resource, "arn:aws:iot:REGION:ACCOUNT:")
				if !ok {
					t.Errorf("%s is allowed on %s", right.Action, right.Resource)
				}
				all = append(all, right.Action+" "+name)
			}
		}
	}
	slices.Sort(all)
	return all
}

// A right is an action that a policy allows on a resource.
type right struct{ Action, Resource string }

func rightsOf(t *testing.T, policy resource) (all []right) {
	t.Helper()
	b, err := json.Marshal(policy.Properties["PolicyDocument"])
	must(err)
	var document struct {
		Statement []struct {
			Effect           string
			Action, Resource any
		}
	}
	must(json.Unmarshal(b, &document))
	for _, s := range document.Statement {
		if s.Effect != "Allow" {
			t.Errorf("a statement has the effect %s", s.Effect)
		}
		for _, action := range many(s.Action) {
			for _, on := range many(s.Resource) {
				all = append(all, right{fmt.Sprint(action), arnText(on)})
			}
		}
	}
	return all
}

func many(v any) []any {
	if all, ok := v.([]any); ok {
		return all
	}
	return []any{v}
}

// arnText returns a name of the template as text.
func arnText(v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprint(v)
	}
	if join, ok := m["Fn::Join"].([]any); ok {
		var text strings.Builder
		for _, part := range join[1].([]any) {
			text.WriteString(arnText(part))
		}
		return text.String()
	}
	switch ref := fmt.Sprint(m["Ref"]); ref {
	case "AWS::Partition":
		return "aws"
	case "AWS::Region":
		return "REGION"
	case "AWS::AccountId":
		return "ACCOUNT"
	}
	return fmt.Sprint(v)
}
