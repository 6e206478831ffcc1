package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
)

// What Amazon asks of a skill, measured over 15 minutes, before it warns the
// skill's owner.
const (
	AmazonMinutes    = 15
	AmazonP90        = 5000 // ms
	AmazonSuccess    = 85   // percent
	alexaPatience    = config.AlexaDeadline * 1000
	defaultInMinutes = 5
)

// Metrics are the numbers of one stage, each defined once, for the dashboard and
// the alarms alike. Statistics are CloudWatch's: "p90", "Average", "Sum".
type Metrics struct {
	Stage    string
	Function awslambda.Function
	Memory   int // of the function, MB; default: 128
}

// SuccessRate is the share of directives answered as they should be, in percent.
// It has no value while there are none.
func (m Metrics) SuccessRate() awscloudwatch.MathExpression {
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression:   jsii.String("100 * success"),
		UsingMetrics: &map[string]awscloudwatch.IMetric{"success": m.own(config.Success, "Average", "success", AmazonMinutes)},
		Label:        jsii.String("success, %"),
		Period:       minutes(AmazonMinutes),
	})
}

// Directives is how many came.
func (m Metrics) Directives() awscloudwatch.Metric {
	return m.own(config.Success, "SampleCount", "directives", defaultInMinutes)
}

// Duration is how long directives took, in milliseconds.
func (m Metrics) Duration(statistic string) awscloudwatch.Metric {
	return m.own(config.Duration, statistic, statistic, AmazonMinutes)
}

// HomeDuration is how much of it was Home Assistant's, in milliseconds.
func (m Metrics) HomeDuration(statistic string) awscloudwatch.Metric {
	return m.own(config.HomeDuration, statistic, "Home Assistant "+statistic, AmazonMinutes)
}

// BreakerOpen is how many directives the circuit breaker refused.
func (m Metrics) BreakerOpen() awscloudwatch.Metric {
	return m.own(config.BreakerOpen, "Sum", "refused by the breaker", defaultInMinutes)
}

// CacheHitRate is in percent.
func (m Metrics) CacheHitRate() awscloudwatch.Metric {
	return m.own(config.CacheHitRate, "Average", "cache hits, %", defaultInMinutes)
}

// ColdStarts is how many directives met a new process.
func (m Metrics) ColdStarts() awscloudwatch.Metric {
	return m.own(config.ColdStart, "Sum", "cold starts", defaultInMinutes)
}

// MemoryUsed is the most a process used, in MB.
func (m Metrics) MemoryUsed() awscloudwatch.Metric {
	return m.own(config.MemoryUsed, "Maximum", "memory, MB", defaultInMinutes)
}

// DiscoveryServedStale is how many discoveries got the last known good answer.
func (m Metrics) DiscoveryServedStale() awscloudwatch.Metric {
	return m.own(config.DiscoveryServedStale, "Sum", "answered from the last good one", defaultInMinutes)
}

// EndpointsDropped is how many devices Alexa would not have taken, at most.
func (m Metrics) EndpointsDropped() awscloudwatch.Metric {
	return m.own(config.EndpointsDropped, "Maximum", "devices left out", defaultInMinutes)
}

// DoctorFound is whether the weekly doctor found something.
func (m Metrics) DoctorFound() awscloudwatch.Metric {
	return m.own(config.DoctorFound, "Maximum", "found something", defaultInMinutes)
}

// Errors is how often the function itself failed, which it never should: a
// directive that fails is an answer.
func (m Metrics) Errors() awscloudwatch.Metric {
	return m.Function.MetricErrors(lambdas("errors"))
}

// Throttles is how often Lambda refused to run the function.
func (m Metrics) Throttles() awscloudwatch.Metric {
	return m.Function.MetricThrottles(lambdas("throttles"))
}

// Invocations is how often Lambda ran the function, directives and all else.
func (m Metrics) Invocations() awscloudwatch.Metric {
	return m.Function.MetricInvocations(lambdas("invocations"))
}

// InvocationsHourly is the same by the hour.
func (m Metrics) InvocationsHourly() awscloudwatch.Metric {
	const hour = 60
	return m.Function.MetricInvocations(&awscloudwatch.MetricOptions{
		Statistic: jsii.String("Sum"), Label: jsii.String("invocations an hour"), Period: minutes(hour),
	})
}

// Concurrency is how many events were worked on at once, at most.
func (m Metrics) Concurrency() awscloudwatch.Metric {
	return m.Function.Metric(jsii.String("ConcurrentExecutions"), &awscloudwatch.MetricOptions{
		Statistic: jsii.String("Maximum"), Label: jsii.String("at once"), Period: minutes(defaultInMinutes),
	})
}

// own returns a metric that the function emits.
func (m Metrics) own(metric config.Metric, statistic, label string, period float64) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace:     jsii.String(config.Namespace),
		MetricName:    &metric.Name,
		DimensionsMap: &map[string]*string{config.DimensionStage: &m.Stage},
		Statistic:     &statistic,
		Label:         &label,
		Period:        minutes(period),
	})
}

// lambdas are the options of a metric that Lambda counts for us.
func lambdas(label string) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Label: &label, Period: minutes(defaultInMinutes)}
}

func minutes(n float64) awscdk.Duration { return awscdk.Duration_Minutes(&n) }
