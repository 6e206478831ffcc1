package fakeaws

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/hearthgate/hearthgate/infra/internal/simulator/cloudwatch"
)

// A point is a value of a metric, in the minute that CloudWatch keeps it by.
type point struct {
	minute time.Time
	value  float64
}

// embedded is what CloudWatch reads of a line in the Embedded Metric Format.
type embedded struct {
	AWS struct {
		Timestamp         int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name string }
		}
	} `json:"_aws"`
}

// metricKey returns what tells a metric from all others.
func metricKey(namespace, name string, dimensions map[string]string) string {
	key := namespace + " " + name
	for _, d := range slices.Sorted(maps.Keys(dimensions)) {
		key += fmt.Sprintf(" %s=%q", d, dimensions[d])
	}
	return key
}

// measured returns the points of all metrics, read from the lines of all logs as
// CloudWatch reads them. The caller holds mu.
func (c *Cloud) measured() map[string][]point {
	all := map[string][]point{}
	for _, events := range c.logs {
		for _, e := range events {
			addEmbedded(all, e.line)
		}
	}
	return all
}

// addEmbedded adds the metrics of a line, if it has any.
func addEmbedded(all map[string][]point, line string) {
	var found embedded
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(line), &found) != nil || found.AWS.Timestamp == 0 || json.Unmarshal([]byte(line), &fields) != nil {
		return
	}
	minute := time.UnixMilli(found.AWS.Timestamp).Truncate(time.Minute)
	for _, d := range found.AWS.CloudWatchMetrics {
		for _, names := range d.Dimensions {
			dimensions := map[string]string{}
			for _, name := range names {
				var value string
				_ = json.Unmarshal(fields[name], &value)
				dimensions[name] = value
			}
			for _, m := range d.Metrics {
				var value float64
				if json.Unmarshal(fields[m.Name], &value) == nil {
					key := metricKey(d.Namespace, m.Name, dimensions)
					all[key] = append(all[key], point{minute, value})
				}
			}
		}
	}
}

// metricData answers GetMetricData. Metric math is not known here. The caller holds mu.
func (c *Cloud) metricData(in cbor.Map) (cbor.Map, error) {
	from, to := timeOf(in["StartTime"]), timeOf(in["EndTime"])
	if !from.Before(to) {
		return nil, bad("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
	}
	all, results := c.measured(), cbor.List{}
	queries, _ := in["MetricDataQueries"].(cbor.List)
	for _, q := range queries {
		query, _ := q.(cbor.Map)
		stat, ok := query["MetricStat"].(cbor.Map)
		if !ok {
			return nil, bad("ValidationError", "%s: only statistics of metrics are known here", textOf(query, "Id"))
		}
		period := time.Duration(wholeOf(stat["Period"])) * time.Second
		if period < time.Minute || period%time.Minute != 0 {
			return nil, bad("ValidationError", "Period must be a multiple of 60")
		}
		metric, _ := stat["Metric"].(cbor.Map)
		if _, nameless := dimensionsOf(metric)[""]; nameless {
			return nil, bad("ValidationError", "The value for the parameter Dimensions.Name must have at least 1 character")
		}
		values := periods(all[keyOf(metric)], from, to, period)
		result, err := resultOf(textOf(query, "Id"), textOf(stat, "Stat"), values, textOf(in, "ScanBy") != "TimestampAscending")
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return cbor.Map{"MetricDataResults": results, "Messages": cbor.List{}}, nil
}

// keyOf returns the key of a metric as a query names it.
func keyOf(metric cbor.Map) string {
	return metricKey(textOf(metric, "Namespace"), textOf(metric, "MetricName"), dimensionsOf(metric))
}

func dimensionsOf(metric cbor.Map) map[string]string {
	dimensions := map[string]string{}
	all, _ := metric["Dimensions"].(cbor.List)
	for _, d := range all {
		pair, _ := d.(cbor.Map)
		dimensions[textOf(pair, "Name")] = textOf(pair, "Value")
	}
	return dimensions
}

// periods returns the values of points by the beginning of their period, which are
// counted from a time.
func periods(points []point, from, to time.Time, period time.Duration) map[time.Time][]float64 {
	from = from.Truncate(time.Minute)
	all := map[time.Time][]float64{}
	for _, p := range points {
		if p.minute.Before(from) || !p.minute.Before(to) {
			continue
		}
		begin := from.Add(p.minute.Sub(from) / period * period).UTC()
		all[begin] = append(all[begin], p.value)
	}
	return all
}

func resultOf(id, stat string, values map[time.Time][]float64, newestFirst bool) (cbor.Map, error) {
	times := slices.SortedFunc(maps.Keys(values), time.Time.Compare)
	if newestFirst {
		slices.Reverse(times)
	}
	stamps, figures := cbor.List{}, cbor.List{}
	for _, at := range times {
		v, ok := cloudwatch.Statistic(stat, values[at])
		if !ok {
			return nil, bad("ValidationError", "The statistic %s is not known here", stat)
		}
		stamps, figures = append(stamps, stampOf(at)), append(figures, cbor.Float64(v))
	}
	return cbor.Map{"Id": cbor.String(id), "Label": cbor.String(id), "StatusCode": cbor.String("Complete"), "Timestamps": stamps, "Values": figures}, nil
}

// stampOf returns a time as CBOR has it, timeOf reads one.
func stampOf(at time.Time) cbor.Value {
	return &cbor.Tag{ID: 1, Value: cbor.Float64(float64(at.UnixMilli()) / 1000)}
}

func timeOf(v cbor.Value) time.Time {
	tag, _ := v.(*cbor.Tag)
	if tag == nil {
		return time.Time{}
	}
	switch n := tag.Value.(type) {
	case cbor.Float64:
		return time.UnixMilli(int64(float64(n) * 1000))
	case cbor.Float32:
		return time.UnixMilli(int64(float64(n) * 1000))
	}
	return time.Unix(wholeOf(tag.Value), 0)
}

func wholeOf(v cbor.Value) int64 {
	switch n := v.(type) {
	case cbor.Uint:
		return int64(n)
	case cbor.NegInt:
		return -int64(n)
	}
	return 0
}
