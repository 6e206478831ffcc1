package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
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
	s := relayStage()
	t[1] = synthesized(s)["cabin"]
	s.Connection = config.HTTPS
	t[0] = synthesized(s)["cabin"]
	return t
})

// relayStage returns a stage with a relay.
func relayStage() config.Stage {
	s := config.NewStage("cabin")
	s.Locale, s.Region, s.URL, s.Connection = "en-US", "us-east-1", "https://cabin.example.com", config.Relay
	return s
}

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
	if want := slices.Sorted(slices.Values(append([]string{"AWS::CloudWatch::Alarm"}, relayResources...))); !slices.Equal(more, want) {
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

// relayResources are the resources of one home behind a relay.
var relayResources = []string{"AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IoT::Policy", "AWS::IoT::Thing", "AWS::IoT::TopicRule"}

// TestRelayPresence checks the rule that counts how often the home says that it is online:
// what it reads and writes, that no one but it has its role, and what that role may.
func TestRelayPresence(t *testing.T) {
	template := relayed()[1]
	rule := template.of("AWS::IoT::TopicRule")[0].Properties
	var got struct {
		SQL     string `json:"Sql"`
		Actions []struct {
			CloudwatchMetric struct{ MetricNamespace, MetricName, MetricUnit, MetricValue string }
		}
	}
	b, err := json.Marshal(rule["TopicRulePayload"])
	must(err)
	must(json.Unmarshal(b, &got))
	if rule["RuleName"] != "hearthgate_cabin_presence" || got.SQL != "SELECT state FROM 'hearthgate/cabin/presence' WHERE state = 'online'" ||
		len(got.Actions) != 1 || fmt.Sprint(got.Actions[0].CloudwatchMetric) != "{Hearthgate/cabin HomeOnline None 1}" {
		t.Errorf("the rule %v is %+v", rule["RuleName"], got)
	}
	var roles int
	for _, r := range template.of("AWS::IAM::Role") {
		b, err := json.Marshal(r.Properties["AssumeRolePolicyDocument"])
		must(err)
		if !strings.Contains(string(b), "iot.amazonaws.com") {
			continue
		}
		roles++
		if !strings.Contains(string(b), `"aws:SourceAccount":{"Ref":"AWS::AccountId"}`) || !strings.Contains(string(b), ":rule/hearthgate_cabin_presence") {
			t.Errorf("others may assume the role of the rule: %s", b)
		}
	}
	if roles != 1 {
		t.Errorf("%d roles of AWS IoT Core, want one", roles)
	}
	var puts []string
	for _, p := range template.of("AWS::IAM::Policy") {
		b, err := json.Marshal(p.Properties["PolicyDocument"])
		must(err)
		if strings.Contains(string(b), "cloudwatch:") {
			puts = append(puts, string(b))
		}
	}
	want := `{"Statement":[{"Action":"cloudwatch:PutMetricData","Condition":{"StringEquals":{"cloudwatch:namespace":"Hearthgate/cabin"}},"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}`
	if len(puts) != 1 || puts[0] != want {
		t.Errorf("the rule may %v, want %s", puts, want)
	}
}

// TestRelayMetrics checks which metrics the dashboard and the alarms of a relay use beside
// those of any home: one that the function emits, as infra/e2e sees, and that of the rule.
func TestRelayMetrics(t *testing.T) {
	https, relayed := requested(t, relayed()[0]), requested(t, relayed()[1])
	for name := range https {
		if !relayed[name] {
			t.Errorf("with a relay %s is not used", name)
		}
		delete(relayed, name)
	}
	want := []string{"Hearthgate HomeOffline Stage=cabin", "Hearthgate/cabin HomeOnline "}
	if got := slices.Sorted(maps.Keys(relayed)); !slices.Equal(got, want) {
		t.Errorf("a relay uses %q too, want %q", got, want)
	}
}

// TestPresenceRuleNames checks that names of rules are ones that AWS IoT Core accepts, and
// differ where homes do.
func TestPresenceRuleNames(t *testing.T) {
	seen := map[string]string{}
	for _, home := range []string{"prod", "a-b", config.RelayName("a", "b"), config.RelayName("a-b", "c"), config.RelayName("a", "b-c"), "a--b", "a-b-c"} {
		name := relay.PresenceRule(home)
		if !regexp.MustCompile(`^[a-zA-Z0-9_]{1,128}$`).MatchString(name) || seen[name] != "" {
			t.Errorf("the rule of %s is %s, and so is that of %q", home, name, seen[name])
		}
		seen[name] = home
	}
}

// TestRelayFunction checks what the function of a relay is given: the broker's host at the
// time of the deployment, and nothing about an address or a token.
func TestRelayFunction(t *testing.T) {
	template := relayed()[1]
	env := template.of("AWS::Lambda::Function")[0].Properties["Environment"].(map[string]any)["Variables"].(map[string]any)
	want := map[string]any{
		config.EnvStage: "cabin", config.EnvParameterPrefix: "/hearthgate/cabin", config.EnvTimeout: "7",
		config.EnvConnection: "relay", config.EnvRelayEndpoint: "{{resolve:ssm:/hearthgate/cabin/relay/endpoint}}", config.EnvThreads: "1",
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

// TestRelayQuotas measures, for the longest names and the most homes that a stage can have,
// what AWS limits: the policies of homes and of the function's role, and names.
func TestRelayQuotas(t *testing.T) {
	s := relayStage()
	everything(&s)
	s.Name, s.Homes = strings.Repeat("n", 20), config.Homes{}
	for i := range 8 {
		h := config.NewHome()
		h.Connection = config.Relay
		s.Homes[fmt.Sprintf("%s%d", strings.Repeat("h", 15), i)] = h
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	template := synthesized(s)[s.Name]
	for kind, most := range map[string]int{"AWS::IoT::Policy": 2048, "AWS::IAM::Policy": 10_240} {
		all := template.of(kind)
		if len(all) < 9 {
			t.Errorf("%d policies of type %s", len(all), kind)
		}
		for _, p := range all {
			b, err := json.Marshal(resolved(p.Properties["PolicyDocument"]))
			must(err)
			if len(b) > most {
				t.Errorf("the %s %v has %d characters, and may have %d", kind, p.Properties["PolicyName"], len(b), most)
			}
		}
	}
	if managed := template.of("AWS::IAM::ManagedPolicy"); len(managed) > 0 {
		t.Errorf("%d managed policies: the role's own is too long", len(managed))
	}
	for kind, name := range map[string]string{"AWS::IoT::Thing": "ThingName", "AWS::IoT::Policy": "PolicyName", "AWS::IoT::TopicRule": "RuleName"} {
		for _, r := range template.of(kind) {
			if text := fmt.Sprint(r.Properties[name]); len(text) > 128 || text == "<nil>" {
				t.Errorf("the %s is named %s, with %d characters", kind, text, len(text))
			}
		}
	}
}

// resolved returns a value of a template with its names as CloudFormation makes them.
func resolved(v any) any {
	switch v := v.(type) {
	case []any:
		all := make([]any, len(v))
		for i := range v {
			all[i] = resolved(v[i])
		}
		return all
	case map[string]any:
		if v["Fn::Join"] != nil || v["Ref"] != nil || v["Fn::GetAtt"] != nil {
			return strings.NewReplacer("REGION", "us-east-1", "ACCOUNT", "123456789012", "<nil>", strings.Repeat("x", 120)).Replace(arnText(v))
		}
		all := map[string]any{}
		for key := range v {
			all[key] = resolved(v[key])
		}
		return all
	}
	return v
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
