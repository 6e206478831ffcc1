package config

// Namespace is the CloudWatch namespace of the metrics.
const Namespace = "Hearthgate"

// DimensionStage is the one dimension of every metric: the stage's name.
const DimensionStage = "Stage"

// A Metric is a metric in [Namespace] that the function emits and that dashboards
// and alarms show. Ten are free of charge.
type Metric struct {
	Name string
	Unit string // as CloudWatch spells it
}

// The metrics, at most one point each a directive, but for the last.
var (
	Success      = Metric{"Success", "None"}              // 1 or 0; its average is the success rate, its count the directives
	Duration     = Metric{"Duration", "Milliseconds"}     // of the whole directive
	HomeDuration = Metric{"HomeDuration", "Milliseconds"} // of Home Assistant's part; absent when it was not asked
	BreakerOpen  = Metric{"BreakerOpen", "None"}          // 1 when the circuit breaker refused the directive, else 0
	CacheHitRate = Metric{"CacheHitRate", "Percent"}      // since the process started; absent before the first look-up
	ColdStart    = Metric{"ColdStart", "None"}            // 1 for the first directive of a process, else 0
	MemoryUsed   = Metric{"MemoryUsed", "Megabytes"}      // resident set of the process

	DiscoveryServedStale = Metric{"DiscoveryServedStale", "None"} // 1 when a Discover got the last known good answer, 0 for any other
	EndpointsDropped     = Metric{"EndpointsDropped", "Count"}    // of a Discover that the home answered: those that Alexa would not take

	DoctorFound = Metric{"DoctorFound", "None"} // 1 when the weekly doctor found something, else 0; once a week
)

// Metrics returns every metric, in a stable order.
func Metrics() []Metric {
	return []Metric{Success, Duration, HomeDuration, BreakerOpen, CacheHitRate, ColdStart, MemoryUsed, DiscoveryServedStale, EndpointsDropped, DoctorFound}
}
