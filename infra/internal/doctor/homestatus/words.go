package homestatus

import (
	"fmt"
	"strings"
	"time"
)

// day returns a time as a person reads it: of the hour within a day, else with its date.
func day(at time.Time) string { return at.Local().Format("Jan _2 15:04") }

// days returns a duration in whole days or hours.
func days(d time.Duration) string {
	const day = 24 * time.Hour
	return plural(int(d/day), "day")
}

// ago returns how long ago something was.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return plural(int(d/time.Minute), "minute") + " ago"
	case d < 48*time.Hour:
		return plural(int(d/time.Hour), "hour") + " ago"
	}
	return days(d) + " ago"
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// ms returns a time in milliseconds as a person reads it.
func ms(v float64) string {
	if v < 1 {
		return "<1"
	}
	return fmt.Sprintf("%.0f", v)
}

// percent returns a share of 1. Only 1 looks like all.
func percent(share float64) string {
	if p := 100 * share; p < 100 && p > 99.9 {
		return "99.9 %"
	}
	return fmt.Sprintf("%.3g %%", 100*share)
}

// short returns what happened and why, without what to do, of a sentence that has all
// three.
func short(sentence string) string {
	what, _, _ := strings.Cut(sentence, "; ")
	return what
}
