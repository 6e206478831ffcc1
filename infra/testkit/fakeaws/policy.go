package fakeaws

import (
	"encoding/json"
	"net/http"
	"strings"
)

// policy answers with the permissions on a function or on an alias of it.
func (c *Cloud) policy(w http.ResponseWriter, in call, s *stack, function, alias *Resource) {
	on := function.arn(s.region)
	if alias != nil {
		on = alias.PhysicalID
	}
	c.mu.Lock()
	var statements list
	for _, r := range s.resources {
		p := r.Properties
		if r.Type != "AWS::Lambda::Permission" || p["FunctionName"] != on && p["FunctionName"] != strings.TrimPrefix(on, "arn:aws:lambda:"+s.region+":"+c.account+":function:") {
			continue
		}
		statement := object{"Sid": r.PhysicalID, "Effect": "Allow", "Principal": object{"Service": p["Principal"]}, "Action": p["Action"], "Resource": on}
		if token, ok := p["EventSourceToken"]; ok {
			statement["Condition"] = object{"StringEquals": object{"lambda:EventSourceToken": token}}
		}
		statements = append(statements, statement)
	}
	c.mu.Unlock()
	if len(statements) == 0 {
		fail(w, in, missing("ResourceNotFoundException", "The resource you requested does not exist."))
		return
	}
	text, _ := json.Marshal(object{"Version": "2012-10-17", "Id": "default", "Statement": statements})
	reply(w, in, object{"Policy": string(text), "RevisionId": "1"}, nil)
}
