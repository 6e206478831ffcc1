package fakeaws

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A stack is one of CloudFormation.
type stack struct {
	name, id         string
	account, region  string
	status, reason   string
	template         string
	parameters       map[string]string
	tags             map[string]string
	outputs          map[string]string
	resources        map[string]*Resource
	protected        bool
	events           []object
	pending          *changeSet
	created, updated time.Time         // updated is zero before the first update
	rest             func()            // finishes the operation in progress; nil if there is none
	highest          int               // version that was ever published
	published        []*publication    // oldest first
	live             map[string]string // the version that an alias is at, by its physical id
}

type changeSet struct {
	name, id, template string
	parameters, tags   map[string]string
}

// open returns the stack of that name, made if it was not there.
func (c *Cloud) open(region, name string) *stack {
	s := c.find(region, name)
	if s == nil {
		s = &stack{name: name, account: c.account, region: region, id: "arn:aws:cloudformation:" + region + ":" + c.account + ":stack/" + name + "/1", status: "REVIEW_IN_PROGRESS", created: time.Now()}
		c.stacks[region+name] = s
	}
	return s
}

// find returns a stack by name or id, nil if there is none; an empty region is any.
func (c *Cloud) find(region, name string) *stack {
	for _, s := range c.stacks {
		if (region == "" || s.region == region) && (s.name == name || s.id == name) {
			return s
		}
	}
	return nil
}

func (c *Cloud) cloudformation(w http.ResponseWriter, in call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name := in.form.Get("StackName")
	s := c.find(in.region, name)
	if in.action == "CreateChangeSet" {
		answer, err := c.createChangeSet(in)
		query(w, in, answer, err)
		return
	}
	if s == nil && in.action == "DeleteStack" {
		query(w, in, object{}, nil)
		return
	}
	if s == nil {
		query(w, in, nil, bad("ValidationError", "Stack with id %s does not exist", name))
		return
	}
	answer, err := c.stackCall(s, in)
	query(w, in, answer, err)
}

func (c *Cloud) stackCall(s *stack, in call) (object, error) {
	switch in.action {
	case "DescribeStacks":
		return object{"Stacks": list{s.describe()}}, nil
	case "GetTemplate":
		return object{"TemplateBody": s.template, "StagesAvailable": list{"Original"}}, nil
	case "GetTemplateSummary":
		return object{"Parameters": list{}}, nil
	case "DescribeChangeSet":
		return s.describeChangeSet(in.form.Get("ChangeSetName"))
	case "ExecuteChangeSet":
		switch {
		case s.pending == nil:
			return nil, missing("ChangeSetNotFound", "ChangeSet [%s] does not exist", in.form.Get("ChangeSetName"))
		case s.busy():
			return nil, s.inProgress()
		}
		c.executed(in, s)
		c.execute(s)
		return object{}, nil
	case "ContinueUpdateRollback", "RollbackStack":
		return object{"StackId": s.id}, c.rollBack(s)
	case "DeleteChangeSet":
		s.pending = nil
		return object{}, nil
	case "UpdateTerminationProtection":
		s.protected = in.form.Get("EnableTerminationProtection") == "true"
		return object{"StackId": s.id}, nil
	case "DescribeStackEvents", "DescribeEvents":
		var events list
		for _, e := range slices.Backward(s.events) {
			events = append(events, e)
		}
		return object{"StackEvents": events, "OperationEvents": events}, nil
	case "DeleteStack":
		if s.protected {
			return nil, bad("ValidationError", "Stack [%s] cannot be deleted while TerminationProtection is enabled", s.name)
		}
		if s.busy() {
			return nil, s.inProgress()
		}
		c.delete(s)
		return object{}, nil
	case "ListStackResources", "DescribeStackResources":
		var all list
		for _, id := range slices.Sorted(maps.Keys(s.resources)) {
			r := s.resources[id]
			all = append(all, object{
				"LogicalResourceId": id, "PhysicalResourceId": r.PhysicalID, "ResourceType": r.Type, "StackId": s.id, "StackName": s.name,
				"ResourceStatus": "CREATE_COMPLETE", "LastUpdatedTimestamp": stamp(), "Timestamp": stamp(),
			})
		}
		return object{"StackResourceSummaries": all, "StackResources": all}, nil
	}
	return nil, unknown(in)
}

func (s *stack) describe() object {
	pairs := func(m map[string]string, key, value string) list {
		out := list{}
		for _, k := range slices.Sorted(maps.Keys(m)) {
			out = append(out, object{key: k, value: m[k]})
		}
		return out
	}
	d := object{
		"StackName": s.name, "StackId": s.id, "StackStatus": s.status, "StackStatusReason": s.reason, "CreationTime": at(s.created),
		"EnableTerminationProtection": s.protected, "Capabilities": list{"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"},
		"Parameters": pairs(s.parameters, "ParameterKey", "ParameterValue"),
		"Outputs":    pairs(s.outputs, "OutputKey", "OutputValue"),
		"Tags":       pairs(s.tags, "Key", "Value"),
	}
	if !s.updated.IsZero() {
		d["LastUpdatedTime"] = at(s.updated)
	}
	return d
}

