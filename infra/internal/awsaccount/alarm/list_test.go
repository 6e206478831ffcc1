package alarm_test

import (
	"bytes"
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount/alarm"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// set changes the state of the alarm under the outage.
func set(t *testing.T, account *awsaccount.Account, state, reason string) {
	t.Helper()
	if err := account.SetAlarmState(t.Context(), "hearthgate-dev-breaker", state, reason); err != nil {
		t.Fatal(err)
	}
}

func shown(v interface{ Show(*ui.Screen) }) string {
	var b bytes.Buffer
	v.Show(ui.Paint(&b, false))
	return b.String()
}

// TestList has two outages, of which one is still on.
func TestList(t *testing.T) {
	c, account := deployed(t, nil)
	now := time.Now()
	read := func() alarm.List {
		t.Helper()
		l, err := alarm.Read(t.Context(), "dev", account, now.Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if l := read(); len(l.Episodes) != 0 || !strings.HasPrefix(shown(l), "No alarm of dev was on since") || l.Summary().Level != fleet.Well {
		t.Errorf("%+v", l)
	}
	set(t, account, awsaccount.AlarmOn, "the home is down")
	c.Pass(90 * time.Minute)
	set(t, account, awsaccount.AlarmOK, "it is back")
	l := read()
	if len(l.Episodes) != 1 {
		t.Fatalf("%+v", l)
	}
	if e := l.Episodes[0]; e.Alarm != "hearthgate-dev-outage" || !e.Sent || e.Why != "the home is down" || e.Until == nil || e.Until.Sub(e.From).Round(time.Minute) != 90*time.Minute {
		t.Errorf("%+v", e)
	}
	if text := shown(l); !strings.Contains(text, "outage  for 1h30m  sent  the home is down") || l.Summary().Level != fleet.Well {
		t.Errorf("%s: %+v", text, l.Summary())
	}
	c.Pass(time.Hour)
	set(t, account, awsaccount.AlarmOn, "again")
	l = read()
	if text := shown(l); len(l.Episodes) != 2 || l.Episodes[0].Until != nil || !strings.Contains(text, "outage  still on") {
		t.Errorf("%s", text)
	}
	if s := l.Summary(); s.Level != fleet.Trouble || !strings.HasPrefix(s.Text, "outage from ") || !strings.HasSuffix(s.Text, ", still on") {
		t.Errorf("%+v", s)
	}

	_, account = deployed(t, func(s *config.Stage) { s.AlarmEmail = "" })
	l, err := alarm.Read(t.Context(), "dev", account, now)
	if err != nil || l.Notifies || !strings.Contains(shown(l), "No one is notified") {
		t.Errorf("%v: %+v", err, l)
	}
	if _, err := alarm.Read(t.Context(), "other", account, now); awsaccount.CodeOf(err) != awsaccount.NotFound || !strings.Contains(err.Error(), "hearthgate deploy --stage other") {
		t.Error(err)
	}
}

// TestMute has an alarm raised while it is muted: it sends when that ends, by itself, if
// it is still on, and nothing if it is not.
func TestMute(t *testing.T) {
	for name, tt := range map[string]struct {
		meanwhile time.Duration // after which the home is well again; 0: it is not
		unmute    bool
		mails     int
	}{
		"still on":      {0, false, 1},
		"over":          {30 * time.Minute, false, 0},
		"ended by hand": {0, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c, account := deployed(t, nil)
			m, err := alarm.MuteFor(t.Context(), "dev", account, 2*time.Hour, time.Now())
			if err != nil || m.Until.Sub(*m.From) != 2*time.Hour || m.From.Second() != 0 || time.Until(*m.From) > time.Minute {
				t.Fatalf("%+v, %v", m, err)
			}
			if text := shown(m); !strings.Contains(text, "CloudWatch ends this by itself") || len(m.Alarms) != 1 || m.Alarms[0] != "hearthgate-dev-outage" {
				t.Errorf("%v: %s", m.Alarms, text)
			}
			c.Pass(2 * time.Minute)
			set(t, account, awsaccount.AlarmOn, "the home is down")
			if mails := c.Mails(); len(mails) > 0 {
				t.Errorf("a muted alarm sent %v", mails)
			}
			l, err := alarm.Read(t.Context(), "dev", account, time.Now().Add(-time.Hour))
			if err != nil || l.MutedUntil == nil || !l.MutedUntil.Equal(*m.Until) || l.Episodes[0].Sent || !strings.Contains(shown(l), "not sent") {
				t.Errorf("%+v, %v", l, err)
			}
			if tt.meanwhile > 0 {
				c.Pass(tt.meanwhile)
				set(t, account, awsaccount.AlarmOK, "it is back")
			}
			if tt.unmute {
				if u, err := alarm.Unmute(t.Context(), "dev", account); err != nil || !strings.Contains(shown(u), "send again") {
					t.Errorf("%+v, %v", u, err)
				}
				c.Pass(0)
			}
			c.Pass(2 * time.Hour)
			if mails := c.Mails(); len(mails) != tt.mails {
				t.Errorf("%d mails after the end, want %d", len(mails), tt.mails)
			}
			if l, err := alarm.Read(t.Context(), "dev", account, time.Now().Add(-time.Hour)); err != nil || l.MutedUntil != nil {
				t.Errorf("it is still muted: %+v, %v", l, err)
			}
			if u, err := alarm.Unmute(t.Context(), "dev", account); err != nil || u.Summary().Text != "the alarms were not muted" {
				t.Errorf("%+v, %v", u, err)
			}
		})
	}
	c, account := deployed(t, nil)
	for _, d := range []time.Duration{0, time.Second, 16 * 24 * time.Hour} {
		if _, err := alarm.MuteFor(t.Context(), "dev", account, d, time.Now()); err == nil || !strings.Contains(err.Error(), "1m to 360h") {
			t.Errorf("%s: %v", d, err)
		}
	}
	c.Deny("monitoring.PutAlarmMuteRule", "UnknownOperationException", "no such operation")
	if _, err := alarm.MuteFor(t.Context(), "dev", account, time.Hour, time.Now()); err == nil || !strings.HasPrefix(err.Error(), "nothing was muted: ") {
		t.Error(err)
	}
	_, account = deployed(t, func(s *config.Stage) { s.AlarmEmail = "" })
	if _, err := alarm.MuteFor(t.Context(), "dev", account, time.Hour, time.Now()); err == nil || !strings.Contains(err.Error(), "notifies anyone") {
		t.Error(err)
	}
}

// TestStillSet has the alarm not set back after Ctrl-C: the error says so.
func TestStillSet(t *testing.T) {
	c, account := deployed(t, nil)
	c.Edit("hearthgate-dev", "AWS::CloudWatch::CompositeAlarm", func(r *fakeaws.Resource) bool { r.Properties["AlarmRule"] = "FALSE"; return true })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var set atomic.Bool
	c.Before("monitoring.SetAlarmState", func() { set.Store(true) })
	c.Before("monitoring.DescribeAlarms", func() {
		if set.Load() {
			c.Deny("monitoring.SetAlarmState", "AccessDeniedException", "no")
			cancel()
		}
	})
	_, err := alarm.Send(ctx, "dev", account, alarm.Options{Poll: time.Millisecond})
	if err == nil || !strings.HasPrefix(err.Error(), "stopped: the alarm hearthgate-dev-breaker is still set") {
		t.Error(err)
	}
}
