package cloudwatch

import "time"

// An alarm is a metric alarm, or a composite alarm if it has a rule.
type alarm struct {
	name, text string
	actions    map[State][]string

	rule *rule // of a composite alarm, else nil

	stats      []stat      // the metrics that it reads
	expression *expression // over the ids of stats; nil: the only stat
	period     time.Duration
	n, m       int
	breaches   func(v float64) bool
	missing    string // breaching, notBreaching, ignore or missing
}

// A stat is a statistic of a metric.
type stat struct {
	id, key, statistic string
}

// extra is how many periods CloudWatch retrieves beyond the evaluation periods. It says
// that the number differs; in the examples of its documentation it is two.
const extra = 2

// evaluate returns the state that follows current at a time.
func (a *alarm) evaluate(m metrics, now time.Time, current State, of func(string) State) State {
	if a.rule != nil {
		if a.rule.holds(of) {
			return InAlarm
		}
		return OK
	}
	return judge(a.data(m, now), a.n, a.m, a.missing, current)
}

// data returns what happened in each period of the evaluation range, the latest first.
// The periods slide: the latest ends now.
func (a *alarm) data(m metrics, now time.Time) []datum {
	values := make([]map[string]float64, a.n+extra)
	exists := map[string]bool{}
	for i := range values {
		values[i] = map[string]float64{}
		to := now.Add(-time.Duration(i) * a.period)
		for _, s := range a.stats {
			if v, ok := statistic(s.statistic, m.between(s.key, to.Add(-a.period), to)); ok {
				values[i][s.id], exists[s.id] = v, true
			}
		}
	}
	all := make([]datum, len(values))
	for i := range values {
		v, ok := values[i][a.stats[0].id]
		if a.expression != nil {
			v, ok = a.expression.value(values[i], exists)
		}
		switch {
		case !ok:
			all[i] = absent
		case a.breaches(v):
			all[i] = breaching
		default:
			all[i] = within
		}
	}
	return all
}

// A datum is what the data of one period say.
type datum uint8

const (
	absent datum = iota
	within
	breaching
)

// judge returns the state that follows current, of the data of the evaluation range, the
// latest first, for an alarm of m of n periods.
func judge(data []datum, n, m int, missing string, current State) State {
	bad, real, oldest := 0, 0, 0
	for i, d := range data {
		if d == absent || real == n {
			continue
		}
		real++
		if d == breaching {
			bad++
			oldest = i + 1
		}
	}
	fill := n - real // as few as possible
	switch {
	case bad >= m:
		return InAlarm
	case fill == 0, missing == "notBreaching":
		return OK
	case missing == "breaching":
		if bad+fill >= m {
			return InAlarm
		}
		return OK
	case bad < real: // something is within the threshold
		return OK
	case missing == "ignore":
		return current
	case bad > 0 && oldest >= m: // everything since then is breaching or missing
		return InAlarm
	}
	return InsufficientData
}
