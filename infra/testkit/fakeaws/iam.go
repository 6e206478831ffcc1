package fakeaws

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// iam answers for IAM: which calls the person may make.
func (c *Cloud) iam(w http.ResponseWriter, in call) {
	if in.action != "SimulatePrincipalPolicy" {
		fail(w, in, unknown(in))
		return
	}
	c.mu.Lock()
	allowed, identity := c.allowed, c.identity
	c.mu.Unlock()
	if source := in.form.Get("PolicySourceArn"); source != principalOf(identity) {
		fail(w, in, missing("NoSuchEntity", "The entity %s cannot be found.", source))
		return
	}
	results := list{}
	for _, action := range texts(in.form, "ActionNames") {
		var each list
		decision := "allowed"
		for _, resource := range texts(in.form, "ResourceArns") {
			d := "allowed"
			if allowed != nil && !allowed(action, resource) {
				d, decision = "implicitDeny", "implicitDeny"
			}
			each = append(each, object{"EvalResourceName": resource, "EvalResourceDecision": d})
		}
		results = append(results, object{"EvalActionName": action, "EvalDecision": decision, "EvalResourceName": "*", "ResourceSpecificResults": each})
	}
	query(w, in, object{"EvaluationResults": results, "IsTruncated": false}, nil)
}

// principalOf returns the user or role of an identity.
func principalOf(identity string) string {
	if role, ok := strings.CutPrefix(identity, "arn:aws:sts::"+AccountID+":assumed-role/"); ok {
		role, _, _ = strings.Cut(role, "/")
		return "arn:aws:iam::" + AccountID + ":role/" + role
	}
	return identity
}

// texts reads a list, as Query writes it.
func texts(form url.Values, name string) (all []string) {
	for i := 1; form.Has(fmt.Sprintf("%s.member.%d", name, i)); i++ {
		all = append(all, form.Get(fmt.Sprintf("%s.member.%d", name, i)))
	}
	return all
}
