package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
)

// Amazon's limits in CloudWatch's units, and the period of all other metrics.
const (
	amazonPeriod  = float64(alexa.WarningPeriod / time.Minute)
	amazonP90     = float64(alexa.SlowReply / time.Millisecond)
	amazonSuccess = 100 * alexa.MinSuccessRate // percent
	alexaDeadline = float64(alexa.ReplyTimeout / time.Millisecond)
	defaultPeriod = 5 // minutes
)

// Metrics are the metrics of one stage, each defined once for both dashboards and
// alarms. Statistics are spelled as CloudWatch does: "p90", "Average", "Sum".
type Metrics struct {
	Stage    string
	Function awslambda.Function
	Memory   int // of the function, MB; default: 128
}

// SuccessRate is the share of directives that succeeded, in percent. It has no value
// when there are no directives.
func (m Metrics) SuccessRate() awscloudwatch.MathExpression {
	return m.math(amazonPeriod, "success, %", "100 * success",
		map[string]awscloudwatch.IMetric{"success": m.custom(config.Success, "Average", "success", amazonPeriod)})
}

// Directives is the number of directives.
func (m Metrics) Directives() awscloudwatch.Metric {
	return m.custom(config.Success, "SampleCount", "directives", defaultPeriod)
}

// Duration is the time that directives took, in milliseconds.
func (m Metrics) Duration(statistic string) awscloudwatch.Metric {
	return m.custom(config.Duration, statistic, statistic, amazonPeriod)
}

// HomeDuration is Home Assistant's part of the duration, in milliseconds.
func (m Metrics) HomeDuration(statistic string) awscloudwatch.Metric {
	return m.custom(config.HomeDuration, statistic, "Home Assistant "+statistic, amazonPeriod)
}

// BreakerOpen is the number of directives that the circuit breaker rejected.
func (m Metrics) BreakerOpen() awscloudwatch.Metric {
	return m.custom(config.BreakerOpen, "Sum", "rejected by the circuit breaker", defaultPeriod)
}

// ColdStarts is the number of directives that started a process.
func (m Metrics) ColdStarts() awscloudwatch.Metric {
	return m.custom(config.ColdStart, "Sum", "cold starts", defaultPeriod)
}

// MemoryUsed is the highest memory use of a process, in MB.
func (m Metrics) MemoryUsed() awscloudwatch.Metric {
	return m.custom(config.MemoryUsed, "Maximum", "memory, MB", defaultPeriod)
}

// DiscoveryServedStale is the number of discoveries that got the last good answer.
func (m Metrics) DiscoveryServedStale() awscloudwatch.Metric {
	return m.custom(config.DiscoveryServedStale, "Sum", "last good list served", defaultPeriod)
}

// EndpointsDropped is the highest number of devices that were dropped from a
// discovery because Alexa rejects them.
func (m Metrics) EndpointsDropped() awscloudwatch.Metric {
	return m.custom(config.EndpointsDropped, "Maximum", "devices dropped", defaultPeriod)
}

// DoctorFound is 1 if the weekly doctor found a problem.
func (m Metrics) DoctorFound() awscloudwatch.Metric {
	return m.custom(config.DoctorFound, "Maximum", "problem found", defaultPeriod)
}

// Errors is the number of invocations in which the function itself failed. A
// directive that fails is answered and is no error.
func (m Metrics) Errors() awscloudwatch.Metric {
	return m.Function.MetricErrors(options("Sum", "errors", defaultPeriod))
}

// Throttles is the number of invocations that Lambda throttled.
func (m Metrics) Throttles() awscloudwatch.Metric {
	return m.Function.MetricThrottles(options("Sum", "throttles", defaultPeriod))
}

// InvocationsHourly is the number of invocations an hour, directives and all others.
func (m Metrics) InvocationsHourly() awscloudwatch.Metric {
	return m.Function.MetricInvocations(options("Sum", "invocations an hour", hour))
}

// Concurrency is the highest number of concurrent executions.
func (m Metrics) Concurrency() awscloudwatch.Metric {
	return m.Function.Metric(jsii.String("ConcurrentExecutions"), options("Maximum", "concurrent executions", defaultPeriod))
}

// custom returns a metric that the function emits.
func (m Metrics) custom(metric config.Metric, statistic, label string, period float64) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace:     jsii.String(config.Namespace),
		MetricName:    &metric.Name,
		DimensionsMap: &map[string]*string{config.DimensionStage: &m.Stage},
		Statistic:     &statistic,
		Label:         &label,
		Period:        minutes(period),
	})
}

// options returns those of a metric that Lambda emits.
func options(statistic, label string, period float64) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Statistic: &statistic, Label: &label, Period: minutes(period)}
}

func minutes(n float64) awscdk.Duration { return awscdk.Duration_Minutes(&n) }
