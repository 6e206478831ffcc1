package monitoring

import (
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
)

// series has the series of one stage, by its name.
type series string

func (s series) success() Series {
	return math(amazonPeriod, "success, %", "100 * success", s.custom("success", config.Success, "Average", amazonPeriod))
}

// failed is the number of directives that failed.
func (s series) failed(period time.Duration) Series {
	return math(period, "failed", "directives - good",
		s.custom("good", config.Success, "Sum", period), s.custom("directives", config.Success, "SampleCount", period))
}

func (s series) directives() Series {
	return labelled("directives", s.custom("", config.Success, "SampleCount", usualPeriod))
}

func (s series) duration(statistic string) Series {
	return labelled(statistic, s.custom("", config.Duration, statistic, amazonPeriod))
}

func (s series) homeDuration(statistic string) Series {
	return labelled("Home Assistant "+statistic, s.custom("", config.HomeDuration, statistic, amazonPeriod))
}

// homeSuccess is the success of one home of several, in percent.
func (s series) homeSuccess(home string) Series {
	return math(amazonPeriod, home, "100 * home_"+home, s.byHome(home, config.Success, "Average"))
}

// tookOf is how long one home of several took.
func (s series) tookOf(home string) Series {
	return labelled(home, s.byHome(home, config.HomeDuration, "p90"))
}

// byHome returns a statistic of a metric of one home of several.
func (s series) byHome(home string, m config.Metric, statistic string) Series {
	of := s.custom("home_"+home, m, statistic, amazonPeriod)
	of.Metric.Dimensions[config.DimensionHome] = home
	return of
}

func (s series) coldStarts() Series {
	return labelled("cold starts", s.custom("", config.ColdStart, "Sum", usualPeriod))
}

func (s series) rejected(period time.Duration) Series {
	return labelled("rejected by the circuit breaker", s.custom("", config.BreakerOpen, "Sum", period))
}

func (s series) memory() Series {
	return labelled("memory, MB", s.custom("", config.MemoryUsed, "Maximum", usualPeriod))
}

// stale is the number of discoveries that got the last good answer.
func (s series) stale(period time.Duration) Series {
	return labelled("last good list served", s.custom("", config.DiscoveryServedStale, "Sum", period))
}

func (s series) dropped() Series {
	return labelled("devices dropped", s.custom("", config.EndpointsDropped, "Maximum", usualPeriod))
}

// atOnce is the number of directives that were answered at once, because the home behind a
// relay was not there.
func (s series) atOnce() Series {
	return labelled("answered at once, as the home was offline", s.custom("", config.HomeOffline, "Sum", usualPeriod))
}

// online is 1 while a home behind a relay says that it is there. It has a gap while it does
// not: a 0 would stand in the latest period of every home.
func online(home config.Stage) Series {
	const period = relay.AnnounceEvery + relay.AnnounceEvery/2 // at least once in each
	return labelled(home.FullName(), presence("", home, period))
}

// presence is a metric of a home behind a relay, which has a value whenever the home says
// that it is online.
func presence(id string, home config.Stage, period time.Duration) Series {
	return Series{ID: id, Label: id, Period: period, Statistic: "Maximum",
		Metric: Metric{Namespace: config.PresenceNamespace(home.RelayName()), Name: config.HomeOnline.Name}}
}

// doctor is 1 if the weekly doctor found a problem.
func (s series) doctor() Series {
	return labelled("problem found", s.custom("", config.DoctorFound, "Maximum", usualPeriod))
}

// errors is the number of invocations in which the function itself failed. A directive
// that fails is answered and is no error.
func (s series) errors() Series { return s.lambda("Errors", "Sum", "errors", usualPeriod) }

func (s series) throttles() Series {
	return s.lambda("Throttles", "Sum", "throttles", usualPeriod)
}

func (s series) concurrency() Series {
	return s.lambda("ConcurrentExecutions", "Maximum", "concurrent executions", usualPeriod)
}

// invocations is the number of invocations an hour, directives and all others.
func (s series) invocations() Series {
	return s.lambda("Invocations", "Sum", "invocations an hour", time.Hour)
}

// byVersion is a statistic of the success of each version that answered, by its number.
func (s series) byVersion(statistic, before string, period time.Duration) Series {
	return Series{Label: "version ${PROP('Dim." + config.DimensionVersion + "')}", Period: period,
		Expression: before + fmt.Sprintf(`SEARCH('{%s,%s,%s} MetricName="%s" %s="%s"', '%s', %.0f)`,
			config.Namespace, config.DimensionVersion, config.DimensionStage, config.Success.Name, config.DimensionStage, string(s), statistic, period.Seconds())}
}

// custom returns a statistic of a metric that the function emits.
func (s series) custom(id string, m config.Metric, statistic string, period time.Duration) Series {
	return Series{ID: id, Label: id, Period: period, Statistic: statistic,
		Metric: Metric{config.Namespace, m.Name, map[string]string{config.DimensionStage: string(s)}}}
}

// lambda returns a statistic of a metric that Lambda emits.
func (s series) lambda(name, statistic, label string, period time.Duration) Series {
	return Series{Label: label, Period: period, Statistic: statistic,
		Metric: Metric{"AWS/Lambda", name, map[string]string{"FunctionName": config.FunctionName(string(s))}}}
}

// math returns an expression. Its operands have its period.
func math(period time.Duration, label, expression string, of ...Series) Series {
	for i := range of {
		of[i].Period = period
	}
	return Series{Label: label, Period: period, Expression: expression, Of: of}
}

func labelled(label string, s Series) Series {
	s.Label = label
	return s
}

// named returns a series as the operand of an expression.
func named(id string, s Series) Series {
	s.ID = id
	return s
}
