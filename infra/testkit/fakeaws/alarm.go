package fakeaws

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/hearthgate/hearthgate/infra/internal/simulator/cloudwatch"
)

// A Mail is what an alarm sent to a topic.
type Mail struct {
	Topic, Alarm, Reason string
}

// Mails returns what the alarms of deployed stacks have sent, oldest first. Raise sends
// nothing.
func (c *Cloud) Mails() []Mail {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.mails)
}

// MeasureOf adds points to a metric that has this value in its dimension, such as the name
// of a function. Points of Measure are of all that have none of their own.
func (c *Cloud) MeasureOf(value, metric string, points ...float64) {
	c.Measure(metric+" "+value, points...)
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
	c.mu.Lock()
	defer c.mu.Unlock()
	var answer cbor.Map
	switch in.action {
	case "GetMetricStatistics":
		points := cbor.List{}
		for _, p := range c.pointsOf(m) {
			points = append(points, cbor.Map{
				"Sum": cbor.Float64(p), "Average": cbor.Float64(p), "Maximum": cbor.Float64(p),
				"Timestamp": &cbor.Tag{ID: 1, Value: cbor.Float64(float64(time.Now().Unix()))},
			})
		}
		answer = cbor.Map{"Label": cbor.String(textOf(m, "MetricName")), "Datapoints": points}
	case "GetMetricData":
		answer, err = c.metricData(m)
	case "DescribeAlarmHistory":
		answer = c.alarmHistory(m)
	case "PutAlarmMuteRule":
		answer, err = cbor.Map{}, c.putMute(m)
	case "GetAlarmMuteRule":
		answer, err = c.getMute(textOf(m, "AlarmMuteRuleName"))
	case "DeleteAlarmMuteRule":
		delete(c.mutes, textOf(m, "AlarmMuteRuleName"))
		answer = cbor.Map{}
	case "DescribeAlarms":
		answer = c.describeAlarms(m)
	case "SetAlarmState":
		answer, err = cbor.Map{}, c.setAlarmState(textOf(m, "AlarmName"), textOf(m, "StateValue"), textOf(m, "StateReason"))
	default:
		err = unknown(in)
	}
	if err != nil {
		fail(w, in, err)
		return
	}
	w.Header().Set("Content-Type", "application/cbor")
	w.Header().Set("smithy-protocol", "rpc-v2-cbor")
	w.Write(cbor.Encode(answer))
}

// pointsOf returns the points of the metric that a call is for. The caller holds mu.
func (c *Cloud) pointsOf(in cbor.Map) []float64 {
	name := textOf(in, "MetricName")
	dimensions, _ := in["Dimensions"].(cbor.List)
	for _, d := range dimensions {
		if m, ok := d.(cbor.Map); ok {
			if points, ok := c.points[name+" "+textOf(m, "Value")]; ok {
				return points
			}
		}
	}
	return c.points[name]
}

func textOf(m cbor.Map, name string) string { s, _ := m[name].(cbor.String); return string(s) }

func textsOf(m cbor.Map, name string) (texts []string) {
	all, _ := m[name].(cbor.List)
	for _, v := range all {
		s, _ := v.(cbor.String)
		texts = append(texts, string(s))
	}
	return texts
}

