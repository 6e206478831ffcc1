package awsaccount

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// Sum returns the sum of a metric of CloudWatch since a time.
func (a *Account) Sum(ctx context.Context, namespace, metric, dimension, value string, since time.Time) (float64, error) {
	const day = 24 * 60 * 60
	out, err := cloudwatch.NewFromConfig(a.config).GetMetricStatistics(ctx, &cloudwatch.GetMetricStatisticsInput{
		Namespace: &namespace, MetricName: &metric, Dimensions: []types.Dimension{{Name: &dimension, Value: &value}},
		StartTime: &since, EndTime: aws.Time(time.Now()), Period: aws.Int32(day), Statistics: []types.Statistic{types.StatisticSum},
	})
	if err != nil {
		return 0, explain("reading the metric "+metric, err)
	}
	sum := 0.0
	for _, p := range out.Datapoints {
		sum += aws.ToFloat64(p.Sum)
	}
	return sum, nil
}
