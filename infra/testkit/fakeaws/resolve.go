package fakeaws

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

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
	case string:
		return dynamic.ReplaceAllStringFunc(v, b.dynamic)
	}
	return v
}

// dynamic is a reference to a parameter that CloudFormation reads at each operation.
var dynamic = regexp.MustCompile(`\{\{resolve:ssm:([^:}]+)(?::\d+)?\}\}`)

func (b *builder) dynamic(reference string) string {
	name := dynamic.FindStringSubmatch(reference)[1]
	p := b.stored(name)
	switch {
	case p == nil:
		b.err = cmp.Or(b.err, error(bad("ValidationError", "Parameters: [ssm:%s] cannot be found.", name)))
		return reference
	case p.Type == "SecureString":
		b.err = cmp.Or(b.err, error(bad("ValidationError", "SSM Secure reference is not supported in: [ssm:%s]", name)))
		return reference
	}
	return p.Value
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
		return b.stack.account
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
		return b.stack.number(id)
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
