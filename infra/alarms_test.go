package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/config/wire"
)

// TestO2Mails tells what happens to a home, and counts the mails that its owner gets.
func TestO2Mails(t *testing.T) {
	for name, tt := range map[string]struct {
		happens func(*story)
		want    []string
	}{
		"one failure in a quiet quarter of an hour": {func(s *story) {
			s.pass(300, every(60, succeeded))
			s.pass(1, every(1, failed))
			s.pass(300, every(60, succeeded))
		}, nil},
		"three failures in a row": {func(s *story) {
			s.pass(3, every(1, failed))
			s.pass(300, every(60, succeeded))
		}, nil},
		"four failures in a row": {func(s *story) {
			s.pass(4, every(1, failed))
			s.pass(300, every(60, succeeded))
		}, []string{"outage"}},
		"a flaky home: one of eight fails, for a day": {func(s *story) {
			s.pass(24*60, oneOfEight(5, timesOut))
		}, nil},
		"a busy flaky home": {func(s *story) {
			s.pass(24*60, oneOfEight(2, timesOut))
		}, nil},
		"a home that is sometimes slow: one of eight, for a day": {func(s *story) {
			s.pass(24*60, oneOfEight(3, slow))
		}, nil},
		"a busy home: one of twelve fails": {func(s *story) {
			s.pass(300, func(minute int) []directive {
				if minute%6 == 5 {
					return []directive{succeeded, failed}
				}
				return []directive{succeeded, succeeded}
			})
		}, nil},
		"an outage of an hour": {func(s *story) {
			s.pass(60, every(2, succeeded))
			s.pass(10, every(2, timesOut))
			s.pass(50, every(2, rejected))
			s.pass(180, every(2, succeeded))
		}, []string{"outage"}},
		"an outage of an hour in a quiet home": {func(s *story) {
			s.pass(60, func(minute int) []directive {
				if slices.Contains([]int{0, 1, 2, 20, 21, 22, 50, 51}, minute) {
					return []directive{timesOut}
				}
				return nil
			})
			s.pass(300, every(30, succeeded))
		}, []string{"outage"}},
		"an outage from the evening to the morning": {func(s *story) {
			s.pass(60, every(5, timesOut))
			s.pass(9*60, every(600, timesOut))
			s.pass(60, every(5, timesOut))
			s.pass(180, every(5, succeeded))
		}, []string{"outage"}},
		"two outages": {func(s *story) {
			for range 2 {
				s.pass(60, every(3, timesOut))
				s.pass(180, every(3, succeeded))
			}
		}, []string{"outage", "outage"}},
		"a slow home": {func(s *story) {
			s.pass(60, every(3, slow))
			s.pass(120, every(3, succeeded))
		}, []string{"outage"}},
		"a sparse outage of a day": {func(s *story) {
			s.pass(60, every(10, failed))
			s.pass(23*60, every(18, failed))
			s.pass(180, every(18, succeeded))
		}, []string{"outage"}},
		"an outage that a flaky home mixes with answers": {func(s *story) {
			s.pass(180, func(minute int) []directive {
				if minute%9 == 8 {
					return []directive{succeeded}
				}
				return every(3, failed)(minute)
			})
			s.pass(180, every(3, succeeded))
		}, []string{"outage"}},
		"a wrong token": {func(s *story) {
			s.pass(6*60, every(7, failed))
			s.pass(60, every(7, succeeded))
		}, []string{"outage"}},
		"three slow directives": {func(s *story) {
			s.pass(3, every(1, slow))
			s.pass(120, every(30, succeeded))
		}, nil},
		"a storm of denials": {func(s *story) {
			s.pass(60, func(int) []directive { return []directive{denied, denied, denied, denied} })
		}, nil},
		"a storm of what is asked wrongly": {func(s *story) { s.pass(60, func(int) []directive { return []directive{unknown, unknown, unknown} }) }, nil},
		"a denial storm does not hide an outage": {func(s *story) {
			s.pass(60, func(int) []directive { return []directive{denied, timesOut, timesOut} })
			s.pass(60, every(2, succeeded))
		}, []string{"outage"}},
		"two crashes": {func(s *story) {
			s.pass(2, every(1, crashed))
			s.pass(180, every(10, succeeded))
		}, nil},
		"three crashes": {func(s *story) {
			s.pass(3, every(1, crashed))
			s.pass(180, every(10, succeeded))
		}, []string{"errors"}},
		"throttling": {func(s *story) {
			for i := range 4 {
				s.alarms.Put(s.now.Add(time.Duration(i)*time.Minute), "AWS/Lambda", "Throttles", map[string]string{"FunctionName": config.FunctionName("prod")}, 1)
			}
			s.pass(180, every(10, succeeded))
		}, []string{"errors"}},
		"a discovery with the last good list": {func(s *story) {
			s.pass(3, every(1, stale))
			s.pass(2*24*60, every(60, succeeded))
		}, nil},
		"such a discovery each day": {func(s *story) {
			s.pass(3*24*60, every(24*60, stale))
			s.pass(24*60, every(60, succeeded))
		}, []string{"stale"}},
		"a weekend away": {func(s *story) { s.pass(60*60, func(int) []directive { return nil }) }, nil},
		"an unlinked skill": {func(s *story) {
			s.pass(4*24*60, func(int) []directive { return nil })
			s.pass(60, every(10, succeeded))
		}, []string{"silence"}},
		"a loop of requests": {func(s *story) {
			s.pass(180, func(int) []directive { return slices.Repeat([]directive{succeeded}, 55) })
		}, []string{"flood"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			tt.happens(s)
			if got := s.mails(); !slices.Equal(got, tt.want) {
				t.Errorf("mails %v, want %v: %v", got, tt.want, s.alarms.Raised)
			}
			if back := s.rolledBackBy(); len(back) > 0 {
				t.Errorf("without a deployment %v is raised", back)
			}
		})
	}
}

