package monitoring

import (
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// What only alarms watch. CloudWatch evaluates each minute, and a period ends then. Where
// more than one counts, they are of a minute: a longer one would divide a burst in other
// places each time, and the alarm would go on and off.

// successInTime is the share of the directives of an hour that succeeded, in percent; 0 if
// half of them took so long that Amazon warns.
func (s series) successInTime() Series {
	return math(time.Hour, "success in time, %", fmt.Sprintf("IF(median < %.0f, 100 * success, 0)", slow),
		s.custom("success", config.Success, "Average", time.Hour), s.custom("median", config.Duration, "p50", time.Hour))
}

// allOnline is 1 if every home behind a relay has said within an hour that it is online, and
// else 0. It has no value while one of them has never said it, or not for the whole range
// that an alarm evaluates, as FILL does not invent a metric: a stage that is not paired yet
// raises nothing, and a long outage keeps its state.
func allOnline(homes []config.Stage) Series {
	var of []Series
	var each []string
	for i, home := range homes {
		id := fmt.Sprintf("online%d", i)
		of = append(of, presence(id, home, time.Hour))
		each = append(each, "FILL("+id+", 0)")
	}
	return math(time.Hour, "online", strings.Join(each, " * "), of...)
}

// meanDuration is the mean time that the directives of a minute took.
func (s series) meanDuration() Series {
	return labelled("mean", s.custom("", config.Duration, "Average", time.Minute))
}

// unanswered is the number of invocations in an hour that got no answer: the function
// failed, or Lambda throttled it.
func (s series) unanswered() Series {
	return math(time.Hour, "without an answer", "FILL(errors, 0) + FILL(throttles, 0)", named("errors", s.errors()), named("throttles", s.throttles()))
}

// directivesDaily is the number of directives in a day, 0 of a day without.
func (s series) directivesDaily() Series {
	return math(day, "directives a day", "FILL(directives, 0)", s.custom("directives", config.Duration, "SampleCount", day))
}

// rollout is how long a deployment shifts from the old version to the new one.
const rollout = 10 * time.Minute

// What is missing of a new version is filled with 0: without a value of the latest period
// CloudWatch looks at the one before, and would raise the alarm again after the rollback.

// newVersionErrors is the number of invocations in which the version being deployed failed
// itself. Lambda counts them by version while an alias has two.
func (s series) newVersionErrors() Series {
	e := named("errors", s.lambda("Errors", "Sum", "errors of the new version", rollout))
	e.Metric.Dimensions["Resource"] = config.FunctionName(string(s)) + ":" + config.Alias
	e.Metric.Dimensions["ExecutedVersion"] = NewVersion
	return math(rollout, "errors of the new version", "FILL(errors, 0)", e)
}

// newVersionFailures is the number of directives that failed with the version being
// deployed, if at least half of its directives failed and at most half of the others did;
// else 0. When the old version fails too, the home is to blame.
func (s series) newVersionFailures() Series {
	newer := func(id, statistic string) Series {
		n := s.custom(id, config.Success, statistic, rollout)
		n.Metric.Dimensions[config.DimensionVersion] = NewVersion
		return n
	}
	filled := strings.NewReplacer("tried", "FILL(tried, 0)", "good", "FILL(good, 0)", "all", "FILL(all, 0)", "fine", "FILL(fine, 0)")
	return math(rollout, "failed with the new version",
		filled.Replace("IF((2 * (tried - good) >= tried) AND (2 * (all - fine - tried + good) <= all - tried), tried - good, 0)"),
		newer("tried", "SampleCount"), newer("good", "Sum"),
		s.custom("all", config.Success, "SampleCount", rollout), s.custom("fine", config.Success, "Sum", rollout))
}
