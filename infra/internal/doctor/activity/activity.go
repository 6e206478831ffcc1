// Package activity is what happened in a home: the directives of a time, how they ended
// and for which device, read from CloudWatch. It covers all processes of the function.
package activity

import (
	"context"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// An Activity is what happened in a home in a time. Directives are counted with the
// requests to the custom skill.
type Activity struct {
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Directives int       `json:"directives"`
	Succeeded  int       `json:"succeeded"`     // the person got what they asked for
	Failed     int       `json:"failed"`        // the home, the route to it or the function failed
	Denied     int       `json:"denied"`        // the owner's rules do not allow it
	Wrong      int       `json:"asked_wrongly"` // no such device, a value out of range and the like
	Answered   *float64  `json:"answered"`      // share that did not fail, 0 to 1; null without directives

	Last     *Directive `json:"last"`      // the last directive of the time; null if there was none
	LastSeen *time.Time `json:"last_seen"` // minute of the last directive, also before the time; null if none is known
	Streak   *Streak    `json:"streak"`    // null if the last directive was answered

	Duration     Percentiles `json:"duration_ms"`      // of the whole directive
	HomeDuration Percentiles `json:"home_duration_ms"` // of what the home and the way to it took
	Connecting   Percentiles `json:"connect_ms"`       // of them, the way: until there was a connection, 0 where there was one before
	Connections  int         `json:"connections"`      // directives for which a new one was made
	ColdStarts   int         `json:"cold_starts"`
	BreakerOpen  int         `json:"breaker_open"` // directives that were answered at once because requests were paused

	CertificateDays *int `json:"certificate_days"` // of the home, as the last new connection saw it; null without one

	Devices []Device `json:"devices"` // that failed, the most often first
	Causes  []Cause  `json:"causes"`  // of failures, the most frequent first
	Denials []Denial `json:"denials"` // the most frequent first
	More    bool     `json:"more"`    // there is more than the lists, and the figures of connecting, cover

	asked int // the home, with how many directives
}

// A Streak is a time in which every directive failed, up to now.
type Streak struct {
	Failed int        `json:"failed"`
	Since  time.Time  `json:"since"`     // the first failure, to the minute
	Good   *time.Time `json:"last_good"` // the last directive before that was answered, to the minute; null if there was none in the time
}

// Percentiles are in milliseconds; null if nothing was measured.
type Percentiles struct {
	P50 *float64 `json:"p50"`
	P90 *float64 `json:"p90"`
}

// A Source is where the activity of a stage is read.
type Source struct {
	Account *awsaccount.Account
	Stage   string
	Group   string // name of the log
}

// MaxTime is the longest time that [Source.Read] accepts: CloudWatch keeps the minutes of
// metrics for fifteen days.
const MaxTime = 14 * 24 * time.Hour

// Read returns what happened in a time up to now: the counts and durations from metrics,
// and from the log only the lines of what did not succeed, of new connections, and of the
// last directive. It makes one call for the metrics, and one call a page of the log.
func (s Source) Read(ctx context.Context, since time.Duration, now time.Time) (Activity, error) {
	if since < time.Minute || since > MaxTime {
		return Activity{}, fmt.Errorf("the activity of %s cannot be read: choose a time from 1m to %s", since, MaxTime)
	}
	a := Activity{From: now.Add(-since).Truncate(time.Minute), To: now.Truncate(time.Minute).Add(time.Minute)}
	if err := s.measure(ctx, &a); err != nil {
		return a, err
	}
	if err := s.readLines(ctx, &a); err != nil {
		return a, err
	}
	a.Succeeded = max(0, a.Directives-a.Failed-a.Denied-a.Wrong)
	if a.Directives == 0 {
		return a, s.findLast(ctx, &a)
	}
	return a, s.readLast(ctx, &a)
}

// statistic returns a statistic of one of the stack's metrics.
func (s Source) statistic(m config.Metric, name string, period time.Duration) awsaccount.Statistic {
	return awsaccount.Statistic{Namespace: config.Namespace, Metric: m.Name, Dimension: config.DimensionStage, Value: s.Stage, Name: name, Period: period}
}

// measure reads the metrics.
func (s Source) measure(ctx context.Context, a *Activity) error {
	whole := a.To.Sub(a.From)
	found, err := s.Account.Statistics(ctx, []awsaccount.Statistic{
		s.statistic(config.Success, "SampleCount", time.Minute), s.statistic(config.Success, "Sum", time.Minute),
		s.statistic(config.Duration, "p50", whole), s.statistic(config.Duration, "p90", whole),
		s.statistic(config.HomeDuration, "p50", whole), s.statistic(config.HomeDuration, "p90", whole),
		s.statistic(config.ColdStart, "Sum", whole), s.statistic(config.BreakerOpen, "Sum", whole),
		s.statistic(config.HomeDuration, "SampleCount", whole),
	}, a.From, a.To)
	if err != nil {
		return err
	}
	count, answered := found[0], found[1]
	a.Directives = int(sum(count))
	a.Failed = a.Directives - int(sum(answered))
	a.Duration, a.HomeDuration = Percentiles{only(found[2]), only(found[3])}, Percentiles{only(found[4]), only(found[5])}
	a.ColdStarts, a.BreakerOpen, a.asked = int(sum(found[6])), int(sum(found[7])), int(sum(found[8]))
	if a.Directives > 0 {
		share := 1 - float64(a.Failed)/float64(a.Directives)
		a.Answered, a.LastSeen = &share, &count[0].At
		a.Streak = streak(count, answered)
	}
	return nil
}

// streak returns the failures up to now, of minutes that are newest first; nil if there
// is none.
func streak(count, answered []awsaccount.Datapoint) *Streak {
	good := map[time.Time]float64{}
	for _, p := range answered {
		good[p.At] = p.Value
	}
	s := &Streak{}
	for _, p := range count {
		if good[p.At] > 0 {
			s.Good = &p.At
			break
		}
		s.Failed, s.Since = s.Failed+int(p.Value), p.At
	}
	if s.Failed == 0 {
		return nil
	}
	return s
}

// findLast looks for the last directive before the time, to the hour.
func (s Source) findLast(ctx context.Context, a *Activity) error {
	const before = 60 * 24 * time.Hour
	to := a.From.Truncate(time.Hour).Add(time.Hour)
	found, err := s.Account.Statistics(ctx, []awsaccount.Statistic{s.statistic(config.Success, "SampleCount", time.Hour)}, to.Add(-before), to)
	if err == nil && len(found[0]) > 0 {
		a.LastSeen = &found[0][0].At
	}
	return err
}

func sum(points []awsaccount.Datapoint) (total float64) {
	for _, p := range points {
		total += p.Value
	}
	return total
}

// only returns the value of a statistic whose period is the whole time; nil if it has
// none.
func only(points []awsaccount.Datapoint) *float64 {
	if len(points) == 0 {
		return nil
	}
	return &points[0].Value
}
