package monitoring

import (
	"net/url"

	"github.com/hearthgate/hearthgate/config"
)

// A writer writes the alarms of a stage.
type writer struct {
	stage     config.Stage
	dashboard string // on which the stage is shown; "" if on none
}

// part returns an alarm that sends nothing. Another is over it.
func (w writer) part(name string, watches Series, cause string) Alarm {
	return Alarm{Name: name, Severity: None, Watches: watches, Text: cause + " " + w.where(name)}
}

// notifying returns an alarm that notifies. Its text begins with the kind of problem and
// the home, and says the cause, the first thing to do, and where to read more.
func (w writer) notifying(name string, severity Severity, kind string, watches Series, cause, first string) Alarm {
	return Alarm{Name: name, Severity: severity, Watches: watches,
		Text: kind + " in the home " + homeName(w.stage) + ": " + cause + " First: " + first + " " + w.where(name)}
}

// where says where the owner finds the graphs and the section of the runbook.
func (w writer) where(section string) string {
	if w.dashboard == "" {
		return "What to do then: the section " + section + " of infra/docs/runbook.md in your clone."
	}
	return "What to do then: the section " + section + " at the end of the dashboard " + DashboardURL(w.stage.Region, w.dashboard)
}

// DashboardURL returns the address of a dashboard in CloudWatch's console.
func DashboardURL(region, name string) string {
	return cloudwatch(region) + "dashboards/dashboard/" + url.PathEscape(name)
}

// AlarmURL returns the address of an alarm in CloudWatch's console, by its full name.
func AlarmURL(region, name string) string {
	return cloudwatch(region) + "alarmsV2:alarm/" + url.PathEscape(name)
}

func cloudwatch(region string) string {
	return "https://" + region + ".console.aws.amazon.com/cloudwatch/home?region=" + region + "#"
}
