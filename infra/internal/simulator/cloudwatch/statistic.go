package cloudwatch

// Statistic returns a statistic, such as Sum or p90, of the values of one period, as
// CloudWatch computes it; ok is false without values and for an unknown statistic.
func Statistic(name string, values []float64) (value float64, ok bool) {
	if !isStatistic(name) {
		return 0, false
	}
	return statistic(name, values)
}
