package alarm_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount/alarm"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

const (
	region = "us-east-1"
	topic  = "arn:aws:sns:us-east-1:999988887777:pager"
)

// deployed returns a cloud with the stage dev, changed, and the account to it.
func deployed(t *testing.T, change func(*config.Stage)) (*fakeaws.Cloud, *awsaccount.Account) {
	t.Helper()
	c := fakeaws.Start(fakeaws.Options{})
	t.Cleanup(c.Close)
	for _, e := range c.Environment() {
		name, value, _ := strings.Cut(e, "=")
		t.Setenv(name, value)
	}
	s := config.NewStage("dev")
	s.Locale, s.Region, s.URL, s.AlarmEmail = "en-US", region, "https://home.example.com", "owner@example.com"
	if change != nil {
		change(&s)
	}
	if err := c.Deploy(region, config.StackName(s.Name), fakeaws.StageTemplate(s)); err != nil {
		t.Fatal(err)
	}
	account, err := awsaccount.Open(t.Context(), region)
	if err != nil {
		t.Fatal(err)
	}
	return c, account
}

var quick = alarm.Options{Poll: time.Millisecond, Timeout: 50 * time.Millisecond}

// on returns the alarms that are on.
func on(t *testing.T, account *awsaccount.Account) []string {
	t.Helper()
	names, err := account.AlarmsOn(t.Context(), "dev")
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestSend(t *testing.T) {
	toTopic := func(s *config.Stage) { s.AlarmEmail, s.AlarmTopicARN = "", topic }
	for name, tt := range map[string]struct {
		change func(*config.Stage)
		cloud  func(*fakeaws.Cloud)
		to     string
	}{
		"to the owner": {nil, nil, "owner@example.com"},
		"to a topic that these credentials may not read": {toTopic, func(c *fakeaws.Cloud) {
			c.Deny("sns.ListSubscriptionsByTopic", "AuthorizationError", "no")
		}, topic},
	} {
		t.Run(name, func(t *testing.T) {
			c, account := deployed(t, tt.change)
			if tt.cloud != nil {
				tt.cloud(c)
			}
			sent, err := alarm.Send(t.Context(), "dev", account, quick)
			if err != nil || !slices.Equal(sent.To, []string{tt.to}) {
				t.Fatalf("sent %+v, %v", sent, err)
			}
			mails := c.Mails()
			if len(mails) != 1 || mails[0].Alarm != "hearthgate-dev-outage" || !strings.Contains(mails[0].Reason, "nothing is wrong") {
				t.Errorf("mails %+v, want one of the outage that says that nothing is wrong", mails)
			}
			if left := on(t, account); len(left) > 0 {
				t.Errorf("%v is still on", left)
			}
			var screen bytes.Buffer
			sent.Show(ui.Paint(&screen, false))
			for _, want := range []string{tt.to, "hearthgate-dev-outage", "CloudWatch sets"} {
				if !strings.Contains(screen.String(), want) {
					t.Errorf("no %q in %s", want, screen.String())
				}
			}
		})
	}
}

// TestNotSent checks that where a mail would not be sent, or not arrive, the error says
// what happened, why and what to do, and no alarm is touched.
func TestNotSent(t *testing.T) {
	unconfirmed := func(r *fakeaws.Resource) bool { delete(r.Properties, "Confirmed"); return true }
	for name, tt := range map[string]struct {
		change func(*config.Stage)
		cloud  func(*fakeaws.Cloud)
		want   []string
	}{
		"no one is notified": {func(s *config.Stage) { s.AlarmEmail = "" }, nil, []string{"no mail was sent", "notifies no one", "hearthgate init --stage dev --alarm-email"}},
		"nothing subscribed": {func(s *config.Stage) { s.AlarmTopicARN = topic }, nil, []string{"no mail was sent", "nothing has subscribed to " + topic, "console of SNS"}},
		"not confirmed": {nil, func(c *fakeaws.Cloud) { c.Edit("hearthgate-dev", "AWS::SNS::Subscription", unconfirmed) },
			[]string{"no mail was sent", "owner@example.com has not confirmed", "Follow the link"}},
		"an outage": {nil, func(c *fakeaws.Cloud) { c.Raise("hearthgate-dev-outage") }, []string{"no mail was sent", "hearthgate-dev-outage is on", "hearthgate doctor --stage dev"}},
		"an old stack": {nil, func(c *fakeaws.Cloud) {
			c.Edit("hearthgate-dev", "AWS::CloudWatch::CompositeAlarm", func(*fakeaws.Resource) bool { return false })
		}, []string{"no mail was sent", "there is no alarm hearthgate-dev-outage", "hearthgate deploy --stage dev"}},
		"not allowed": {nil, func(c *fakeaws.Cloud) { c.Deny("monitoring.SetAlarmState", "AccessDenied", "no") }, []string{"does not allow"}},
	} {
		t.Run(name, func(t *testing.T) {
			c, account := deployed(t, tt.change)
			if tt.cloud != nil {
				tt.cloud(c)
			}
			before := on(t, account)
			_, err := alarm.Send(t.Context(), "dev", account, quick)
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q in it", err, want)
				}
			}
			if mails := c.Mails(); len(mails) > 0 || !slices.Equal(on(t, account), before) {
				t.Errorf("mails %v; on are %v, before %v", mails, on(t, account), before)
			}
		})
	}
}

// TestSetBack checks that the alarm that was set is set back when the outage is not
// raised in time, and when the person interrupts the test.
func TestSetBack(t *testing.T) {
	never := func(c *fakeaws.Cloud) {
		c.Edit("hearthgate-dev", "AWS::CloudWatch::CompositeAlarm", func(r *fakeaws.Resource) bool { r.Properties["AlarmRule"] = "FALSE"; return true })
	}
	for name, want := range map[string]string{"too slow": "did not raise the alarm", "interrupted": "stopped: the alarm hearthgate-dev-breaker is set back"} {
		t.Run(name, func(t *testing.T) {
			c, account := deployed(t, nil)
			never(c)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			o := quick
			if name == "interrupted" {
				o.Timeout = time.Minute
				time.AfterFunc(200*time.Millisecond, cancel)
			}
			if _, err := alarm.Send(ctx, "dev", account, o); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
			set := 0
			for _, call := range c.Calls() {
				if call == "monitoring.SetAlarmState" {
					set++
				}
			}
			if left := on(t, account); len(left) > 0 || set != 2 {
				t.Errorf("%v is still on after %d changes, want none after 2", left, set)
			}
		})
	}
}