// TestRelayMails tells what happens to a home behind a relay, and counts the mails.
func TestRelayMails(t *testing.T) {
	const hour, day = 60, 24 * 60
	away := directive{outcome: wire.Failed, took: 5} // answered at once
	for name, tt := range map[string]struct {
		happens func(*story)
		want    []string
	}{
		"a week in which no one says anything": {func(s *story) { s.online(true, 7*day) }, []string{"silence"}}, // of the skill, and none of the home
		"a restart of five minutes, each day": {func(s *story) {
			for range 3 {
				s.online(false, 5)
				s.online(true, day-5)
			}
		}, []string{"silence"}},
		"a restart in which someone speaks": {func(s *story) {
			s.connected = false
			s.pass(5, every(2, away))
			s.connected = true
			s.pass(3*hour, every(30, succeeded))
		}, nil},
		"an update of 50 minutes": {func(s *story) { s.online(false, 50); s.online(true, hour) }, nil},
		"an evening offline, and no one speaks": {func(s *story) {
			s.online(false, 5*hour)
			s.online(true, 10*hour)
		}, []string{"outage"}},
		"an evening offline, and someone speaks": {func(s *story) {
			s.connected = false
			s.pass(5*hour, every(7, away))
			s.connected = true
			s.pass(10*hour, every(30, succeeded))
		}, []string{"outage"}},
		"an evening offline, and someone speaks late": {func(s *story) {
			s.online(false, 2*hour)
			s.pass(3*hour, every(7, away))
			s.connected = true
			s.pass(10*hour, every(30, succeeded))
		}, []string{"outage"}},
		"two days without power": {func(s *story) {
			s.online(false, 2*day)
			s.online(true, hour)
		}, []string{"outage"}},
		"two evenings offline": {func(s *story) {
			for range 2 {
				s.online(false, 3*hour)
				s.connected = true
				s.pass(21*hour, every(hour, succeeded))
			}
		}, []string{"outage", "outage"}},
		"a flaky connection: away for ten minutes of thirty, for a day": {func(s *story) {
			for range 48 {
				s.online(false, 10)
				s.connected = true
				s.pass(20, every(20, succeeded))
			}
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := tellRelayed(t)
			tt.happens(s)
			if got := s.mails(); !slices.Equal(got, tt.want) {
				t.Errorf("mails %v, want %v: %v", got, tt.want, s.alarms.Raised)
			}
		})
	}
	t.Run("a stage that is paired after two days", func(t *testing.T) {
		s := tellOf(t, relayedProd())
		s.online(false, 2*day)
		s.online(true, hour)
		s.online(false, 2*hour)
		if got := s.mails(); !slices.Equal(got, []string{"outage"}) {
			t.Errorf("mails %v, want one when the home goes, and none before it came: %v", got, s.alarms.Raised)
		}
	})
}

// TestRelayMailSaysWhy checks what the owner of a home behind a relay reads in the mail of
// an outage: that the home is not connected is one of the causes.
func TestRelayMailSaysWhy(t *testing.T) {
	s := tellRelayed(t)
	s.online(false, 120)
	if n := s.alarms.Notifications; len(n) != 1 || !strings.Contains(n[0].Text, "offline: Home Assistant or the home's internet connection is down.") || len(n[0].Text) > 1024 {
		t.Errorf("the mails are %+v", n)
	}
	if raised := s.alarms.Raised["hearthgate-prod-offline"]; len(raised) != 1 {
		t.Errorf("the part is raised at %v", raised)
	}
	if got := s.alarms.MetricCount(); got != 17 {
		t.Errorf("the alarms read %d metrics, want 17, as the section cost of the runbook says", got)
	}
}

