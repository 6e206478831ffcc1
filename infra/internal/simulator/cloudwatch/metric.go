package cloudwatch

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// metrics are the points of all metrics, by their key, oldest first once sorted.
type metrics map[string][]point

type point struct {
	at    time.Time
	value float64
}

// key returns what tells a metric from all others.
func key(namespace, name string, dimensions map[string]string) string {
	text := namespace + " " + name
	for _, d := range slices.Sorted(maps.Keys(dimensions)) {
		text += fmt.Sprintf(" %s=%s", d, dimensions[d])
	}
	return text
}

func (m metrics) put(key string, at time.Time, value float64) {
	m[key] = append(m[key], point{at, value})
}

func (m metrics) sort() {
	for _, points := range m {
		slices.SortStableFunc(points, func(x, y point) int { return x.at.Compare(y.at) })
	}
}

// between returns the values of a metric from a time up to another, which is excluded.
func (m metrics) between(key string, from, to time.Time) []float64 {
	points := m[key]
	i := sort.Search(len(points), func(i int) bool { return !points[i].at.Before(from) })
	var values []float64
	for ; i < len(points) && points[i].at.Before(to); i++ {
		values = append(values, points[i].value)
	}
	return values
}

// statistic returns a statistic of the values of one period. Without values it has none.
func statistic(name string, values []float64) (float64, bool) {
	if len(values) == 0 {
		return 0, false
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	switch name {
	case "Sum":
		return sum, true
	case "SampleCount":
		return float64(len(values)), true
	case "Average":
		return sum / float64(len(values)), true
	case "Minimum":
		return slices.Min(values), true
	case "Maximum":
		return slices.Max(values), true
	}
	share, _ := percentile(name)
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)], true
}

// percentile returns the share below a percentile, 0.9 of "p90".
func percentile(statistic string) (share float64, ok bool) {
	number, ok := strings.CutPrefix(statistic, "p")
	p, err := strconv.ParseFloat(number, 64)
	return p / 100, ok && err == nil && p > 0 && p <= 100
}

// isStatistic reports whether statistic knows a statistic.
func isStatistic(name string) bool {
	_, ok := percentile(name)
	return ok || slices.Contains([]string{"Sum", "SampleCount", "Average", "Minimum", "Maximum"}, name)
}
