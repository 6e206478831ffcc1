package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/testkit/cloudwatch"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// A story is a home in production whose alarms are those of the synthesized template,
// evaluated in simulated time. Days before the story begins it had a directive an hour.
type story struct {
	t       *testing.T
	alarms  *cloudwatch.Account
	version string // that the stack deploys; the one before is "1"
	now     time.Time
}

// tell starts a story of the stage prod, with everything that its file can ask for.
func tell(t *testing.T) *story {
	t.Helper()
	s := &story{t: t, alarms: cloudwatch.New(), now: time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)}
	cloud := fakeaws.Start(fakeaws.Options{})
	defer cloud.Close()
	cloud.SetParameter("us-east-1", fakeaws.Parameter{Name: "/cdk-bootstrap/hnb659fds/version", Type: "String", Value: "30"})
	if err := cloud.Deploy("us-east-1", "hearthgate-prod", string(templates()["prod"].text)); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"} {
		for _, alarm := range cloud.Resources("hearthgate-prod", kind) {
			if err := s.alarms.Add(kind, alarm.Properties); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, alias := range cloud.Resources("hearthgate-prod", "AWS::Lambda::Alias") {
		s.version = fmt.Sprint(alias.Properties["FunctionVersion"])
	}
	for at := s.now.AddDate(0, 0, -4); at.Before(s.now); at = at.Add(time.Hour) {
		s.put(at, "1", directive{})
	}
	s.alarms.Run(s.now.Add(-time.Hour), s.now)
	if n := s.alarms.Notifications; len(n) > 0 || s.version == "" {
		t.Fatalf("version %q; a home in order notifies: %v", s.version, n)
	}
	return s
}

// A directive is one invocation. The zero value succeeds in 200 ms.
type directive struct {
	outcome  wire.Outcome // default: succeeded
	took     float64      // ms; default: 200
	rejected bool         // by the circuit breaker
	crashes  bool         // the function: it writes no line
	shifting bool         // the alias has two versions
	stale    bool         // a discovery that got the last good list
}

var (
	timesOut  = directive{outcome: wire.Failed, took: 7000}
	rejected  = directive{outcome: wire.Failed, took: 2, rejected: true}
	failed    = directive{outcome: wire.Failed}
	slow      = directive{took: 6200}
	denied    = directive{outcome: wire.Denied, took: 1}
	unknown   = directive{outcome: wire.AskedWrongly}
	succeeded = directive{}
	crashed   = directive{crashes: true}
	stale     = directive{stale: true}
)

// put puts what CloudWatch gets of a directive that a version answers.
func (s *story) put(at time.Time, version string, d directive) {
	bit := map[bool]float64{true: 1}
	name := config.FunctionName("prod")
	stage := map[string]string{config.DimensionStage: "prod"}
	for metric, value := range map[string]float64{"Invocations": 1, "Errors": bit[d.crashes], "Throttles": 0} {
		s.alarms.Put(at, "AWS/Lambda", metric, map[string]string{"FunctionName": name}, value)
		if d.shifting {
			s.alarms.Put(at, "AWS/Lambda", metric, map[string]string{"FunctionName": name, "Resource": name + ":" + config.Alias, "ExecutedVersion": version}, value)
		}
	}
	if d.crashes {
		return
	}
	success := cmp.Or(d.outcome, wire.Succeeded).Success()
	put := func(m config.Metric, dimensions map[string]string, value float64) {
		s.alarms.Put(at, config.Namespace, m.Name, dimensions, value)
	}
	put(config.Success, stage, success)
	put(config.Success, map[string]string{config.DimensionStage: "prod", config.DimensionVersion: version}, success)
	put(config.Duration, stage, cmp.Or(d.took, 200))
	put(config.BreakerOpen, stage, bit[d.rejected])
	put(config.MemoryUsed, stage, 30)
	if d.stale {
		put(config.DiscoveryServedStale, stage, 1)
	}
}

