package fakeaws

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
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
		Type       string
		Condition  string
		Properties map[string]any
	}
	Outputs map[string]struct {
		Condition string
		Value     any
	}
}

// A Resource is what was made of one resource of a template.
type Resource struct {
	LogicalID, PhysicalID, Type string
	Properties                  map[string]any // resolved
}

// ARN returns the name that other resources call it by.
func (r *Resource) arn(region string) string {
	prefix := func(service string) string { return "arn:aws:" + service + ":" + region + ":" + AccountID + ":" }
	switch r.Type {
	case "AWS::Lambda::Function":
		return prefix("lambda") + "function:" + r.PhysicalID
	case "AWS::IAM::Role":
		return "arn:aws:iam::" + AccountID + ":role/" + r.PhysicalID
	case "AWS::Logs::LogGroup":
		return prefix("logs") + "log-group:" + r.PhysicalID + ":*"
	case "AWS::S3::Bucket":
		return "arn:aws:s3:::" + r.PhysicalID
	case "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm":
		return prefix("cloudwatch") + "alarm:" + r.PhysicalID
	case "AWS::DynamoDB::Table":
		return prefix("dynamodb") + "table/" + r.PhysicalID
	}
	if strings.HasPrefix(r.PhysicalID, "arn:") {
		return r.PhysicalID
	}
	return prefix(strings.ToLower(strings.Split(r.Type, "::")[1])) + r.PhysicalID
}

// builder resolves a template.
type builder struct {
	template
	stack      *stack
	parameters map[string]string
	resources  map[string]*Resource
}

// build makes the resources and outputs of a template.
func (c *Cloud) build(s *stack, text string, given map[string]string) (map[string]*Resource, map[string]string, error) {
	b := &builder{stack: s, parameters: map[string]string{}, resources: map[string]*Resource{}}
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
		b.resources[id] = &Resource{LogicalID: id, Type: r.Type}
	}
	for id := range b.resources {
		b.name(id)
	}
	for id, r := range b.resources {
		r.Properties, _ = b.resolve(b.Resources[id].Properties).(map[string]any)
	}
	outputs := map[string]string{}
	for name, o := range b.Outputs {
		if o.Condition == "" || b.holds(b.Conditions[o.Condition]) {
			outputs[name] = fmt.Sprint(b.resolve(o.Value))
		}
	}
	return b.resources, outputs, nil
}

// parse reads a template, which is YAML; JSON is as well.
func parse(text string, into *template) error {
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

// named are the properties that name a resource.
var named = map[string]string{
	"AWS::Lambda::Function": "FunctionName", "AWS::Logs::LogGroup": "LogGroupName", "AWS::S3::Bucket": "BucketName",
	"AWS::SSM::Parameter": "Name", "AWS::IAM::Role": "RoleName", "AWS::CloudWatch::Alarm": "AlarmName",
	"AWS::CloudWatch::Dashboard": "DashboardName", "AWS::ECR::Repository": "RepositoryName", "AWS::SNS::Topic": "TopicName",
}

// name gives a resource its physical id, which those that it refers to must have
// first.
func (b *builder) name(id string) string {
	r := b.resources[id]
	if r == nil || r.PhysicalID != "" {
		return physical(r)
	}
	sum := sha256.Sum256([]byte(b.stack.name + id))
	r.PhysicalID = b.stack.name + "-" + id + "-" + hex.EncodeToString(sum[:4])
	properties := b.Resources[id].Properties
	if p, ok := properties[named[r.Type]]; ok {
		r.PhysicalID = fmt.Sprint(b.resolve(p))
	}
	function := func() string { return fmt.Sprint(b.resolve(properties["FunctionName"])) }
	arn := "arn:aws:lambda:" + b.stack.region + ":" + AccountID + ":function:"
	switch r.Type {
	case "AWS::Lambda::Version":
		r.PhysicalID = arn + function() + ":" + version(id)
	case "AWS::Lambda::Alias":
		r.PhysicalID = arn + function() + ":" + fmt.Sprint(properties["Name"])
	case "AWS::SNS::Topic":
		r.PhysicalID = "arn:aws:sns:" + b.stack.region + ":" + AccountID + ":" + r.PhysicalID
	}
	return r.PhysicalID
}

func physical(r *Resource) string {
	if r == nil {
		return ""
	}
	return r.PhysicalID
}

// version returns a number for a version, another one for another logical id.
func version(id string) string {
	sum := sha256.Sum256([]byte(id))
	return fmt.Sprint(1 + int(sum[0])<<8 + int(sum[1]))
}

// resolve returns a value of the template without its functions.
func (b *builder) resolve(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, 0, len(v))
		for _, item := range v {
			if r := b.resolve(item); r != nil {
				out = append(out, r)
			}
		}
		return out
	case map[string]any:
		if len(v) == 1 {
			for name, arg := range v {
				if name == "Ref" || strings.HasPrefix(name, "Fn::") {
					return b.function(name, arg)
				}
			}
		}
		out := map[string]any{}
		for key, item := range v {
			if r := b.resolve(item); r != nil {
				out[key] = r
			}
		}
		return out
	}
	return v
}

