package fakeaws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An event is a line of a log group.
type event struct {
	at   time.Time // the line's own time if it has one, else when it came
	id   int       // in the order in which the lines came
	line string
}

// Log adds lines to a log group, as a function would. A line of JSON has its own time in
// the field timestamp, as Lambda reads it.
func (c *Cloud) Log(group string, lines ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log(group, lines...)
}

// log is Log; the caller holds mu.
func (c *Cloud) log(group string, lines ...string) {
	for _, line := range lines {
		var own struct{ Timestamp time.Time }
		if json.Unmarshal([]byte(line), &own) != nil || own.Timestamp.IsZero() {
			own.Timestamp = time.Now()
		}
		c.logs[group] = append(c.logs[group], event{own.Timestamp, len(c.logs[group]), line})
	}
}

// page is how many events CloudWatch Logs returns at a time here.
const page = 100

// logsService answers for CloudWatch Logs.
func (c *Cloud) logsService(w http.ResponseWriter, request call) {
	var in struct {
		LogGroupName       string
		LogGroupNamePrefix string
		FilterPattern      string
		NextToken          string
		StartTime, EndTime int64 // ms
	}
	if err := json.Unmarshal(request.body, &in); err != nil {
		fail(w, request, bad("SerializationException", "%v", err))
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch request.action {
	case "DescribeLogGroups":
		reply(w, request, object{"logGroups": c.groups(request.region, in.LogGroupNamePrefix)}, nil)
	case "FilterLogEvents":
		matches, err := filter(in.FilterPattern)
		if err != nil {
			fail(w, request, bad("InvalidParameterException", "Invalid filter pattern: %v", err))
			return
		}
		var found []event
		for _, e := range c.logs[in.LogGroupName] {
			if at := e.at.UnixMilli(); at >= in.StartTime && (in.EndTime == 0 || at <= in.EndTime) && matches(e.line) {
				found = append(found, e)
			}
		}
		slices.SortStableFunc(found, func(x, y event) int { return x.at.Compare(y.at) })
		from, _ := strconv.Atoi(in.NextToken)
		reply(w, request, eventPage(found, from), nil)
	default:
		fail(w, request, unknown(request))
	}
}

// groups returns the log groups of a region; the caller holds mu.
func (c *Cloud) groups(region, prefix string) list {
	groups := list{}
	for _, s := range c.stacks {
		for _, r := range s.resources {
			if r.Type != "AWS::Logs::LogGroup" || s.region != region || !strings.HasPrefix(r.PhysicalID, prefix) {
				continue
			}
			g := object{"logGroupName": r.PhysicalID, "storedBytes": c.storedBytes(r.PhysicalID)}
			if days, ok := r.Properties["RetentionInDays"]; ok {
				g["retentionInDays"] = integer(days)
			}
			groups = append(groups, g)
		}
	}
	return groups
}

// storedBytes returns how many bytes of lines a log group has; the caller holds mu.
func (c *Cloud) storedBytes(group string) (n int) {
	for _, e := range c.logs[group] {
		n += len(e.line)
	}
	return n
}

// eventPage returns one page of events, from a position in them.
func eventPage(found []event, from int) object {
	events := list{}
	end := min(from+page, len(found))
	for _, e := range found[min(from, end):end] {
		events = append(events, object{"eventId": fmt.Sprintf("%032d", e.id), "message": e.line, "timestamp": e.at.UnixMilli(), "logStreamName": "stream"})
	}
	answer := object{"events": events}
	if end < len(found) {
		answer["nextToken"] = strconv.Itoa(end)
	}
	return answer
}