func (c *Cloud) createChangeSet(in call) (object, error) {
	text := in.form.Get("TemplateBody")
	if at := in.form.Get("TemplateURL"); at != "" {
		u, err := url.Parse(at)
		if err != nil {
			return nil, bad("ValidationError", "TemplateURL is no URL")
		}
		b, ok := c.objects[strings.TrimPrefix(u.Path, "/")]
		if !ok {
			return nil, bad("ValidationError", "S3 error: there is no %s", u.Path)
		}
		text = string(b)
	}
	s := c.open(in.region, in.form.Get("StackName"))
	switch {
	case s.busy():
		return nil, s.inProgress()
	case !s.updatable():
		return nil, bad("ValidationError", "Stack:%s is in %s state and can not be updated.", s.id, s.status)
	}
	name := in.form.Get("ChangeSetName")
	s.pending = &changeSet{
		name: name, id: "arn:aws:cloudformation:" + in.region + ":" + c.account + ":changeSet/" + name + "/1", template: text,
		parameters: members(in.form, "Parameters", "ParameterKey", "ParameterValue"), tags: members(in.form, "Tags", "Key", "Value"),
	}
	return object{"Id": s.pending.id, "StackId": s.id}, nil
}

// members reads a list of pairs, as Query writes it.
func members(form url.Values, prefix, key, value string) map[string]string {
	m := map[string]string{}
	for i := 1; ; i++ {
		k := form.Get(fmt.Sprintf("%s.member.%d.%s", prefix, i, key))
		if k == "" {
			return m
		}
		m[k] = form.Get(fmt.Sprintf("%s.member.%d.%s", prefix, i, value))
	}
}

func (s *stack) describeChangeSet(name string) (object, error) {
	p := s.pending
	if p == nil {
		return nil, missing("ChangeSetNotFound", "ChangeSet [%s] does not exist", name)
	}
	d := object{
		"ChangeSetName": p.name, "ChangeSetId": p.id, "StackId": s.id, "StackName": s.name, "CreationTime": stamp(),
		"Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE",
		"Changes": changes(s.template, p.template),
	}
	if p.template == s.template && maps.Equal(p.parameters, s.parameters) && maps.Equal(p.tags, s.tags) {
		d["Status"], d["ExecutionStatus"], d["Changes"] = "FAILED", "UNAVAILABLE", list{}
		d["StatusReason"] = "The submitted information didn't contain changes. Submit different information to create a change set."
	}
	return d, nil
}

// definition is a resource as a template has it.
type definition struct {
	Type       string
	Properties map[string]any
}

// changes returns what becomes of each resource from one template to the next.
func changes(from, to string) list {
	var before, after struct{ Resources map[string]definition }
	_ = parse(from, &before) // there is none before the first, and a wrong one is reported later
	_ = parse(to, &after)
	all := list{}
	add := func(action, id string, r definition, details list) {
		all = append(all, object{"Type": "Resource", "ResourceChange": object{
			"Action": action, "LogicalResourceId": id, "ResourceType": r.Type, "Replacement": "False", "Details": details,
		}})
	}
	for _, id := range slices.Sorted(maps.Keys(after.Resources)) {
		old, known := before.Resources[id]
		switch now := after.Resources[id]; {
		case !known:
			add("Add", id, now, list{})
		case !reflect.DeepEqual(old, now):
			add("Modify", id, now, details(old.Properties, now.Properties))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(before.Resources)) {
		if _, stays := after.Resources[id]; !stays {
			add("Remove", id, before.Resources[id], list{})
		}
	}
	return all
}

// details returns which properties differ.
func details(from, to map[string]any) list {
	both := maps.Clone(from)
	maps.Copy(both, to)
	differ := list{}
	for _, name := range slices.Sorted(maps.Keys(both)) {
		if !reflect.DeepEqual(from[name], to[name]) {
			differ = append(differ, object{"Target": object{"Attribute": "Properties", "Name": name, "RequiresRecreation": "Never"}})
		}
	}
	return differ
}

// made does what the making of a resource brings with it; old is the one before, nil for
// none.
func (c *Cloud) made(s *stack, r, old *Resource) {
	text := func(name string) string { v, _ := r.Properties[name].(string); return v }
	switch r.Type {
	case "AWS::SSM::Parameter":
		c.parameters[s.region+r.PhysicalID] = &Parameter{Name: r.PhysicalID, Type: text("Type"), Value: text("Value"), Version: 1, Tags: map[string]string{}}
	case "AWS::Lambda::Function":
		c.retire(r.arn(s.region))
	case "AWS::Lambda::Version":
		s.publish(r, s.resources)
	case "AWS::Lambda::Alias":
		if s.live == nil {
			s.live = map[string]string{}
		}
		// CloudFormation knows of no move that it has not made.
		if number := text("FunctionVersion"); old == nil || old.Properties["FunctionVersion"] != number {
			s.live[r.PhysicalID] = number
		}
	}
}

// remove deletes a stack and what it has made; the caller holds mu.
func (c *Cloud) remove(s *stack) {
	for _, r := range s.resources {
		switch r.Type {
		case "AWS::SSM::Parameter":
			delete(c.parameters, s.region+r.PhysicalID)
		case "AWS::Lambda::Function":
			c.retire(r.arn(s.region))
		}
	}
	delete(c.stacks, s.region+s.name)
}

func (s *stack) event(id, typ, status, reason string) {
	s.events = append(s.events, object{
		"EventId": fmt.Sprint(s.name, "-", s.created.UnixNano(), "-", len(s.events)), "StackId": s.id, "StackName": s.name, "LogicalResourceId": id, "PhysicalResourceId": s.id,
		"ResourceType": typ, "ResourceStatus": status, "ResourceStatusReason": reason, "Timestamp": stamp(),
	})
}

func stamp() string { return at(time.Now()) }

func at(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
