package fakeaws

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// Log adds lines to a log group, as a function would.
func (c *Cloud) Log(group string, lines ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.logs[group] = append(c.logs[group], lines...)
}

// logsService answers for CloudWatch Logs.
func (c *Cloud) logsService(w http.ResponseWriter, request call) {
	var in struct {
		LogGroupName       string
		LogGroupNamePrefix string
		FilterPattern      string
		NextToken          string
	}
	if err := json.Unmarshal(request.body, &in); err != nil {
		fail(w, request, bad("SerializationException", "%v", err))
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch request.action {
	case "DescribeLogGroups":
		groups := list{}
		for _, s := range c.stacks {
			for _, r := range s.resources {
				if r.Type != "AWS::Logs::LogGroup" || s.region != request.region || !strings.HasPrefix(r.PhysicalID, in.LogGroupNamePrefix) {
					continue
				}
				g := object{"logGroupName": r.PhysicalID, "storedBytes": 0}
				if days, ok := r.Properties["RetentionInDays"]; ok {
					g["retentionInDays"] = integer(days)
				}
				groups = append(groups, g)
			}
		}
		reply(w, request, object{"logGroups": groups}, nil)
	case "FilterLogEvents":
		events := list{}
		for i, line := range c.logs[in.LogGroupName] {
			if matches(in.FilterPattern, line) {
				events = append(events, object{"eventId": in.LogGroupName + line, "message": line, "timestamp": time.Now().UnixMilli() + int64(i), "logStreamName": "stream"})
			}
		}
		reply(w, request, object{"events": events}, nil)
	default:
		fail(w, request, unknown(request))
	}
}

// matches understands the patterns that hearthgate uses: any of some texts, each
// written ?"text", and a field of a JSON line that is there.
func matches(pattern, line string) bool {
	if field, ok := strings.CutPrefix(pattern, "{ ($."); ok {
		name, _, _ := strings.Cut(field, " ")
		return strings.Contains(line, `"`+name+`":`)
	}
	for term := range strings.SplitSeq(pattern, `?"`) {
		if text, _, ok := strings.Cut(term, `"`); ok && strings.Contains(line, text) {
			return true
		}
	}
	return pattern == ""
}

// sns answers for the topic of the alarms: who has subscribed.
func (c *Cloud) sns(w http.ResponseWriter, in call) {
	if in.action != "ListSubscriptionsByTopic" {
		fail(w, in, unknown(in))
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	found := list{}
	for _, s := range c.stacks {
		for _, r := range s.resources {
			if r.Type != "AWS::SNS::Subscription" || r.Properties["TopicArn"] != in.form.Get("TopicArn") {
				continue
			}
			arn := "PendingConfirmation"
			if r.Properties["Confirmed"] == true {
				arn = in.form.Get("TopicArn") + ":" + r.LogicalID
			}
			found = append(found, object{"SubscriptionArn": arn, "Protocol": r.Properties["Protocol"], "Endpoint": r.Properties["Endpoint"], "TopicArn": in.form.Get("TopicArn")})
		}
	}
	query(w, in, object{"Subscriptions": found}, nil)
}
