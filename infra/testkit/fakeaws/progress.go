package fakeaws

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Pause has CloudFormation stop in the middle of every operation that begins now, until
// Resume.
func (c *Cloud) Pause() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paused = true
}

// Resume finishes what Pause has stopped.
func (c *Cloud) Resume() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paused = false
	for _, s := range c.stacks {
		if rest := s.rest; rest != nil {
			s.rest = nil
			rest()
		}
	}
}

// Break has each resource of a type fail, for this reason, in every operation until Mend.
func (c *Cloud) Break(typ, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken[typ] = reason
}

// Mend takes back every Break.
func (c *Cloud) Mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.broken)
}

// Status returns the state of a stack, "" if there is none.
func (c *Cloud) Status(stack string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.find("", stack); s != nil {
		return s.status
	}
	return ""
}

// SetStatus puts a stack into a state, such as one that a failure leaves; an empty stack is
// made if there is none.
func (c *Cloud) SetStatus(region, stack, status, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.open(region, stack)
	s.status, s.reason = status, reason
}

func (s *stack) busy() bool {
	return strings.HasSuffix(s.status, "_IN_PROGRESS") && s.status != "REVIEW_IN_PROGRESS"
}

// updatable reports whether a change set can be made for the stack.
func (s *stack) updatable() bool {
	return s.status == "REVIEW_IN_PROGRESS" || strings.HasSuffix(s.status, "_COMPLETE") && s.status != "ROLLBACK_COMPLETE"
}

func (s *stack) inProgress() error {
	return bad("ValidationError", "Stack:%s is in %s state and can not be updated.", s.id, s.status)
}

// operate begins an operation and runs the rest of it: at once, or at Resume if the cloud is
// paused. The caller holds mu.
func (c *Cloud) operate(s *stack, status string, rest func()) {
	s.status = status
	s.event(s.name, "AWS::CloudFormation::Stack", status, "User Initiated")
	if c.paused {
		s.rest = rest
		return
	}
	rest()
}

// execute makes what the pending change set says; the caller holds mu.
func (c *Cloud) execute(s *stack) {
	p, kind := s.pending, "UPDATE"
	s.pending = nil
	if s.status == "REVIEW_IN_PROGRESS" {
		kind = "CREATE"
	} else {
		s.updated = time.Now()
	}
	var touched []object
	for _, t := range changes(s.template, p.template) {
		touched = append(touched, t.(object)["ResourceChange"].(object))
	}
	s.status = kind + "_IN_PROGRESS"
	s.event(s.name, "AWS::CloudFormation::Stack", s.status, "User Initiated")
	if !c.paused {
		c.finish(s, p, kind, touched)
		return
	}
	half := len(touched) / 2
	for _, change := range touched[:half] {
		s.changed(change, kind+"_COMPLETE", "")
	}
	s.rest = func() { c.finish(s, p, kind, touched[half:]) }
}

// finish makes the resources of a change set and reports those of the changes.
func (c *Cloud) finish(s *stack, p *changeSet, kind string, touched []object) {
	resources, outputs, err := c.build(s, p.template, p.parameters)
	if err == nil {
		err = c.shift(s.resources, resources)
	}
	for _, change := range touched {
		if reason, broken := c.broken[fmt.Sprint(change["ResourceType"])]; broken {
			s.changed(change, kind+"_FAILED", reason)
			err = errors.New("The following resource(s) failed to " + strings.ToLower(kind) + ": [" + fmt.Sprint(change["LogicalResourceId"]) + "].")
			break
		}
		s.changed(change, kind+"_COMPLETE", "")
	}
	if err != nil {
		back := map[string]string{"CREATE": "ROLLBACK", "UPDATE": "UPDATE_ROLLBACK"}[kind]
		s.event(s.name, "AWS::CloudFormation::Stack", back+"_IN_PROGRESS", err.Error())
		s.status, s.reason = back+"_COMPLETE", err.Error()
		s.event(s.name, "AWS::CloudFormation::Stack", s.status, "")
		return
	}
	s.template, s.parameters, s.tags, s.reason = p.template, p.parameters, p.tags, ""
	before := s.resources
	s.resources, s.outputs = resources, outputs
	for id, r := range resources {
		c.made(s, r, before[id])
	}
	s.unpublish()
	s.status = kind + "_COMPLETE"
	s.event(s.name, "AWS::CloudFormation::Stack", s.status, "")
}

// changed reports what became of a resource.
func (s *stack) changed(change object, status, reason string) {
	s.event(fmt.Sprint(change["LogicalResourceId"]), fmt.Sprint(change["ResourceType"]), status, reason)
}

// delete deletes a stack; the caller holds mu.
func (c *Cloud) delete(s *stack) {
	c.operate(s, "DELETE_IN_PROGRESS", func() {
		for id, r := range s.resources {
			if reason, broken := c.broken[r.Type]; broken {
				s.event(id, r.Type, "DELETE_FAILED", reason)
				s.status, s.reason = "DELETE_FAILED", "The following resource(s) failed to delete: ["+id+"]."
				s.event(s.name, "AWS::CloudFormation::Stack", s.status, s.reason)
				return
			}
			if err := c.inUse(r); err != nil {
				s.event(id, r.Type, "DELETE_FAILED", err.Error())
				s.status, s.reason = "DELETE_FAILED", "The following resource(s) failed to delete: ["+id+"]."
				s.event(s.name, "AWS::CloudFormation::Stack", s.status, s.reason)
				return
			}
		}
		c.remove(s)
	})
}

// rollBack finishes a rollback that failed; the caller holds mu.
func (c *Cloud) rollBack(s *stack) error {
	if s.status != "UPDATE_ROLLBACK_FAILED" && s.status != "UPDATE_FAILED" {
		return bad("ValidationError", "Stack:%s is in %s state and can not be rolled back.", s.id, s.status)
	}
	c.operate(s, "UPDATE_ROLLBACK_IN_PROGRESS", func() {
		for typ, reason := range c.broken {
			s.event("Broken", typ, "UPDATE_FAILED", reason)
			s.status, s.reason = "UPDATE_ROLLBACK_FAILED", "The following resource(s) failed to update: [Broken]."
			s.event(s.name, "AWS::CloudFormation::Stack", s.status, s.reason)
			return
		}
		s.status, s.reason = "UPDATE_ROLLBACK_COMPLETE", ""
		s.event(s.name, "AWS::CloudFormation::Stack", s.status, "")
	})
	return nil
}
