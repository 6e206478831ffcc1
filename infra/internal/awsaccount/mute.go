package awsaccount

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// A Mute is a rule by which CloudWatch executes no actions of some alarms for a time. It
// ends by itself. An alarm that was raised meanwhile, and is still on then, executes its
// actions at the end.
type Mute struct {
	Name   string
	Until  time.Time
	Over   bool // it has ended
	Alarms []string
}

// Mute mutes alarms from a time on, which is in the future and in whole minutes. A rule of
// that name is replaced.
func (a *Account) Mute(ctx context.Context, name, description string, alarms []string, from time.Time, d time.Duration) error {
	_, err := cloudwatch.NewFromConfig(a.config).PutAlarmMuteRule(ctx, &cloudwatch.PutAlarmMuteRuleInput{
		Name: &name, Description: &description, MuteTargets: &types.MuteTargets{AlarmNames: alarms},
		ExpireDate: aws.Time(from.Add(d)),
		Rule: &types.Rule{Schedule: &types.Schedule{
			Expression: aws.String(from.UTC().Format("at(2006-01-02T15:04)")),
			Duration:   aws.String(fmt.Sprintf("PT%dM", int(d/time.Minute))),
			Timezone:   aws.String("UTC"),
		}},
	})
	return explain("muting the alarms", err)
}

// Muted returns a rule that mutes alarms; the error is [NotFound] if it does not exist.
func (a *Account) Muted(ctx context.Context, name string) (Mute, error) {
	out, err := cloudwatch.NewFromConfig(a.config).GetAlarmMuteRule(ctx, &cloudwatch.GetAlarmMuteRuleInput{AlarmMuteRuleName: &name})
	if err != nil {
		return Mute{}, explain("reading which alarms are muted", err)
	}
	m := Mute{Name: name, Until: aws.ToTime(out.ExpireDate), Over: out.Status == types.AlarmMuteRuleStatusExpired}
	if out.MuteTargets != nil {
		m.Alarms = out.MuteTargets.AlarmNames
	}
	return m, nil
}

// Unmute deletes a rule that mutes alarms.
func (a *Account) Unmute(ctx context.Context, name string) error {
	_, err := cloudwatch.NewFromConfig(a.config).DeleteAlarmMuteRule(ctx, &cloudwatch.DeleteAlarmMuteRuleInput{AlarmMuteRuleName: &name})
	return explain("ending the muting of alarms", err)
}
