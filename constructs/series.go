package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config/monitoring"
)

// metric returns a series as CloudWatch has it. Version takes the place of
// [monitoring.NewVersion].
func metric(s monitoring.Series, version *string) awscloudwatch.IMetric {
	if s.Expression == "" {
		dimensions := map[string]*string{}
		for name, value := range s.Metric.Dimensions {
			if dimensions[name] = &value; value == monitoring.NewVersion {
				dimensions[name] = version
			}
		}
		return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace: &s.Metric.Namespace, MetricName: &s.Metric.Name, DimensionsMap: &dimensions,
			Statistic: &s.Statistic, Label: &s.Label, Period: duration(s.Period),
		})
	}
	of := map[string]awscloudwatch.IMetric{}
	for _, operand := range s.Of {
		of[operand.ID] = metric(operand, version)
	}
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression: &s.Expression, UsingMetrics: &of, Label: &s.Label, Period: duration(s.Period),
	})
}

func metrics(all []monitoring.Series) *[]awscloudwatch.IMetric {
	var found []awscloudwatch.IMetric
	for _, s := range all {
		found = append(found, metric(s, nil))
	}
	return &found
}

func duration(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}