func (b *builder) function(name string, arg any) any {
	switch name {
	case "Ref":
		return b.ref(fmt.Sprint(arg))
	case "Fn::GetAtt":
		parts, _ := arg.([]any)
		if text, ok := arg.(string); ok {
			id, attribute, _ := strings.Cut(text, ".")
			parts = []any{id, attribute}
		}
		return b.attribute(fmt.Sprint(parts[0]), fmt.Sprint(parts[1]))
	case "Fn::Sub":
		return b.sub(arg)
	case "Fn::If":
		parts := arg.([]any)
		if b.holds(b.Conditions[fmt.Sprint(parts[0])]) {
			return b.resolve(parts[1])
		}
		return b.resolve(parts[2])
	}
	parts, _ := b.resolve(arg).([]any)
	switch name {
	case "Fn::Join":
		var texts []string
		for _, p := range items(parts[1]) {
			texts = append(texts, fmt.Sprint(p))
		}
		return strings.Join(texts, fmt.Sprint(parts[0]))
	case "Fn::Split":
		var out []any
		for _, s := range strings.Split(fmt.Sprint(parts[1]), fmt.Sprint(parts[0])) {
			out = append(out, s)
		}
		return out
	case "Fn::Select":
		var i int
		fmt.Sscan(fmt.Sprint(parts[0]), &i)
		return items(parts[1])[i]
	}
	return name + " is not resolved here"
}

// items returns a list; a parameter of a list's type is text with commas.
func items(v any) []any {
	if text, ok := v.(string); ok {
		var all []any
		for part := range strings.SplitSeq(text, ",") {
			all = append(all, part)
		}
		return all
	}
	all, _ := v.([]any)
	return all
}

func (b *builder) ref(name string) any {
	switch name {
	case "AWS::Region":
		return b.stack.region
	case "AWS::AccountId":
		return AccountID
	case "AWS::Partition":
		return "aws"
	case "AWS::URLSuffix":
		return "amazonaws.com"
	case "AWS::StackName":
		return b.stack.name
	case "AWS::StackId":
		return b.stack.id
	case "AWS::NoValue":
		return nil
	}
	if v, ok := b.parameters[name]; ok {
		return v
	}
	return b.name(name)
}

func (b *builder) attribute(id, name string) any {
	b.name(id)
	r := b.resources[id]
	switch {
	case r == nil:
		return ""
	case name == "Arn" || strings.HasSuffix(name, "Arn"):
		return r.arn(b.stack.region)
	case name == "Version":
		return version(id)
	}
	return r.PhysicalID
}

var substitute = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

func (b *builder) sub(arg any) string {
	text, _ := arg.(string)
	values := map[string]any{}
	if parts, ok := arg.([]any); ok {
		text = fmt.Sprint(parts[0])
		values, _ = parts[1].(map[string]any)
	}
	return substitute.ReplaceAllStringFunc(text, func(m string) string {
		name := m[2 : len(m)-1]
		if v, ok := values[name]; ok {
			return fmt.Sprint(b.resolve(v))
		}
		if id, attribute, ok := strings.Cut(name, "."); ok {
			return fmt.Sprint(b.attribute(id, attribute))
		}
		return fmt.Sprint(b.ref(name))
	})
}

// holds says whether a condition holds.
func (b *builder) holds(condition any) bool {
	c, _ := condition.(map[string]any)
	for name, arg := range c {
		parts, _ := arg.([]any)
		switch name {
		case "Condition":
			return b.holds(b.Conditions[fmt.Sprint(arg)])
		case "Fn::Equals":
			return fmt.Sprint(b.resolve(parts[0])) == fmt.Sprint(b.resolve(parts[1]))
		case "Fn::Not":
			return !b.holds(parts[0])
		case "Fn::And", "Fn::Or":
			for _, p := range parts {
				if b.holds(p) != (name == "Fn::And") {
					return name == "Fn::Or"
				}
			}
			return name == "Fn::And"
		}
	}
	return false
}