// pass lets minutes pass; what returns the directives of each.
func (s *story) pass(minutes int, what func(minute int) []directive) {
	for minute := range minutes {
		for i, d := range what(minute) {
			s.put(s.now.Add(time.Duration(i)*time.Second), "1", d)
		}
		s.minute()
	}
}

func (s *story) minute() {
	s.alarms.Run(s.now, s.now.Add(time.Minute))
	s.now = s.now.Add(time.Minute)
}

// every returns d in every nth minute, from the first.
func every(n int, d directive) func(int) []directive {
	return func(minute int) []directive {
		if minute%n == 0 {
			return []directive{d}
		}
		return nil
	}
}

// oneOfFive returns a directive each five minutes; one of five, by chance, is d.
func oneOfFive(d directive) func(int) []directive {
	random := rand.New(rand.NewPCG(1, 2))
	return func(minute int) []directive {
		if minute%5 == 0 && random.IntN(5) == 0 {
			return []directive{d}
		}
		return every(5, succeeded)(minute)
	}
}

// deploy shifts the alias by a tenth a minute to a version that answers as what says, and
// back when an alarm for that is raised. A directive comes each ten seconds. It returns
// the alarms that took the version back.
func (s *story) deploy(old, next func(i int) directive) []string {
	for minute := 1; minute <= 10; minute++ {
		for i := range 6 {
			d, version := old(i), "1"
			if (minute*6+i)*7%10 < minute {
				d, version = next(i), s.version
			}
			d.shifting = true
			s.put(s.now.Add(time.Duration(i*10)*time.Second), version, d)
		}
		s.minute()
		if by := s.rolledBackBy(); len(by) > 0 {
			return by
		}
	}
	return nil
}

func (s *story) rolledBackBy() (alarms []string) {
	for _, alarm := range []string{"rollback-errors", "rollback-failures"} {
		if len(s.alarms.Raised["hearthgate-prod-"+alarm]) > 0 {
			alarms = append(alarms, alarm)
		}
	}
	return alarms
}

// mails returns the names of the alarms that notified, in their order.
func (s *story) mails() (names []string) {
	for _, n := range s.alarms.Notifications {
		names = append(names, strings.TrimPrefix(n.Alarm, "hearthgate-prod-"))
	}
	return names
}

// TestMails tells what happens to a home, and counts the mails that its owner gets.
func TestMails(t *testing.T) {
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
		"a flaky home: one of five fails, for a day": {func(s *story) {
			s.pass(24*60, oneOfFive(timesOut))
		}, nil},
		"a home that is sometimes slow: one of five, for a day": {func(s *story) {
			s.pass(24*60, oneOfFive(slow))
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
		"five slow directives": {func(s *story) {
			s.pass(5, every(1, slow))
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

// TestRollbacks tells what happens in a deployment, and by which alarm it is rolled back.
func TestRollbacks(t *testing.T) {
	always := func(d directive) func(int) directive { return func(int) directive { return d } }
	for name, tt := range map[string]struct {
		old, next func(i int) directive
		want      string // the alarm; empty: none
		mails     []string
	}{
		"a good version":                           {always(succeeded), always(succeeded), "", nil},
		"a bad version":                            {always(succeeded), always(failed), "rollback-failures", nil},
		"a version that crashes":                   {always(succeeded), always(crashed), "rollback-errors", nil},
		"a version that cannot reach the home":     {always(succeeded), always(timesOut), "rollback-failures", nil},
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

// TestMailNamesTheHome checks what the owner reads in the mail of an outage.
func TestMailNamesTheHome(t *testing.T) {
	s := tell(t)
	s.pass(60, every(2, timesOut))
	if len(s.alarms.Notifications) != 1 {
		t.Fatalf("%d mails, want one", len(s.alarms.Notifications))
	}
	mail := s.alarms.Notifications[0]
	for _, want := range []string{"Outage: the home prod (home.example.com)", "likely cause", "Home Assistant is down", "runbook.md#outage"} {
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
	if got := tell(t).alarms.MetricCount(); got != 15 {
		t.Errorf("the alarms of production read %d metrics, want 15, as the section cost of the runbook says", got)
	}
}
