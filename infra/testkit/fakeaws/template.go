package fakeaws

import (
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// known are the types of resource that are made.
var known = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq(`
		AWS::CDK::Metadata
		AWS::Budgets::Budget
		AWS::CloudWatch::Alarm AWS::CloudWatch::CompositeAlarm AWS::CloudWatch::Dashboard
		AWS::CodeDeploy::Application AWS::CodeDeploy::DeploymentGroup
		AWS::DynamoDB::Table
		AWS::ECR::Repository
		AWS::Events::Rule AWS::Scheduler::Schedule
		AWS::IAM::ManagedPolicy AWS::IAM::Policy AWS::IAM::Role
		AWS::IoT::Policy AWS::IoT::Thing AWS::IoT::TopicRule
		AWS::Lambda::Alias AWS::Lambda::Function AWS::Lambda::Permission AWS::Lambda::Version
		AWS::Logs::LogGroup AWS::Logs::MetricFilter AWS::Logs::QueryDefinition
		AWS::S3::Bucket AWS::S3::BucketPolicy
		AWS::SNS::Subscription AWS::SNS::Topic AWS::SNS::TopicPolicy
		AWS::SSM::Parameter`) {
		known[name] = true
	}
}

// A template is what CloudFormation is given.
type template struct {
	Parameters map[string]struct {
		Type    string
		Default any
	}
	Conditions map[string]any
	Resources  map[string]struct {
		Type         string
		Condition    string
		Properties   map[string]any
		UpdatePolicy map[string]any

		DeletionPolicy string
	}
	Outputs map[string]struct {
		Condition string
		Value     any
	}
}

// builder resolves a template.
type builder struct {
	template
	stack      *stack
	parameters map[string]string
	resources  map[string]*Resource
	stored     func(name string) *Parameter // of the stack's region; nil if there is none
	err        error                        // the first reference that cannot be resolved
}

// build makes the resources and outputs of a template.
func (c *Cloud) build(s *stack, text string, given map[string]string) (map[string]*Resource, map[string]string, error) {
	b := &builder{stack: s, parameters: map[string]string{}, resources: map[string]*Resource{}}
	b.stored = func(name string) *Parameter { return c.parameters[s.region+name] }
	if err := parse(text, &b.template); err != nil {
		return nil, nil, fmt.Errorf("the template cannot be read: %w", err)
	}
	for name, p := range b.Parameters {
		if p.Default != nil {
			b.parameters[name] = fmt.Sprint(p.Default)
		}
		if v, ok := given[name]; ok {
			b.parameters[name] = v
		}
		if p.Type == "AWS::SSM::Parameter::Value<String>" {
			stored := c.parameters[s.region+b.parameters[name]]
			if stored == nil {
				return nil, nil, fmt.Errorf("unable to fetch parameter %s", b.parameters[name])
			}
			b.parameters[name] = stored.Value
		}
	}
	for id, r := range b.Resources {
		if r.Condition != "" && !b.holds(b.Conditions[r.Condition]) {
			continue
		}
		if !known[r.Type] && !strings.HasPrefix(r.Type, "Custom::") {
			return nil, nil, fmt.Errorf("the type %s of %s is not known here", r.Type, id)
		}
		b.resources[id] = &Resource{LogicalID: id, Type: r.Type, deletion: r.DeletionPolicy, account: b.stack.account}
	}
	for id := range b.resources {
		b.name(id)
	}
	for id, r := range b.resources {
		r.Properties, _ = b.resolve(b.Resources[id].Properties).(map[string]any)
		r.updatePolicy, _ = b.resolve(b.Resources[id].UpdatePolicy).(map[string]any)
	}
	outputs := map[string]string{}
	for name, o := range b.Outputs {
		if o.Condition == "" || b.holds(b.Conditions[o.Condition]) {
			outputs[name] = fmt.Sprint(b.resolve(o.Value))
		}
	}
	return b.resources, outputs, b.err
}

// parse reads a template, which is YAML; JSON is as well.
func parse(text string, into any) error {
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		return err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}
