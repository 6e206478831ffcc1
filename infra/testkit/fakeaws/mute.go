package fakeaws

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// A muteRule is a rule that mutes alarms once.
type muteRule struct {
	input    cbor.Map // as it was put
	alarms   []string
	from, to time.Time
}

// Pass has time pass for alarms and the rules that mute them. An alarm that is still on
// when a rule ends sends then what was muted.
func (c *Cloud) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
	for alarm, reason := range c.withheld {
		if r := c.deployedAlarms()[alarm]; r != nil && !c.muted(alarm) {
			delete(c.withheld, alarm)
			c.send(r, reason)
		}
	}
}

// now is the time of alarms. The caller holds mu.
func (c *Cloud) now() time.Time { return time.Now().Add(c.ahead) }

// muted reports whether a rule mutes an alarm now. The caller holds mu.
func (c *Cloud) muted(alarm string) bool {
	for _, r := range c.mutes {
		if slices.Contains(r.alarms, alarm) && !c.now().Before(r.from) && c.now().Before(r.to) {
			return true
		}
	}
	return false
}

// putMute makes a rule, or replaces the one of its name. The caller holds mu.
func (c *Cloud) putMute(in cbor.Map) error {
	rule, _ := in["Rule"].(cbor.Map)
	schedule, _ := rule["Schedule"].(cbor.Map)
	targets, _ := in["MuteTargets"].(cbor.Map)
	const at = "at(2006-01-02T15:04)"
	from, err := time.ParseInLocation(at, textOf(schedule, "Expression"), time.UTC)
	if err != nil {
		return bad("ValidationException", "Only at expressions are known here: %v", err)
	}
	length, err := time.ParseDuration(strings.ToLower(strings.TrimPrefix(textOf(schedule, "Duration"), "PT")))
	if err != nil || length < time.Minute || length > 15*24*time.Hour {
		return bad("ValidationException", "Invalid duration %s", textOf(schedule, "Duration"))
	}
	if from.Before(c.now()) {
		return bad("ValidationException", "The schedule begins in the past")
	}
	r := muteRule{input: in, alarms: textsOf(targets, "AlarmNames"), from: from, to: from.Add(length)}
	for _, name := range r.alarms {
		if c.deployedAlarms()[name] == nil {
			return missing("ResourceNotFoundException", "Alarm %s does not exist", name)
		}
	}
	if c.mutes == nil {
		c.mutes = map[string]muteRule{}
	}
	c.mutes[textOf(in, "Name")] = r
	return nil
}

// getMute describes a rule. The caller holds mu.
func (c *Cloud) getMute(name string) (cbor.Map, error) {
	r, ok := c.mutes[name]
	if !ok {
		return nil, missing("ResourceNotFoundException", "Alarm mute rule %s does not exist", name)
	}
	status := "SCHEDULED"
	switch now := c.now(); {
	case !now.Before(r.to):
		status = "EXPIRED"
	case !now.Before(r.from):
		status = "ACTIVE"
	}
	answer := maps.Clone(r.input)
	answer["Status"], answer["MuteType"] = cbor.String(status), cbor.String("ONE_TIME")
	return answer, nil
}
