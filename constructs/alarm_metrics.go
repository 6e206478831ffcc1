package constructs

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
)

// Fewer than these say nothing: one failure in a quiet quarter of an hour is 100 %.
const (
	leastFailed  = 2 // failures in a quarter of an hour
	leastTimed   = 4 // directives of which the slowest quarter is judged
	leastErrors  = 3 // in an hour
	leastBad     = 3 // failures of a new version during its deployment
	leastCrashes = 2 // of a new version during its deployment
)

// Periods, in minutes.
const (
	slowPeriod     = 30
	rolloutMinutes = 10 // how long a [Rollout] shifts
)

// FailedRate is the share of the directives of a quarter of an hour that failed, in
// percent. It has no value if it is above Amazon's limit because of one failure alone:
// that is neither good nor bad.
func (m Metrics) FailedRate() awscloudwatch.MathExpression {
	return m.math(amazonPeriod, "failed, %",
		fmt.Sprintf("IF(directives - good >= %d OR 100 * good >= %.0f * directives, 100 - 100 * good / directives)", leastFailed, amazonSuccess),
		map[string]awscloudwatch.IMetric{
			"good":       m.custom(config.Success, "Sum", "good", amazonPeriod),
			"directives": m.custom(config.Success, "SampleCount", "directives", amazonPeriod),
		})
}

// SlowQuarter is the time below which three of four directives of half an hour stayed, in
// milliseconds. It has no value if it is above Amazon's limit because of one or two. A
// p90 would be the slowest directive in a home that has few.
func (m Metrics) SlowQuarter() awscloudwatch.MathExpression {
	return m.math(slowPeriod, "p75, ms",
		fmt.Sprintf("IF(directives >= %d OR quarter < %.0f, quarter)", leastTimed, amazonP90),
		map[string]awscloudwatch.IMetric{
			"quarter":    m.custom(config.Duration, "p75", "p75", slowPeriod),
			"directives": m.custom(config.Duration, "SampleCount", "directives", slowPeriod),
		})
}

// Unanswered is the number of invocations in an hour that got no answer: the function
// failed, or Lambda throttled it.
func (m Metrics) Unanswered() awscloudwatch.MathExpression {
	return m.math(60, "without an answer", "FILL(errors, 0) + FILL(throttles, 0)",
		map[string]awscloudwatch.IMetric{"errors": m.Errors(), "throttles": m.Throttles()})
}

// DirectivesDaily is the number of directives in a day, 0 of a day without.
func (m Metrics) DirectivesDaily() awscloudwatch.MathExpression {
	return m.math(day, "directives a day", "FILL(directives, 0)",
		map[string]awscloudwatch.IMetric{"directives": m.custom(config.Duration, "SampleCount", "directives", day)})
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
		"IF(2 * (tried - good) >= tried AND 2 * (all - allgood - tried + good) <= all - tried, tried - good, 0)",
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
