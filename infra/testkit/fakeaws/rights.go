package fakeaws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

// Who calls.
const (
	Person   = "person"   // the credentials of [Cloud.Environment]
	Role     = "role"     // that the CDK has assumed
	Function = "function" // a deployed one
)

// The access keys of each.
const (
	personKey, roleKey, functionKey = "AKIAEXAMPLE", "ASIAEXAMPLE", "ASIAFUNCTION"
)

// A Right is what IAM asks of a call: an action and the resource that it is for.
type Right struct {
	By       string // Person, Role or Function
	Action   string // such as ssm:PutParameter
	Resource string // its ARN; * where the action takes no resource
}

// Rights returns what IAM asked of the calls that came so far, oldest first.
func (c *Cloud) Rights() []Right {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Right(nil), c.rights...)
}

// Enforce has calls of the person rejected that are not allowed; nil allows everything.
func (c *Cloud) Enforce(allowed func(action, resource string) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.allowed = allowed
}

// owner is whose credentials those of Environment are.
const owner = "arn:aws:iam::" + AccountID + ":user/owner"

// authorize notes what IAM asks of a call, and returns the error of a call that is not
// allowed. The caller holds mu.
func (c *Cloud) authorize(in call) error {
	for _, r := range c.needs(in) {
		c.rights = append(c.rights, r)
		if r.By == Person && c.allowed != nil && !c.allowed(r.Action, r.Resource) {
			code := "AccessDenied"
			if in.Header.Get("X-Amz-Target") != "" || in.service == "lambda" {
				code = "AccessDeniedException"
			}
			return fault{http.StatusBadRequest, code, fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %[2]s action", owner, r.Action, r.Resource)}
		}
	}
	return nil
}

var keyID = regexp.MustCompile(`Credential=([^/]+)/`)

// caller returns who calls.
func caller(in call) string {
	if m := keyID.FindStringSubmatch(in.Header.Get("Authorization")); m != nil {
		return map[string]string{roleKey: Role, functionKey: Function, personKey: Person}[m[1]]
	}
	return Person
}

// needs returns what IAM asks of a call; nothing for one that everyone may make.
func (c *Cloud) needs(in call) []Right {
	by := caller(in)
	action := strings.Replace(in.service, "monitoring", "cloudwatch", 1) + ":" + in.action
	arn := func(service, resource string) string {
		return "arn:aws:" + service + ":" + in.region + ":" + AccountID + ":" + resource
	}
	one := func(resource string) []Right { return []Right{{by, action, resource}} }
	switch in.service {
	case "sts":
		if in.action != "AssumeRole" {
			return nil // GetCallerIdentity needs no permission
		}
		return one(in.form.Get("RoleArn"))
	case "iam":
		return one(in.form.Get("PolicySourceArn"))
	case "sns":
		return one(in.form.Get("TopicArn"))
	case "cloudformation":
		return one(c.stackARN(in))
	case "ssm":
		return parameterRights(in, by, action, arn)
	case "lambda":
		name, qualifier := functionOf(in)
		if qualifier != "" && in.action != "UpdateAlias" && in.action != "GetAlias" {
			name += ":" + qualifier
		}
		if in.action == "Invoke" {
			action = "lambda:InvokeFunction"
		}
		return one(arn("lambda", "function:"+name))
	case "logs":
		var body struct{ LogGroupName string }
		_ = json.Unmarshal(in.body, &body) // the service reports what is wrong with it
		if body.LogGroupName != "" {
			return one(arn("logs", "log-group:"+body.LogGroupName))
		}
	case "iot":
		return c.iotRights(in, by, action, arn)
	case "monitoring":
		v, _ := cbor.Decode(in.body) // the service reports what is wrong with it
		m, _ := v.(cbor.Map)
		return alarmRights(in, by, action, m, arn)
	}
	return one("*")
}

// alarmRights returns what IAM asks of a call of CloudWatch.
func alarmRights(in call, by, action string, m cbor.Map, arn func(string, string) string) []Right {
	switch in.action {
	case "SetAlarmState", "DescribeAlarmHistory":
		return []Right{{by, action, arn("cloudwatch", "alarm:"+textOf(m, "AlarmName"))}}
	case "GetAlarmMuteRule", "DeleteAlarmMuteRule":
		return []Right{{by, action, arn("cloudwatch", "alarm-mute-rule:"+textOf(m, "AlarmMuteRuleName"))}}
	case "PutAlarmMuteRule":
		all := []Right{{by, action, arn("cloudwatch", "alarm-mute-rule:"+textOf(m, "Name"))}}
		targets, _ := m["MuteTargets"].(cbor.Map)
		for _, name := range textsOf(targets, "AlarmNames") {
			all = append(all, Right{by, action, arn("cloudwatch", "alarm:"+name)})
		}
		return all
	}
	return []Right{{by, action, "*"}}
}

func parameterRights(in call, by, action string, arn func(string, string) string) []Right {
	var body struct {
		Name, Path string
		Names      []string
		Tags       []any
	}
	_ = json.Unmarshal(in.body, &body)             // the service reports what is wrong with it
	if name := body.Name + body.Path; name != "" { // a call has one of them
		body.Names = append(body.Names, name)
	}
	var all []Right
	for _, name := range body.Names {
		all = append(all, Right{by, action, arn("ssm", "parameter"+name)})
		if in.action == "PutParameter" && len(body.Tags) > 0 {
			all = append(all, Right{by, "ssm:AddTagsToResource", arn("ssm", "parameter"+name)})
		}
	}
	return all
}

// stackARN returns the ARN of the stack that a call is for; the caller holds mu.
func (c *Cloud) stackARN(in call) string {
	name := in.form.Get("StackName")
	if s := c.find(in.region, name); s != nil {
		return s.id
	}
	return "arn:aws:cloudformation:" + in.region + ":" + AccountID + ":stack/" + name + "/*"
}

// functionOf returns the name and the qualifier of the function that a call is for.
func functionOf(in call) (name, qualifier string) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(in.URL.EscapedPath(), functions), "/")
	name, _ = url.PathUnescape(name)
	qualifier = in.URL.Query().Get("Qualifier")
	if alias, ok := strings.CutPrefix(rest, "aliases/"); ok {
		qualifier = alias
	}
	if parts := strings.Split(name, ":"); len(parts) > 6 {
		name = parts[6]
		if len(parts) > 7 {
			qualifier = parts[7]
		}
	} else if before, after, ok := strings.Cut(name, ":"); ok {
		name, qualifier = before, after
	}
	return name, qualifier
}
