package constructs

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

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

// outageShare is the success in an hour, in percent, below which the home is out. Amazon
// warns at more; but a home in which one of five fails would be above that in one hour
// and below it in the next, and its owner would get a mail each time.
const outageShare = 50

// Periods, in minutes. CloudWatch evaluates each minute, and a period ends then. Where
// more than one counts, they are of a minute: a longer one would divide a burst in other
// places each time, and the alarm would go on and off.
const (
	minute         = 1
	hour           = 60
	day            = 24 * hour
	rolloutMinutes = 10 // how long a [Rollout] shifts
)

// Failures is the number of directives that failed in a minute.
func (m Metrics) Failures() awscloudwatch.MathExpression {
	return m.math(minute, "failed", "directives - good",
		map[string]awscloudwatch.IMetric{
			"good":       m.custom(config.Success, "Sum", "good", minute),
			"directives": m.custom(config.Success, "SampleCount", "directives", minute),
		})
}

// SuccessHourly is the share of the directives of an hour that succeeded, in percent; 0
// if half of them took so long that Amazon warns.
func (m Metrics) SuccessHourly() awscloudwatch.MathExpression {
	return m.math(hour, "success in time, %", fmt.Sprintf("IF(median < %.0f, 100 * success, 0)", amazonP90),
		map[string]awscloudwatch.IMetric{
			"success": m.custom(config.Success, "Average", "success", hour),
			"median":  m.custom(config.Duration, "p50", "p50", hour),
		})
}

// DurationMinutely is the mean time that the directives of a minute took, in
// milliseconds.
func (m Metrics) DurationMinutely() awscloudwatch.Metric {
	return m.custom(config.Duration, "Average", "mean", minute)
}

// RejectedMinutely is the number of directives of a minute that the circuit breaker
// rejected.
func (m Metrics) RejectedMinutely() awscloudwatch.Metric {
	return m.custom(config.BreakerOpen, "Sum", "rejected by the circuit breaker", minute)
}

// Unanswered is the number of invocations in an hour that got no answer: the function
// failed, or Lambda throttled it.
func (m Metrics) Unanswered() awscloudwatch.MathExpression {
	return m.math(hour, "without an answer", "FILL(errors, 0) + FILL(throttles, 0)",
		map[string]awscloudwatch.IMetric{"errors": m.Errors(), "throttles": m.Throttles()})
}

// DirectivesDaily is the number of directives in a day, 0 of a day without.
func (m Metrics) DirectivesDaily() awscloudwatch.MathExpression {
	return m.math(day, "directives a day", "FILL(directives, 0)",
		map[string]awscloudwatch.IMetric{"directives": m.custom(config.Duration, "SampleCount", "directives", day)})
}

// StaleHourly is the number of discoveries in an hour that got the last good answer.
func (m Metrics) StaleHourly() awscloudwatch.Metric {
	return m.custom(config.DiscoveryServedStale, "Sum", "last good list served", hour)
}

// NewVersionErrors is the number of invocations in which the version being deployed
// failed itself. Lambda counts them by version while an alias has two.
func (m Metrics) NewVersionErrors() awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String("AWS/Lambda"), MetricName: jsii.String("Errors"),
		DimensionsMap: &map[string]*string{
			"FunctionName":    m.Function.FunctionName(),
			"Resource":        jsii.String(*m.Function.FunctionName() + ":" + config.Alias),
			"ExecutedVersion": m.Function.CurrentVersion().Version(),
		},
		Statistic: jsii.String("Sum"), Label: jsii.String("errors of the new version"), Period: minutes(rolloutMinutes),
	})
}

// NewVersionFailures is the number of directives that failed with the version being
// deployed, if at least half of its directives failed and at most half of the others
// did; else 0. When the old version fails too, the home is to blame.
func (m Metrics) NewVersionFailures() awscloudwatch.MathExpression {
	return m.math(rolloutMinutes, "failed with the new version",
		"IF((2 * (tried - good) >= tried) AND (2 * (all - allgood - tried + good) <= all - tried), tried - good, 0)",
		map[string]awscloudwatch.IMetric{
			"tried":   m.newVersion("SampleCount", rolloutMinutes),
			"good":    m.newVersion("Sum", rolloutMinutes),
			"all":     m.custom(config.Success, "SampleCount", "directives", rolloutMinutes),
			"allgood": m.custom(config.Success, "Sum", "good", rolloutMinutes),
		})
}

// NewVersionSuccessRate is the share of the directives that succeeded with the version
// deployed last, in percent.
func (m Metrics) NewVersionSuccessRate() awscloudwatch.MathExpression {
	return m.math(amazonPeriod, "success of the version deployed last, %", "100 * success",
		map[string]awscloudwatch.IMetric{"success": m.newVersion("Average", amazonPeriod)})
}

// newVersion returns a statistic of the successes of the version that the stack deploys.
func (m Metrics) newVersion(statistic string, period float64) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String(config.Namespace), MetricName: &config.Success.Name,
		DimensionsMap: &map[string]*string{
			config.DimensionStage: &m.Stage, config.DimensionVersion: m.Function.CurrentVersion().Version(),
		},
		Statistic: &statistic, Period: minutes(period),
	})
}

func (m Metrics) math(period float64, label, expression string, metrics map[string]awscloudwatch.IMetric) awscloudwatch.MathExpression {
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression: &expression, UsingMetrics: &metrics, Label: &label, Period: minutes(period),
	})
}
