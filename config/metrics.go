package config

// Namespace is the CloudWatch namespace of the metrics.
const Namespace = "Hearthgate"

// The dimensions. Every metric has the stage's; [Success] is emitted a second time with
// the version's too, so that a deployment is judged by what its own version does, and the
// metrics [ByHome] with the home's, where a stage has several.
const (
	DimensionStage   = "Stage"           // the stage's name
	DimensionVersion = "FunctionVersion" // Lambda's number of the version, "12"; none on other machines
	DimensionHome    = "Home"            // the name of the home that a directive was for, [FirstHome] of the first
)

// ByHome are the metrics that each home of several has for itself: whether it works, and
// how fast. Each home more is two metrics more, which are not free.
var ByHome = [...]Metric{Success, HomeDuration}

// A Metric is a custom metric in [Namespace]. The function emits it; dashboards and
// alarms use it. Ten are free, and [Success] by version is the tenth.
type Metric struct {
	Name string
	Unit string // as CloudWatch spells it
}

// The metrics. Each has at most one value a directive, except the last.
var (
	Success      = Metric{"Success", "None"}              // see wire.Outcome.Success; its average is the success rate, its sample count the number of directives
	Duration     = Metric{"Duration", "Milliseconds"}     // of the whole directive
	HomeDuration = Metric{"HomeDuration", "Milliseconds"} // of Home Assistant's part; absent if no request was sent
	BreakerOpen  = Metric{"BreakerOpen", "None"}          // 1 if the circuit breaker rejected the directive, else 0
	ColdStart    = Metric{"ColdStart", "None"}            // 1 for the first directive of a process, else 0
	MemoryUsed   = Metric{"MemoryUsed", "Megabytes"}      // resident set of the process

	DiscoveryServedStale = Metric{"DiscoveryServedStale", "None"} // 1 if a discovery got the last good answer, 0 for any other discovery
	EndpointsDropped     = Metric{"EndpointsDropped", "Count"}    // of a discovery that the home answered: endpoints that Alexa rejects

	DoctorFound = Metric{"DoctorFound", "None"} // 1 if the weekly doctor found a problem, else 0; once a week
)

// The metrics of a home behind a relay alone.
var (
	// HomeOffline is 1 for a directive that was answered at once, because the home was not
	// connected or was starting; else it is absent, since CloudWatch charges for the hours in
	// which a metric has values.
	HomeOffline = Metric{"HomeOffline", "None"}

	// HomeOnline is 1 each time the home says that it is online. AWS IoT Core emits it, which
	// knows no dimensions: it is in the namespace of [PresenceNamespace].
	HomeOnline = Metric{"HomeOnline", "None"}
)

// PresenceNamespace returns the CloudWatch namespace of [HomeOnline] of a stage. The rule
// that emits it may write nowhere else.
func PresenceNamespace(stage string) string { return Namespace + "/" + stage }

// Metrics returns every metric of any home, in a stable order.
func Metrics() []Metric {
	return []Metric{Success, Duration, HomeDuration, BreakerOpen, ColdStart, MemoryUsed, DiscoveryServedStale, EndpointsDropped, DoctorFound}
}
