package metrics

import (
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Range chooses a piece of the past. It is widened to whole slots: of five
// minutes when it begins within the last hour, else of an hour.
type Range struct {
	Last  core.Seconds `json:"last_seconds,omitempty" doc:"how far back it begins, at most a day; default: when the process started, or what was restored began"`
	Until core.Seconds `json:"until_seconds,omitempty" doc:"how long ago it ends; default: now"`
}

// Check refuses a range that begins too long ago or after its end.
func (r Range) Check() error {
	switch {
	case r.Last.Duration() > 24*time.Hour:
		return fmt.Errorf("field last_seconds is %v; at most a day, 86400, is kept", r.Last.Duration().Seconds())
	case r.Until > 0 && r.Until >= r.Last:
		return fmt.Errorf("field until_seconds is %v; less than last_seconds, %v, is wanted", r.Until.Duration().Seconds(), r.Last.Duration().Seconds())
	}
	return nil
}

// A span is a range in whole slots.
type span struct {
	from, to time.Time
	step     time.Duration // of its slots; 0 stands for everything
}

// span returns the slots of r. Nothing is known from before since.
func (r Range) span(now, since time.Time) span {
	if r.Last == 0 {
		return span{since, now, 0}
	}
	w := span{now.Add(-r.Last.Duration()), now.Add(-r.Until.Duration()), coarse}
	if r.Last.Duration() <= time.Hour {
		w.step = fine
	}
	w.from = w.from.Truncate(w.step)
	return w
}

// holds reports whether a slot is in w.
func (w span) holds(index int64) bool {
	start := time.Unix(index*int64(w.step/time.Second), 0)
	return !start.Before(w.from) && start.Before(w.to)
}

// minutes returns how long w is, as far as the process lived in it, and at least a
// minute: the rate of one value a moment ago is not a million a second.
func (w span) minutes(since time.Time) float64 {
	from := w.from
	if since.After(from) {
		from = since
	}
	return max(w.to.Sub(from), time.Minute).Minutes()
}
