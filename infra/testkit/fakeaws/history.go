package fakeaws

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// A happening is an item of the history of an alarm.
type happening struct {
	at                                    time.Time
	alarm, alarmType, kind, summary, data string
}

// record adds an item to the history of an alarm. The caller holds mu.
func (c *Cloud) record(alarm *Resource, kind, summary string, data object) {
	typ := "MetricAlarm"
	if strings.HasSuffix(alarm.Type, "CompositeAlarm") {
		typ = "CompositeAlarm"
	}
	text, _ := json.Marshal(data) // plain values: cannot fail
	c.history = append(c.history, happening{c.now(), alarm.PhysicalID, typ, kind, summary, string(text)})
}

// alarmHistory answers DescribeAlarmHistory, the newest first. The caller holds mu.
func (c *Cloud) alarmHistory(in cbor.Map) cbor.Map {
	from, types := timeOf(in["StartDate"]), textsOf(in, "AlarmTypes")
	if len(types) == 0 {
		types = []string{"MetricAlarm"}
	}
	items := cbor.List{}
	for _, h := range slices.Backward(c.history) {
		if name := textOf(in, "AlarmName"); h.at.Before(from) || name != "" && name != h.alarm || !slices.Contains(types, h.alarmType) {
			continue
		}
		if kind := textOf(in, "HistoryItemType"); kind != "" && kind != h.kind {
			continue
		}
		items = append(items, cbor.Map{
			"AlarmName": cbor.String(h.alarm), "AlarmType": cbor.String(h.alarmType), "Timestamp": stampOf(h.at),
			"HistoryItemType": cbor.String(h.kind), "HistorySummary": cbor.String(h.summary), "HistoryData": cbor.String(h.data),
		})
	}
	return cbor.Map{"AlarmHistoryItems": items}
}
