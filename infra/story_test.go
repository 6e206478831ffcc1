package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/cloudwatch"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// A story is a home in production whose alarms are those of the synthesized template,
// evaluated in simulated time. Days before the story begins it had a directive an hour.
type story struct {
	t       *testing.T
	alarms  *cloudwatch.Account
	version string // that the stack deploys
	now     time.Time

	connected bool // the home behind a relay is
}

// tell starts a story of the stage prod, with everything that its file can ask for.
func tell(t *testing.T) *story {
	t.Helper()
	return tellOf(t, templates()["prod"])
}

// tellRelayed starts a story of the same stage with a relay, whose home is online.
func tellRelayed(t *testing.T) *story {
	t.Helper()
	s := tellOf(t, relayedProd())
	s.connected = true
	s.pass(60, func(int) []directive { return nil })
	return s
}

var relayedProd = sync.OnceValue(func() template {
	s, err := examples.Load("prod")
	must(err)
	s.Connection = config.Relay
	return synthesized(s)["prod"]
})

func tellOf(t *testing.T, prod template) *story {
	t.Helper()
	s := &story{t: t, alarms: cloudwatch.New(), now: time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)}
	cloud := fakeaws.Start(fakeaws.Options{})
	defer cloud.Close()
	cloud.SetParameter("us-east-1", fakeaws.Parameter{Name: "/cdk-bootstrap/hnb659fds/version", Type: "String", Value: "30"})
	cloud.SetParameter("us-east-1", fakeaws.Parameter{Name: "/hearthgate/prod" + relay.EndpointParameter, Type: "String", Value: fakeaws.RelayHost("us-east-1")})
	if err := cloud.Deploy("us-east-1", "hearthgate-prod", string(prod.text)); err != nil {
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
		s.put(at, before, directive{})
	}
	s.alarms.Run(s.now.Add(-time.Hour), s.now)
	if n := s.alarms.Notifications; len(n) > 0 || s.version == "" || s.version == before {
		t.Fatalf("version %q; a home in order notifies: %v", s.version, n)
	}
	return s
}

// before is the version before the one that the stack deploys: no function has this number.
const before = "0"

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
			s.put(s.now.Add(time.Duration(i)*time.Second), before, d)
		}
		s.minute()
	}
}

// online lets minutes pass in which the home is connected to the relay, or not, and no one
// says anything.
func (s *story) online(connected bool, minutes int) {
	if connected && !s.connected {
		s.announce()
	}
	s.connected = connected
	s.pass(minutes, func(int) []directive { return nil })
}

// announce puts what CloudWatch gets of a home that says that it is online.
func (s *story) announce() {
	s.alarms.Put(s.now, config.PresenceNamespace("prod"), config.HomeOnline.Name, nil, 1)
}

func (s *story) minute() {
	if s.connected && s.now.Minute()%int(relay.AnnounceEvery/time.Minute) == 0 {
		s.announce()
	}
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

// oneOfEight returns a directive each so many minutes, at random; one of eight is d.
func oneOfEight(minutes int, d directive) func(int) []directive {
	random := rand.New(rand.NewPCG(1, 2))
	return func(int) []directive {
		switch {
		case random.IntN(minutes) > 0:
			return nil
		case random.IntN(8) == 0:
			return []directive{d}
		}
		return []directive{succeeded}
	}
}

// deploy shifts the alias by a tenth a minute to a version that answers as what says, and
// back when an alarm for that is raised. A directive comes each ten seconds. It returns
// the alarms that took the version back.
func (s *story) deploy(old, next func(i int) directive) []string {
	for minute := 1; minute <= 10; minute++ {
		for i := range 6 {
			d, version := old(i), before
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

// pages returns the names of the alarms that paged.
func (s *story) pages() (names []string) {
	stage := config.NewStage("prod")
	stage.Production, stage.SmartHomeSkillID, stage.WeeklyDoctor = true, "a-skill", true
	for _, name := range s.mails() {
		i := slices.IndexFunc(monitoring.Alarms(stage, ""), func(a monitoring.Alarm) bool { return a.Name == name })
		if i < 0 || monitoring.Alarms(stage, "")[i].Severity == monitoring.Page {
			names = append(names, name)
		}
	}
	return names
}
