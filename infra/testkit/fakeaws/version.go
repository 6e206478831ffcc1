package fakeaws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A publication is a version of a function: what it was when it was published.
type publication struct {
	logicalID, number string
	at                time.Time
	properties        map[string]any // of the function
	retained          bool           // it outlives its resource
}

// publish notes a version that a stack has made; the caller holds mu.
func (s *stack) publish(r *Resource, resources map[string]*Resource) {
	number := s.number(r.LogicalID)
	n, _ := strconv.Atoi(number)
	s.highest = max(s.highest, n)
	for _, p := range s.published {
		if p.number == number {
			return
		}
	}
	p := &publication{logicalID: r.LogicalID, number: number, at: time.Now(), retained: strings.HasPrefix(r.deletion, "Retain")}
	for _, f := range resources {
		if f.Type == "AWS::Lambda::Function" && strings.HasPrefix(r.PhysicalID, f.arn(s.region)+":") {
			p.properties = f.Properties
		}
	}
	s.published = append(s.published, p)
}

// unpublish deletes the versions whose resource the stack no longer has, except those that
// are retained; the caller holds mu.
func (s *stack) unpublish() {
	var left []*publication
	for _, p := range s.published {
		if s.resources[p.logicalID] != nil || p.retained {
			left = append(left, p)
		}
	}
	s.published = left
}

// number returns the number of a version, by its logical id: the next one for a resource
// that the stack has not made yet.
func (s *stack) number(logicalID string) string {
	if r := s.resources[logicalID]; r != nil {
		return r.PhysicalID[strings.LastIndex(r.PhysicalID, ":")+1:]
	}
	return fmt.Sprint(s.highest + 1)
}

// version returns the number of the version that a qualifier names, and what the function
// was then; an unknown version is the function as it is. The caller holds mu.
func (s *stack) version(function, alias *Resource, qualifier string) (string, map[string]any) {
	number := qualifier
	if alias != nil {
		number = s.live[alias.PhysicalID]
	}
	for i, p := range s.published {
		// What a person has edited in the console is in effect.
		if p.number == number && i < len(s.published)-1 && p.properties != nil {
			return number, p.properties
		}
	}
	return number, function.Properties
}

// versions answers with all versions of a function, and updates and describes aliases.
func (c *Cloud) versions(w http.ResponseWriter, in call, s *stack, function, alias *Resource) {
	c.mu.Lock()
	defer c.mu.Unlock()
	arn := function.arn(s.region)
	switch in.action {
	case "ListVersionsByFunction":
		all := list{object{"FunctionName": function.PhysicalID, "FunctionArn": arn + ":$LATEST", "Version": "$LATEST", "LastModified": at(time.Now())}}
		for _, p := range s.published {
			all = append(all, object{"FunctionName": function.PhysicalID, "FunctionArn": arn + ":" + p.number, "Version": p.number, "LastModified": at(p.at), "Environment": p.properties["Environment"]})
		}
		reply(w, in, object{"Versions": all}, nil)
		return
	case "UpdateAlias":
		var body struct{ FunctionVersion, RevisionId string }
		if err := json.Unmarshal(in.body, &body); err != nil {
			fail(w, in, bad("InvalidRequestContentException", "%v", err))
			return
		}
		known := false
		for _, p := range s.published {
			known = known || p.number == body.FunctionVersion
		}
		switch {
		case body.RevisionId != "" && body.RevisionId != s.revision(alias):
			fail(w, in, fault{http.StatusPreconditionFailed, "PreconditionFailedException", "The RevisionId provided does not match the latest RevisionId for the alias."})
			return
		case !known:
			fail(w, in, missing("ResourceNotFoundException", "Function not found: %s:%s", arn, body.FunctionVersion))
			return
		}
		s.live[alias.PhysicalID] = body.FunctionVersion
	}
	a := object{"Name": "live", "AliasArn": alias.PhysicalID, "FunctionVersion": s.live[alias.PhysicalID], "RevisionId": s.revision(alias)}
	if c.shifting != "" {
		a["RoutingConfig"] = object{"AdditionalVersionWeights": object{c.shifting: 0.1}}
	}
	reply(w, in, a, nil)
}

func (s *stack) revision(alias *Resource) string { return "revision-" + s.live[alias.PhysicalID] }

// Shift has every alias in the middle of a gradual deployment to this version, until it is
// called with "".
func (c *Cloud) Shift(version string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shifting = version
}

// SetLive moves an alias to a version, as a person might in the console.
func (c *Cloud) SetLive(stack, version string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.find("", stack); s != nil {
		for alias := range s.live {
			s.live[alias] = version
		}
	}
}

// Live returns the version that the alias of a stack's function is at.
func (c *Cloud) Live(stack string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.find("", stack); s != nil {
		for _, version := range s.live {
			return version
		}
	}
	return ""
}
