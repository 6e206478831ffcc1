package cost

import (
	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
)

// insightsMetrics is how many custom metrics Lambda Insights makes of a function.
const insightsMetrics = 8

// Fixed returns what a stage has for a whole month, whether it is used or not: with the
// dashboard of its own, if the layout gives it one. A custom metric is charged for the
// hours in which it has values, so it is the most that they cost.
func Fixed(s config.Stage, layout monitoring.Layout) Amounts {
	has := Amounts{CustomMetrics: float64(len(config.Metrics()))} // and Success by version; without DoctorFound
	if s.WeeklyDoctor {
		has[CustomMetrics]++
	}
	if len(s.Homes) > 0 {
		has[CustomMetrics] += float64(len(s.Each()) * len(config.ByHome))
	}
	if s.Insights {
		has[CustomMetrics] += insightsMetrics
	}
	if n := relays(s); n > 0 {
		has[CustomMetrics] += float64(n + 1) // config.HomeOnline of each, and HomeOffline in the hours in which one is
	}
	for _, a := range monitoring.Alarms(s, "") {
		if !a.Rule.IsZero() {
			has[CompositeAlarms]++
			continue
		}
		has[AlarmMetrics] += float64(len(a.Watches.Metrics()))
	}
	if layout.HasOwn(s.Name) {
		has[Dashboards]++
	}
	return has
}

// FixedOf returns what stages of one account have, with the dashboards that they share.
func FixedOf(stages []config.Stage, layout monitoring.Layout) Amounts {
	all, deployed := Amounts{}, map[string]bool{}
	for _, s := range stages {
		all.add(Fixed(s, layout))
		deployed[s.Name] = true
	}
	for _, o := range layout.Overviews {
		for _, s := range o.Stages {
			if deployed[s.Name] {
				all[Dashboards]++
				break
			}
		}
	}
	return all
}
