package awsaccount

import (
	"context"
	"fmt"
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

// A Statistic is a statistic of a metric of CloudWatch with one dimension, or none.
type Statistic struct {
	Namespace, Metric, Dimension, Value string

	Name   string        // such as Sum or p90
	Period time.Duration // whole minutes
}

// A Datapoint is a statistic of one period.
type Datapoint struct {
	At    time.Time // the beginning of the period
	Value float64
}

// Statistics returns statistics from a time up to another, both in whole minutes: for
// each its periods that have values, the newest first. AWS charges 0.00001 USD for each
// metric in it; up to five statistics of one metric count as one.
func (a *Account) Statistics(ctx context.Context, wanted []Statistic, from, to time.Time) ([][]Datapoint, error) {
	in := &cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &to, ScanBy: types.ScanByTimestampDescending}
	for i, s := range wanted {
		var dimensions []types.Dimension
		if s.Dimension != "" {
			dimensions = []types.Dimension{{Name: &s.Dimension, Value: &s.Value}}
		}
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{
			Id: aws.String(fmt.Sprint("q", i)),
			MetricStat: &types.MetricStat{
				Metric: &types.Metric{Namespace: &s.Namespace, MetricName: &s.Metric, Dimensions: dimensions},
				Stat:   &s.Name, Period: aws.Int32(int32(s.Period / time.Second)),
			},
		})
	}
	found := make([][]Datapoint, len(wanted))
	pages := cloudwatch.NewGetMetricDataPaginator(cloudwatch.NewFromConfig(a.config), in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("reading the metrics", err)
		}
		for _, r := range page.MetricDataResults {
			var i int
			if _, err := fmt.Sscanf(aws.ToString(r.Id), "q%d", &i); err != nil || i >= len(found) {
				continue
			}
			for j := range min(len(r.Timestamps), len(r.Values)) {
				found[i] = append(found[i], Datapoint{r.Timestamps[j], r.Values[j]})
			}
		}
	}
	return found, nil
}
