package metrics

import (
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Range is a period that ends in the past or now. It is extended to whole slots: of
// five minutes when it starts within the last hour, otherwise of an hour.
type Range struct {
	Last  core.Seconds `json:"last_seconds,omitempty" doc:"how long ago it starts, at most a day; default: when the process, or the oldest restored one, started"`
	Until core.Seconds `json:"until_seconds,omitempty" doc:"how long ago it ends; default: now"`
}

// Check rejects a range that starts more than a day ago or after its end.
func (r Range) Check() error {
	switch {
	case r.Last.Duration() > 24*time.Hour:
		return fmt.Errorf("field last_seconds is %v; the maximum is a day, 86400", r.Last.Duration().Seconds())
	case r.Until > 0 && r.Until >= r.Last:
		return fmt.Errorf("field until_seconds is %v; expected less than last_seconds, %v", r.Until.Duration().Seconds(), r.Last.Duration().Seconds())
	}
	return nil
}

// A window is a range in whole slots. Its zero value holds everything.
type window struct {
	from, to time.Time
	step     time.Duration // of its slots; 0 means everything
}

// window returns the slots of r, or everything since a time.
func (r Range) window(now, since time.Time) window {
	if r.Last == 0 {
		return window{since, now, 0}
	}
	w := window{now.Add(-r.Last.Duration()), now.Add(-r.Until.Duration()), coarse}
	if r.Last.Duration() <= time.Hour {
		w.step = fine
	}
	w.from = w.from.Truncate(w.step)
	return w
}

// contains reports whether a slot is in w.
func (w window) contains(index int64) bool {
	start := time.Unix(index*int64(w.step/time.Second), 0)
	return !start.Before(w.from) && start.Before(w.to)
}

// minutes returns the length of w after since, at least one minute, so that the rate
// of a single new value is not extreme.
func (w window) minutes(since time.Time) float64 {
	from := w.from
	if since.After(from) {
		from = since
	}
	return max(w.to.Sub(from), time.Minute).Minutes()
}
