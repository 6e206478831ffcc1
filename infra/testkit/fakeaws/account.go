package fakeaws

import (
	"errors"
	"maps"
	"slices"
)

// Resources returns what a stack has made of a type, ordered by logical id; every
// type if typ is empty.
func (c *Cloud) Resources(stack, typ string) []Resource {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.find("", stack)
	var found []Resource
	if s == nil {
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(s.resources)) {
		if r := s.resources[id]; typ == "" || r.Type == typ {
			found = append(found, *r)
		}
	}
	return found
}

// Deploy makes a stack of a template, as `cdk deploy` would.
func (c *Cloud) Deploy(region, name, template string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.open(region, name)
	s.pending = &changeSet{template: template}
	c.execute(s)
	if s.reason != "" {
		return errors.New(s.reason)
	}
	return nil
}

// SetObject puts an object into a bucket.
func (c *Cloud) SetObject(bucket, key string, b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.objects[bucket+"/"+key] = b
}

// Object returns an object of a bucket, nil if there is none.
func (c *Cloud) Object(bucket, key string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.objects[bucket+"/"+key]
}

// Edit changes the resources of a type that a stack has created, as a person might in
// the console. Edit returns whether the resource stays.
func (c *Cloud) Edit(stack, typ string, edit func(*Resource) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.find("", stack)
	if s == nil {
		return
	}
	for id, r := range s.resources {
		if r.Type == typ && !edit(r) {
			delete(s.resources, id)
		}
	}
}

// Tag sets a tag of a stack.
func (c *Cloud) Tag(stack, key, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.find("", stack)
	if s.tags == nil {
		s.tags = map[string]string{}
	}
	s.tags[key] = value
}

// MayInvoke returns what reports whether a skill may invoke an endpoint, by the permissions
// of a stack.
func (c *Cloud) MayInvoke(stack string) func(endpoint, principal, skill string) bool {
	return func(endpoint, principal, skill string) bool {
		return slices.ContainsFunc(c.Resources(stack, "AWS::Lambda::Permission"), func(r Resource) bool {
			return r.Properties["FunctionName"] == endpoint && r.Properties["Principal"] == principal && r.Properties["EventSourceToken"] == skill
		})
	}
}

// Templates returns the templates of all stacks.
func (c *Cloud) Templates() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, s := range c.stacks {
		all = append(all, s.template)
	}
	return all
}