// describeAlarms returns the alarms that a call asks for: of both types only if it names
// both. An alarm that was raised without a stack is a metric alarm. The caller holds mu.
func (c *Cloud) describeAlarms(in cbor.Map) cbor.Map {
	deployed := c.deployedAlarms()
	names := slices.Sorted(maps.Keys(c.raised))
	for name := range deployed {
		names = append(names, name)
	}
	slices.Sort(names)
	types, wanted, state := textsOf(in, "AlarmTypes"), textsOf(in, "AlarmNames"), textOf(in, "StateValue")
	answer := map[string]cbor.List{"MetricAlarm": {}, "CompositeAlarm": {}}
	for _, name := range slices.Compact(names) {
		alarm := cbor.Map{"AlarmName": cbor.String(name), "StateValue": cbor.String(c.alarmState(name))}
		kind := "MetricAlarm"
		if r := deployed[name]; r != nil {
			kind = strings.TrimPrefix(r.Type, "AWS::CloudWatch::")
			if kind == "Alarm" {
				kind = "MetricAlarm"
			}
			actions := cbor.List{}
			for _, topic := range actionsOf(r) {
				actions = append(actions, cbor.String(topic))
			}
			alarm["AlarmActions"], alarm["ActionsEnabled"] = actions, cbor.Bool(r.Properties["ActionsEnabled"] != false)
		}
		if !strings.HasPrefix(name, textOf(in, "AlarmNamePrefix")) || state != "" && state != c.alarmState(name) ||
			len(wanted) > 0 && !slices.Contains(wanted, name) ||
			!slices.Contains(types, kind) && (len(types) > 0 || kind != "MetricAlarm") {
			continue
		}
		answer[kind] = append(answer[kind], alarm)
	}
	return cbor.Map{"MetricAlarms": answer["MetricAlarm"], "CompositeAlarms": answer["CompositeAlarm"]}
}

// setAlarmState sets the state of an alarm, and that of the composite alarms that name
// it. The caller holds mu.
func (c *Cloud) setAlarmState(name, state, reason string) error {
	deployed := c.deployedAlarms()
	if deployed[name] == nil {
		return missing("ResourceNotFoundException", "Unable to find alarm %s", name)
	}
	c.change(deployed[name], state, reason)
	for _, id := range slices.Sorted(maps.Keys(deployed)) {
		composite := deployed[id]
		text, _ := composite.Properties["AlarmRule"].(string)
		if text == "" {
			continue
		}
		holds, children, err := cloudwatch.Rule(text)
		if err != nil {
			return err
		}
		if !slices.Contains(children, name) {
			continue
		}
		state := "OK"
		if holds(func(child string) cloudwatch.State { return cloudwatch.State(c.alarmState(child)) }) {
			state = "ALARM"
		}
		c.change(composite, state, reason)
	}
	return nil
}

// change changes the state of an alarm, which sends something when it is raised. The
// caller holds mu.
func (c *Cloud) change(alarm *Resource, state, reason string) {
	was := c.alarmState(alarm.PhysicalID)
	if was != state {
		c.record(alarm, "StateUpdate", "Alarm updated from "+was+" to "+state, object{
			"version": "1.0", "oldState": object{"stateValue": was}, "newState": object{"stateValue": state, "stateReason": reason},
		})
	}
	delete(c.raised, alarm.PhysicalID)
	delete(c.withheld, alarm.PhysicalID)
	if state != "ALARM" {
		return
	}
	c.raised[alarm.PhysicalID] = true
	switch {
	case was == state:
	case c.muted(alarm.PhysicalID):
		c.withheld[alarm.PhysicalID] = reason
	default:
		c.send(alarm, reason)
	}
}

// send has an alarm execute its actions. The caller holds mu.
func (c *Cloud) send(alarm *Resource, reason string) {
	if alarm.Properties["ActionsEnabled"] == false {
		return
	}
	for _, topic := range actionsOf(alarm) {
		c.mails = append(c.mails, Mail{topic, alarm.PhysicalID, reason})
		c.record(alarm, "Action", "Successfully executed action "+topic, object{"actionState": "Succeeded", "notificationResource": topic})
	}
}

// deployedAlarms returns the alarms of all stacks by their name. The caller holds mu.
func (c *Cloud) deployedAlarms() map[string]*Resource {
	all := map[string]*Resource{}
	for _, s := range c.stacks {
		for _, r := range s.resources {
			if r.Type == "AWS::CloudWatch::Alarm" || r.Type == "AWS::CloudWatch::CompositeAlarm" {
				all[r.PhysicalID] = r
			}
		}
	}
	return all
}

func (c *Cloud) alarmState(name string) string {
	if c.raised[name] {
		return "ALARM"
	}
	return "OK"
}

func actionsOf(alarm *Resource) (topics []string) {
	all, _ := alarm.Properties["AlarmActions"].([]any)
	for _, topic := range all {
		if s, ok := topic.(string); ok {
			topics = append(topics, s)
		}
	}
	return topics
}