// TestO2Rollbacks tells what happens in a deployment, and by which alarm it is rolled back.
func TestO2Rollbacks(t *testing.T) {
	always := func(d directive) func(int) directive { return func(int) directive { return d } }
	for name, tt := range map[string]struct {
		old, next func(i int) directive
		want      string // the alarm; empty: none
		mails     []string
	}{
		"a good version":                       {always(succeeded), always(succeeded), "", nil},
		"a bad version":                        {always(succeeded), always(failed), "rollback-failures", []string{"rollback-failures"}},
		"a version that crashes":               {always(succeeded), always(crashed), "rollback-errors", []string{"rollback-errors"}},
		"a version that cannot reach the home": {always(succeeded), always(timesOut), "rollback-failures", []string{"rollback-failures"}},
		"a version that crashes and fails": {always(succeeded), func(i int) directive {
			if i%2 == 0 {
				return crashed
			}
			return failed
		}, "rollback-errors", []string{"rollback-errors"}},
		"an outage of the home":                    {always(timesOut), always(timesOut), "", nil},
		"a version that mends what the last broke": {always(failed), always(succeeded), "", nil},
		"denials": {always(denied), always(denied), "", nil},
		"a failure now and then": {always(succeeded), func(i int) directive {
			if i == 0 {
				return failed
			}
			return succeeded
		}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			s.pass(30, every(1, tt.old(1)))
			s.alarms.Notifications = nil // what is on before a deployment does not stop it
			by := s.deploy(tt.old, tt.next)
			if got := strings.Join(by, " "); got != tt.want {
				t.Errorf("rolled back by %q, want %q", got, tt.want)
			}
			if tt.want == "" {
				return
			}
			s.pass(60, every(1, succeeded)) // the old version is back
			if got := s.mails(); !slices.Equal(got, tt.mails) {
				t.Errorf("mails %v, want %v", got, tt.mails)
			}
		})
	}
}

// TestPages tells the four stories of an engineer's week, and counts the pages: what wakes
// someone up.
func TestPages(t *testing.T) {
	always := func(d directive) func(int) directive { return func(int) directive { return d } }
	for name, tt := range map[string]struct {
		happens func(*story)
		pages   int
	}{
		"a quiet home": {func(s *story) {
			s.pass(24*60, every(180, succeeded))
			s.pass(1, every(1, timesOut))
			s.pass(24*60, every(180, succeeded))
		}, 0},
		"a flaky home":         {func(s *story) { s.pass(24*60, oneOfEight(4, timesOut)) }, 0},
		"an outage of an hour": {func(s *story) { s.pass(60, every(3, timesOut)); s.pass(180, every(3, succeeded)) }, 1},
		"a bad deployment":     {func(s *story) { s.deploy(always(succeeded), always(failed)); s.pass(180, every(1, succeeded)) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			tt.happens(s)
			if got := s.pages(); len(got) != tt.pages {
				t.Errorf("pages %v, want %d", got, tt.pages)
			}
		})
	}
}

// TestTextOfEachAlarm checks what a person reads of every alarm that notifies: what it is
// about, the home, the first thing to do and the dashboard. The list of the cause is a
// sentence or more.
func TestTextOfEachAlarm(t *testing.T) {
	s := homes(1)[0]
	s.WeeklyDoctor = true
	var seen []string
	for _, a := range monitoring.Alarms(s, monitoring.LayoutOf([]config.Stage{s}).Dashboard("one")) {
		if len(a.Text) > 1024 {
			t.Errorf("the text of %s has %d bytes; CloudWatch accepts 1024", a.Name, len(a.Text))
		}
		if a.Severity == monitoring.None {
			continue
		}
		seen = append(seen, a.Name)
		pattern := `^(Outage|Rollback|Fault|Notice) in the home one \(one\.example\.com\): [A-Z].{40,} First: .*\x60hearthgate (doctor|logs|status|deploy)\b.*` +
			`What to do then: the section ` + a.Name + ` at the end of the dashboard https://us-east-1\.console\.aws\.amazon\.com/cloudwatch/home\?region=us-east-1#dashboards/dashboard/hearthgate-one$`
		if !regexp.MustCompile(pattern).MatchString(a.Text) {
			t.Errorf("%s says %q", a.Name, a.Text)
		}
	}
	if want := []string{"outage", "errors", "silence", "stale", "flood", "doctor", "rollback-errors", "rollback-failures"}; !slices.Equal(seen, want) {
		t.Errorf("the alarms %v notify, want %v", seen, want)
	}
}

// TestMailNamesTheHome checks what the owner reads in the mail of an outage.
func TestMailNamesTheHome(t *testing.T) {
	s := tell(t)
	s.pass(60, every(2, timesOut))
	if len(s.alarms.Notifications) != 1 {
		t.Fatalf("%d mails, want one", len(s.alarms.Notifications))
	}
	mail := s.alarms.Notifications[0]
	for _, want := range []string{"Outage in the home prod (home.example.com)", "likely cause", "Home Assistant is down", "the section outage", "#dashboards/dashboard/hearthgate-prod"} {
		if !strings.Contains(mail.Text, want) {
			t.Errorf("no %q in %q", want, mail.Text)
		}
	}
	if len(mail.To) != 1 || !strings.HasPrefix(mail.To[0], "arn:aws:sns:") {
		t.Errorf("it goes to %v, want the topic", mail.To)
	}
}

// TestAlarmMetrics counts what AWS bills: the runbook says it.
func TestAlarmMetrics(t *testing.T) {
	if got := tell(t).alarms.MetricCount(); got != 16 {
		t.Errorf("the alarms of production read %d metrics, want 16, as the section cost of the runbook says", got)
	}
}
