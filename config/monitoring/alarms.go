package monitoring

import (
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// Fewer than these say nothing: one failure in a quiet hour is 100 %.
const (
	leastFailing  = 4 // minutes of an hour with a failure
	leastSlow     = 4 // minutes of an hour that are slow
	leastRejected = 3 // minutes of an hour in which the circuit breaker rejects
	leastErrors   = 3 // in an hour
	leastStale    = 3 // hours of five days with a discovery from the last good list
	leastBad      = 3 // failures of a new version during its deployment
	leastCrashes  = 2 // of a new version during its deployment
)

const (
	outageShare = 50   // percent. Amazon warns at more; but a home in which one of five fails would be above that in one hour and below it in the next
	flood       = 3000 // invocations an hour; 1370 an hour, all month, are free
	silentDays  = 3
)

// Alarms returns the alarms of a stage, the most important first. The notifications name
// the dashboard, if there is one.
//
// One outage of the home notifies once: the alarms that see its parts send nothing, and
// the one over them is raised with the first of them. No alarm notifies when it ends.
func Alarms(s config.Stage, dashboard string) []Alarm {
	w := writer{s, dashboard}
	all := append(w.outage(), w.fault())
	all = append(all, w.notices()...)
	if s.Production {
		all = append(all, w.rollbacks()...)
	}
	return all
}

// outage returns the alarm that the home does not answer, and its parts.
func (w writer) outage() []Alarm {
	m := series(w.stage.Name)
	parts := []Alarm{
		w.part("breaker", m.rejected(time.Minute),
			"Home Assistant failed so often that hearthgate paused requests to it, and rejected directives in three minutes of an hour.").
			within(leastRejected, 60, Ignore, AtLeast, 1),
		w.part("success", m.successInTime(),
			"Fewer than half of the directives of an hour succeeded, or half took 5 seconds or more. It counts as an outage together with failures or slow, so that one failure in a quiet hour does not.").
			within(1, 1, Ignore, Below, outageShare),
		w.part("failures", m.failed(time.Minute),
			"Directives failed in four minutes of an hour. It counts as an outage together with success, so that a few of many do not.").
			within(leastFailing, 60, Ignore, AtLeast, 1),
		w.part("slow", m.meanDuration(),
			"Directives took 5 seconds or more in four minutes of an hour. Alexa times out after 8 seconds. It counts as an outage together with success.").
			within(leastSlow, 60, Ignore, AtLeast, slow),
	}
	relayed := behindRelay(w.stage)
	if relayed != nil {
		parts = append(parts, w.part("offline", allOnline(relayed),
			"Home Assistant was not connected to the relay for an hour. A home that is online says so every ten minutes, whether someone speaks to Alexa or not; an hour is longer than a restart or an update takes.").
			within(1, 1, Ignore, Below, 1))
	}
	outage := w.notifying("outage", Page, "Outage", Series{},
		"Alexa gets no answers from the home, or late ones. The likely cause, by the alarm that is on. "+
			"breaker: Home Assistant is down or cannot be reached from outside the home. "+
			"slow: Home Assistant or the route to it is overloaded. "+
			map[bool]string{true: "offline: Home Assistant or the home's internet connection is down. "}[relayed != nil]+
			"Only success and failures: the token, the address or the certificate is no longer valid.",
		"run `hearthgate doctor --stage "+w.stage.Name+"`.")
	on := func(name string) Rule { return Rule{Alarm: name} }
	outage.Rule = Rule{AnyOf: []Rule{on("breaker"), {AllOf: []Rule{on("success"), {AnyOf: []Rule{on("failures"), on("slow")}}}}}}
	if relayed != nil {
		outage.Rule.AnyOf = append(outage.Rule.AnyOf, on("offline"))
	}
	return append([]Alarm{outage}, parts...)
}

// behindRelay returns the homes of a stage that are behind a relay, the first one first.
func behindRelay(s config.Stage) (homes []config.Stage) {
	for _, at := range s.Each() {
		if at.HasRelay() {
			homes = append(homes, at)
		}
	}
	return homes
}

// fault returns the alarm of what the owner must act on, though the home is well.
func (w writer) fault() Alarm {
	m := series(w.stage.Name)
	return w.notifying("errors", Mail, "Fault", m.unanswered(),
		"Three invocations in an hour got no answer: the function crashed, timed out or ran out of memory, or Lambda throttled it. The cause is a fault or a setting of hearthgate, or the account's limit of concurrent executions.",
		"run `hearthgate logs --failed --stage "+w.stage.Name+"`, which says which of them it was.").
		within(1, 1, Good, AtLeast, leastErrors)
}

// notices returns the alarms of what can wait for the weekend.
func (w writer) notices() (all []Alarm) {
	m, s := series(w.stage.Name), w.stage
	if s.SmartHomeSkillID != "" || s.CustomSkillID != "" {
		all = append(all, w.notifying("silence", Mail, "Notice", m.directivesDaily(),
			"No directive arrived for three days. If the family is at home, the skill is probably disabled or its account no longer linked. A new stage is silent until the skill is linked.",
			"say something to Alexa, and run `hearthgate status --stage "+s.Name+"` to see whether it arrived.").
			within(silentDays, silentDays, Bad, Below, 1))
	}
	all = append(all,
		w.notifying("stale", Mail, "Notice", m.stale(time.Hour),
			"Alexa asked for the devices and got the last good list again and again within five days, because Home Assistant returned none or far fewer. Known devices still work; new devices are not found.",
			"run `hearthgate doctor --stage "+s.Name+"`, and when Home Assistant is well ask Alexa to discover devices.").
			within(leastStale, periods(5*day, m.stale(time.Hour)), Good, AtLeast, 1),
		w.notifying("flood", Mail, "Notice", m.invocations(),
			"The function was invoked 3000 times an hour for two hours. A home rarely does that, and a month of it exceeds what is free.",
			"run `hearthgate logs --stage "+s.Name+"` to see what invokes it.").
			within(2, 3, Good, AtLeast, flood))
	if s.WeeklyDoctor {
		// There is data once a week only: the alarm stays on until the next run is good.
		all = append(all, w.notifying("doctor", Mail, "Notice", m.doctor(),
			"The weekly doctor found a problem between Alexa and the home, or a certificate that expires soon.",
			"run `hearthgate doctor --stage "+s.Name+"`, which checks the same now.").
			within(1, 1, Ignore, AtLeast, 1))
	}
	return all
}

// rollbacks returns the alarms that roll a deployment back. They look at the new version
// alone, so one that is on before a deployment does not stop it. They page: the
// person who deploys is awake.
func (w writer) rollbacks() []Alarm {
	m := series(w.stage.Name)
	first := "read what `hearthgate deploy` reports, and deploy again when it is mended; the old version is back at once."
	all := []Alarm{
		w.notifying("rollback-errors", Page, "Rollback", m.newVersionErrors(),
			"The version that was being deployed crashed, timed out or ran out of memory twice.", first).
			within(1, 1, Good, AtLeast, leastCrashes),
		w.notifying("rollback-failures", Page, "Rollback", m.newVersionFailures(),
			"At least three directives, and half of all, failed with the version that was being deployed, and not with the one before.", first).
			within(1, 1, Good, AtLeast, leastBad),
	}
	for i := range all {
		all[i].Rollback = true
	}
	return all
}
