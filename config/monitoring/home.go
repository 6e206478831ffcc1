package monitoring

import (
	"cmp"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// span is what a dashboard shows when it is opened: what a person needs who was woken.
const span = 3 * time.Hour

// HomeDashboard returns the dashboard of one stage: numbers first, then what is wrong and
// since when, then why, and at last what a healthy home never needs. Overview is the name
// of the dashboard of all homes, "" if there is none.
func HomeDashboard(s config.Stage, overview string) Dashboard {
	d := Dashboard{Name: config.StackName(s.Name), Region: s.Region, Span: span}
	d.Rows = append(d.Rows, now(s, overview)...)
	d.Rows = append(d.Rows, presences(s)...)
	d.Rows = append(d.Rows, why(s)...)
	d.Rows = append(d.Rows, rest(s)...)
	return d
}

// now returns the rows that say how the home is.
func now(s config.Stage, overview string) [][]Widget {
	m := series(s.Name)
	rows := [][]Widget{
		{text(homeHeader(s, overview))},
		{{Kind: States, Title: "Is anything wrong now?", Width: full, Height: 3, Alarms: alarmNames(s)}},
		{
			numbers("Did Alexa get answers? (24 hours)", "success", m.success(), m.failed(usualPeriod)),
			numbers("How many, and how fast? (24 hours)", "directives", m.directives(), labelled("p90, ms", m.duration("p90"))),
		},
		{table("What came last?", "directives", full, 6,
			"filter ispresent(Success)",
			"fields @timestamp, message, coalesce(device, endpoint) as target, outcome, Duration, cause",
			"sort @timestamp desc", "limit 5")},
		{
			upTo(100, graph("Does Alexa get answers? (%)", "success", Limit{amazonSuccess, "Amazon warns below 85 %"}), m.success()),
			stack("Which version answers? A new colour is a deployment", "versions", m.byVersion("SampleCount", "", usualPeriod)),
		},
		{
			// A share of time is no metric: its parts are in one line of the log. What starts
			// took has its own colour.
			logStack("Where does the time go? (ms, mean)", "slow",
				"filter ispresent(Success)",
				"fields coalesce(HomeDuration, 0) as asked, coalesce(connect_ms, 0) as connecting, coalesce(confirmed_ms, 0) as confirming",
				"stats avg(asked - connecting + confirming) as home, avg(connecting) as way, "+
					"avg((Duration - asked - confirming) * (1 - ColdStart)) as ours, avg((Duration - asked - confirming) * ColdStart) as starts by bin(5m)"),
			right(graph("How long do answers take? (ms)", "slow", durations()...), []Series{m.coldStarts()},
				m.duration("p50"), m.duration("p90"), m.duration("p99"), m.homeDuration("p50"), m.homeDuration("p90")),
		},
	}
	if len(s.Homes) == 0 {
		return rows
	}
	var success, took []Series
	for _, at := range s.Each() {
		home := cmp.Or(at.HomeName(), config.FirstHome)
		success, took = append(success, m.homeSuccess(home)), append(took, m.tookOf(home))
	}
	return append(rows, []Widget{
		upTo(100, graph("Which home does not answer? (%)", "success", Limit{amazonSuccess, "Amazon warns below 85 %"}), success...),
		graph("How long does each home take? (ms, p90)", "slow", durations()...).with(took...),
	})
}

// presences returns the row of homes behind a relay; none where all have an address.
func presences(s config.Stage) [][]Widget {
	homes := behindRelay(s)
	if homes == nil {
		return nil
	}
	m := series(s.Name)
	return [][]Widget{{
		beside(connected("Is the home connected? (a gap: no)", homes), m.atOnce()),
		graph("How long is the round trip to the home? (ms)", "slow").with(m.homeDuration("p50"), m.homeDuration("p90"), m.homeDuration("p99")),
	}}
}

// connected returns a graph of when homes behind a relay were connected.
func connected(title string, homes []config.Stage) Widget {
	w := upTo(1, graph(title, "offline"))
	for _, home := range homes {
		w.Left = append(w.Left, online(home))
	}
	return w
}

// why returns the rows that say what failed, where, and why.
func why(s config.Stage) [][]Widget {
	return [][]Widget{
		{table("What failed last?", "success", full, 7,
			"filter Success = 0",
			"fields @timestamp, message, coalesce(device, endpoint) as target, cause, error, home_message, correlation_id",
			"sort @timestamp desc", "limit 20")},
		{table("How is each device?", "devices", full, 7,
			"filter ispresent(Success) and ispresent(endpoint)",
			"fields coalesce(device, endpoint) as target",
			"stats count(*) as directives, count(*) - sum(Success) as failed, pct(Duration, 90) as p90, latest(home_message) as home_said by target",
			"sort failed desc, directives desc", "limit 30")},
		{
			table("Why did directives fail?", "causes", half, 7,
				"filter Success = 0", "stats count(*) as failures, latest(error) as last by cause", "sort failures desc"),
			table("What does the policy deny?", "denied", half, 7,
				`filter outcome = "denied"`,
				"fields coalesce(device, endpoint) as target",
				"stats count(*) as times, latest(error) as reason by message, target", "sort times desc"),
		},
		{
			table("What is asked wrongly?", "asked-wrongly", half, 6,
				`filter outcome = "asked_wrongly"`,
				"fields coalesce(device, endpoint) as target",
				"stats count(*) as times by reply_type, message, target", "sort times desc"),
			table("How long is the certificate valid?", "certificate", half, 6,
				"filter ispresent(certificate_days)",
				"fields @timestamp, certificate_days as days_left", "sort @timestamp desc", "limit 1"),
		},
	}
}

// rest returns the rows of what explains the rows above.
func rest(s config.Stage) [][]Widget {
	m := series(s.Name)
	rows := [][]Widget{
		{table("Which directives arrive?", "directives", full, 7,
			"filter ispresent(Success)",
			"stats count(*) as directives, avg(Success) * 100 as success, pct(Duration, 50) as p50, pct(Duration, 90) as p90, pct(Duration, 99) as p99 by namespace, name",
			"sort directives desc")},
		{
			graph("Does the circuit breaker reject?", "breaker").with(m.directives(), m.rejected(usualPeriod)),
			graph("Does Alexa get all devices?", "stale").with(m.stale(usualPeriod), m.dropped()),
		},
		{
			graph("How much memory is used? (MB)", "memory", Limit{float64(cmp.Or(s.Memory, 128)), "limit"}).with(m.memory()),
			graph("Does the function itself fail?", "errors").with(m.errors(), m.throttles(), m.concurrency()),
		},
		{
			upTo(100, graph("Does each version answer? (%)", "versions"), m.byVersion("Average", "100 * ", amazonPeriod)),
			graph("How often is it invoked? (hourly)", "flood", Limit{free, "free, all month"}).with(m.invocations()),
		},
		{
			logGraph("How often does the cache answer? (%)", "cache",
				"filter ispresent(cache_hit_rate)", "stats avg(cache_hit_rate) * 100 as rate by bin(15m)"),
			table("Which level of the cache answers?", "cache", half, 7,
				"filter ispresent(cache_hit_rate)",
				"stats latest(cache_memory_hits) as memory, latest(cache_disk_hits) as disk, latest(cache_external_hits) as table_hits, latest(cache_hit_rate) * 100 as rate by @logStream",
				"limit 10"),
		},
		{table("What runs besides directives?", "operations", full, 7,
			"filter ispresent(gateway_utilization) and not ispresent(Success)",
			"stats count(*) as times, pct(duration, 50) as p50, pct(duration, 90) as p90, max(duration) as longest, latest(error) as last_error by message",
			"sort times desc")},
	}
	bill := table("What does Lambda bill?", "cost", half, 6,
		`filter @type = "REPORT"`,
		"stats count(*) as invocations, sum(@billedDuration * @memorySize) / 1000 / 1024000000 as GB_seconds by bin(1d) as day",
		"sort day desc")
	if !s.WeeklyDoctor {
		bill.Width = full
		return append(rows, []Widget{bill})
	}
	return append(rows, []Widget{graph("Does the weekly doctor find a problem?", "doctor").with(m.doctor()), bill})
}

// free is how many invocations an hour, all month, are free.
const free = 1370

// homeHeader is the text at the top.
func homeHeader(s config.Stage, overview string) string {
	to := ""
	if overview != "" {
		to = fmt.Sprintf(" [All homes](%s).", DashboardURL(s.Region, overview))
	}
	return fmt.Sprintf("# %s\n**Something is wrong?** Run `hearthgate doctor --stage %s`: it names the first problem. What an alarm or a graph means, and what to do, is at the end of this page.%s", homeName(s), s.Name, to)
}

// alarmNames returns the full names of a stage's alarms.
func alarmNames(s config.Stage) (names []string) {
	for _, a := range Alarms(s, "") {
		names = append(names, a.FullName(s.Name))
	}
	return names
}
