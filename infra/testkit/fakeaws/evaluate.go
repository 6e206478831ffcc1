package fakeaws

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Evaluate returns what a policy of IAM allows the person. It knows statements that allow
// lists of actions on lists of resources, with * in resources alone, and the variable of
// the user's name; others are an error.
func Evaluate(document []byte) (func(action, resource string) bool, error) {
	var policy struct {
		Version   string
		Statement []struct {
			Sid, Effect      string
			Action, Resource []string
		}
	}
	if err := json.Unmarshal(document, &policy); err != nil {
		return nil, err
	}
	type rule struct {
		actions   []string
		resources []*regexp.Regexp
	}
	var rules []rule
	for _, s := range policy.Statement {
		if s.Effect != "Allow" || len(s.Action) == 0 || len(s.Resource) == 0 || strings.Contains(strings.Join(s.Action, ""), "*") {
			return nil, fmt.Errorf("the statement %s is not one that is known here", s.Sid)
		}
		r := rule{actions: s.Action}
		for _, pattern := range s.Resource {
			pattern = strings.ReplaceAll(pattern, "${aws:username}", "owner")
			r.resources = append(r.resources, regexp.MustCompile("^"+strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")+"$"))
		}
		rules = append(rules, r)
	}
	return func(action, resource string) bool {
		return slices.ContainsFunc(rules, func(r rule) bool {
			return slices.Contains(r.actions, action) && slices.ContainsFunc(r.resources, func(p *regexp.Regexp) bool { return p.MatchString(resource) })
		})
	}, nil
}
