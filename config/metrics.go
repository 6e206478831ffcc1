package config

// Namespace is the CloudWatch namespace of the metrics.
const Namespace = "Hearthgate"

// DimensionStage is the one dimension of every metric: the stage's name.
const DimensionStage = "Stage"

// A Metric is a custom metric in [Namespace]. The function emits it; dashboards and
// alarms use it. Ten are free.
type Metric struct {
	Name string
	Unit string // as CloudWatch spells it
}

// The metrics. Each has at most one value a directive, except the last.
var (
	Success      = Metric{"Success", "None"}              // 1 or 0; its average is the success rate, its sample count the number of directives
	Duration     = Metric{"Duration", "Milliseconds"}     // of the whole directive
	HomeDuration = Metric{"HomeDuration", "Milliseconds"} // of Home Assistant's part; absent if no request was sent
	BreakerOpen  = Metric{"BreakerOpen", "None"}          // 1 if the circuit breaker rejected the directive, else 0
	CacheHitRate = Metric{"CacheHitRate", "Percent"}      // since the process started; absent before the first lookup
	ColdStart    = Metric{"ColdStart", "None"}            // 1 for the first directive of a process, else 0
	MemoryUsed   = Metric{"MemoryUsed", "Megabytes"}      // resident set of the process

	DiscoveryServedStale = Metric{"DiscoveryServedStale", "None"} // 1 if a discovery got the last good answer, 0 for any other discovery
	EndpointsDropped     = Metric{"EndpointsDropped", "Count"}    // of a discovery that the home answered: endpoints that Alexa rejects

	DoctorFound = Metric{"DoctorFound", "None"} // 1 if the weekly doctor found a problem, else 0; once a week
)

// Metrics returns every metric, in a stable order.
func Metrics() []Metric {
	return []Metric{Success, Duration, HomeDuration, BreakerOpen, CacheHitRate, ColdStart, MemoryUsed, DiscoveryServedStale, EndpointsDropped, DoctorFound}
}
