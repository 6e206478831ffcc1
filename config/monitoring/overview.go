package monitoring

import (
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// maxStates is how many alarms CloudWatch shows in a widget.
const maxStates = 100

// Dashboard returns the dashboard of all homes of an account and region. What it draws are
// searches, which find every home that sends something, also one of another clone. It has
// no tables: a query of the log names log groups, which the stages' stacks have.
func (o Overview) Dashboard(own func(stage string) bool) Dashboard {
	d := Dashboard{Name: o.Name(), Region: o.Region, Span: span}
	for _, s := range o.Stages {
		for _, a := range Alarms(s, "") {
			d.Also = append(d.Also, a.Name)
		}
	}
	each := func(m config.Metric, before, statistic string, period time.Duration) Series {
		return Series{Label: "${PROP('Dim." + config.DimensionStage + "')}", Period: period,
			Expression: before + fmt.Sprintf(`SEARCH('{%s,%s} MetricName="%s"', '%s', %.0f)`, config.Namespace, config.DimensionStage, m.Name, statistic, period.Seconds())}
	}
	lambda := func(name string) Series {
		return Series{Label: name + " ${PROP('Dim.FunctionName')}", Period: usualPeriod,
			Expression: fmt.Sprintf(`SEARCH('{AWS/Lambda,FunctionName} MetricName="%s" hearthgate', 'Sum', %.0f)`, name, usualPeriod.Seconds())}
	}
	wide := func(w Widget) Widget {
		w.Width = full
		return w
	}
	d.Rows = [][]Widget{
		{text(o.header(own))},
		{{Kind: States, Title: "Is anything wrong now?", Width: full, Height: 4, Alarms: o.alarms()}},
		{
			numbers("Success by home, % (24 hours)", "success", each(config.Success, "100 * ", "Average", amazonPeriod)),
			numbers("Directives by home (24 hours)", "directives", each(config.Success, "", "SampleCount", usualPeriod)),
		},
		{wide(upTo(100, graph("Does Alexa get answers? (%)", "success", Limit{amazonSuccess, "Amazon warns below 85 %"}), each(config.Success, "100 * ", "Average", amazonPeriod)))},
		{wide(stack("How many directives arrive?", "directives", each(config.Success, "", "SampleCount", usualPeriod)))},
		{
			graph("How long do answers take? (p90, ms)", "slow", durations()...).with(each(config.Duration, "", "p90", amazonPeriod)),
			graph("How long does the home take? (p90, ms)", "slow").with(each(config.HomeDuration, "", "p90", amazonPeriod)),
		},
		{
			graph("Does the circuit breaker reject?", "breaker").with(each(config.BreakerOpen, "", "Sum", usualPeriod)),
			graph("How many cold starts are there?", "starts").with(each(config.ColdStart, "", "Sum", usualPeriod)),
		},
		{
			graph("Does a function itself fail?", "errors").with(lambda("Errors"), lambda("Throttles")),
			graph("How much memory is used? (MB)", "memory").with(each(config.MemoryUsed, "", "Maximum", usualPeriod)),
		},
		{
			graph("Who gets the last good list?", "stale").with(each(config.DiscoveryServedStale, "", "Sum", usualPeriod)),
			graph("Does a weekly doctor find a problem?", "doctor").with(each(config.DoctorFound, "", "Maximum", usualPeriod)),
		},
	}
	if relayed := o.behindRelay(); relayed != nil {
		d.Rows = append(d.Rows, []Widget{wide(connected("Which homes are connected? (a gap: not)", relayed))})
	}
	return d
}

// behindRelay returns the homes behind a relay of all stages.
func (o Overview) behindRelay() (homes []config.Stage) {
	for _, s := range o.Stages {
		homes = append(homes, behindRelay(s)...)
	}
	return homes
}

// header is the text at the top.
func (o Overview) header(own func(stage string) bool) string {
	var homes []string
	for _, s := range o.Stages {
		name := homeName(s)
		if own(s.Name) {
			name = fmt.Sprintf("[%s](%s)", name, DashboardURL(o.Region, config.StackName(s.Name)))
		}
		homes = append(homes, name)
	}
	return "# All homes in " + o.Region + "\n" + strings.Join(homes, ", ") + ".\n\n" +
		"**Something is wrong?** `hearthgate status --all` names the worst home first, `hearthgate doctor --stage NAME` the cause, and `hearthgate logs --failed --stage NAME` the devices. What an alarm or a graph means, and what to do, is at the end of this page."
}

// alarms returns the full names of the alarms that notify, the pages of all homes first.
func (o Overview) alarms() (names []string) {
	for _, severity := range []Severity{Page, Mail} {
		for _, s := range o.Stages {
			for _, a := range Alarms(s, "") {
				if a.Severity == severity {
					names = append(names, a.FullName(s.Name))
				}
			}
		}
	}
	return names[:min(len(names), maxStates)]
}
