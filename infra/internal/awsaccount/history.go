package awsaccount

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// An AlarmEvent is something in the history of an alarm.
type AlarmEvent struct {
	At     time.Time
	State  string // that the alarm changed to; "" for an action
	Reason string // of the change
	Topic  string // that an action notified; "" for a change
}

// AlarmHistory returns what happened to an alarm since a time, oldest first. CloudWatch
// keeps it for thirty days.
func (a *Account) AlarmHistory(ctx context.Context, name string, since time.Time) ([]AlarmEvent, error) {
	in := &cloudwatch.DescribeAlarmHistoryInput{AlarmName: &name, AlarmTypes: alarmTypes, StartDate: &since, ScanBy: types.ScanByTimestampDescending}
	const mostPages = 10
	pages := cloudwatch.NewDescribeAlarmHistoryPaginator(cloudwatch.NewFromConfig(a.config), in)
	var newest []AlarmEvent
	for i := 0; pages.HasMorePages() && i < mostPages; i++ {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("reading the history of the alarm "+name, err)
		}
		for _, item := range page.AlarmHistoryItems {
			if e, ok := alarmEvent(item); ok {
				newest = append(newest, e)
			}
		}
	}
	return reversed(newest), nil
}

// alarmEvent reads an item of a history; ok is false for one that is neither a change of
// the state nor an action that succeeded.
func alarmEvent(item types.AlarmHistoryItem) (e AlarmEvent, ok bool) {
	e.At = aws.ToTime(item.Timestamp)
	var data struct {
		ActionState          string
		NotificationResource string
		NewState             struct{ StateValue, StateReason string }
	}
	if json.Unmarshal([]byte(aws.ToString(item.HistoryData)), &data) != nil {
		return e, false
	}
	switch item.HistoryItemType {
	case types.HistoryItemTypeStateUpdate:
		e.State, e.Reason = data.NewState.StateValue, data.NewState.StateReason
		return e, e.State != ""
	case types.HistoryItemTypeAction:
		e.Topic = data.NotificationResource
		return e, strings.EqualFold(data.ActionState, "Succeeded") && strings.Contains(e.Topic, ":sns:")
	}
	return e, false
}
