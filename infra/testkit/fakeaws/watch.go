package fakeaws

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
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
					g["retentionInDays"] = number(days)
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

// Measure adds points to a metric of CloudWatch, by its name.
func (c *Cloud) Measure(metric string, points ...float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.points[metric] = append(c.points[metric], points...)
}

// monitoring answers for CloudWatch, which speaks CBOR.
func (c *Cloud) monitoring(w http.ResponseWriter, in call) {
	v, err := cbor.Decode(in.body)
	m, ok := v.(cbor.Map)
	if err != nil || !ok {
		fail(w, in, bad("SerializationException", "%v", err))
		return
	}
	text := func(name string) string { s, _ := m[name].(cbor.String); return string(s) }
	c.mu.Lock()
	defer c.mu.Unlock()
	var answer cbor.Map
	switch in.action {
	case "GetMetricStatistics":
		points := cbor.List{}
		for _, p := range c.points[text("MetricName")] {
			points = append(points, cbor.Map{
				"Sum": cbor.Float64(p), "Average": cbor.Float64(p), "Maximum": cbor.Float64(p),
				"Timestamp": &cbor.Tag{ID: 1, Value: cbor.Float64(float64(time.Now().Unix()))},
			})
		}
		answer = cbor.Map{"Label": cbor.String(text("MetricName")), "Datapoints": points}
	case "DescribeAlarms":
		alarms := cbor.List{}
		for _, name := range slices.Sorted(maps.Keys(c.raised)) {
			if strings.HasPrefix(name, text("AlarmNamePrefix")) && text("StateValue") == "ALARM" {
				alarms = append(alarms, cbor.Map{"AlarmName": cbor.String(name), "StateValue": cbor.String("ALARM")})
			}
		}
		answer = cbor.Map{"MetricAlarms": alarms}
	default:
		fail(w, in, unknown(in))
		return
	}
	w.Header().Set("Content-Type", "application/cbor")
	w.Header().Set("smithy-protocol", "rpc-v2-cbor")
	w.Write(cbor.Encode(answer))
}
