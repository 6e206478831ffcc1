package fakeaws

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// An execution is a change set that was carried out, as CloudTrail has it.
type execution struct {
	at            time.Time
	region, event string
}

// executed notes that a change set of s is carried out. The caller holds mu.
func (c *Cloud) executed(in call, s *stack) {
	identity := object{"type": "IAMUser", "arn": owner, "userName": "owner"}
	if caller(in) == Role {
		identity = object{"type": "AssumedRole", "arn": "arn:aws:sts::" + c.account + ":assumed-role/cdk-hnb659fds-deploy-role-" + c.account + "-" + s.region + "/aws-cdk-jane"}
	}
	event, _ := json.Marshal(object{ // plain values: cannot fail
		"eventVersion": "1.09", "eventSource": "cloudformation.amazonaws.com", "eventName": "ExecuteChangeSet", "awsRegion": s.region,
		"userIdentity": identity, "requestParameters": object{"stackName": in.form.Get("StackName"), "changeSetName": in.form.Get("ChangeSetName")},
	})
	c.executions = append(c.executions, execution{c.now(), s.region, string(event)})
}

// cloudtrail answers for CloudTrail's event history, the newest first and two a page.
func (c *Cloud) cloudtrail(w http.ResponseWriter, in call) {
	const perPage = 2
	c.mu.Lock()
	defer c.mu.Unlock()
	var asked struct {
		NextToken        string
		LookupAttributes []struct{ AttributeKey, AttributeValue string }
	}
	if err := json.Unmarshal(in.body, &asked); err != nil || in.action != "LookupEvents" {
		fail(w, in, unknown(in))
		return
	}
	if len(asked.LookupAttributes) != 1 || asked.LookupAttributes[0].AttributeKey != "EventName" {
		fail(w, in, bad("InvalidLookupAttributesException", "one attribute EventName is answered here"))
		return
	}
	var events list
	for _, x := range slices.Backward(c.executions) {
		if x.region == in.region && asked.LookupAttributes[0].AttributeValue == "ExecuteChangeSet" {
			events = append(events, object{"EventId": "event", "EventName": "ExecuteChangeSet", "EventTime": x.at.Unix(), "CloudTrailEvent": x.event})
		}
	}
	from, _ := strconv.Atoi(asked.NextToken)
	to := min(from+perPage, len(events))
	page := object{"Events": append(list{}, events[min(from, len(events)):to]...)}
	if to < len(events) {
		page["NextToken"] = strconv.Itoa(to)
	}
	reply(w, in, page, nil)
}
