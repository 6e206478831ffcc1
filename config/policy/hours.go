package policy

import (
	"fmt"
	"strconv"
	"strings"
)

// A span is a part of each day, in minutes from midnight. One that ends before it
// begins crosses midnight.
type span struct{ from, to int }

// parseSpan reads "22:00-06:00".
func parseSpan(text string) (span, error) {
	begin, end, ok := strings.Cut(text, "-")
	from, okFrom := parseClock(begin)
	to, okTo := parseClock(end)
	switch {
	case !ok || !okFrom || !okTo || from == 24*60:
		return span{}, fmt.Errorf("field hours has %.40q; expected a part of the day such as 22:00-06:00", text)
	case from == to:
		return span{}, fmt.Errorf("field hours has %.40q, which is empty, or the whole day: leave hours out for the whole day", text)
	}
	return span{from, to}, nil
}

// parseClock reads "06:30", up to "24:00".
func parseClock(text string) (minutes int, ok bool) {
	h, m, found := strings.Cut(strings.TrimSpace(text), ":")
	hours, err := strconv.ParseUint(h, 10, 8)
	rest, errRest := strconv.ParseUint(m, 10, 8)
	minutes = int(hours*60 + rest)
	return minutes, found && err == nil && errRest == nil && len(m) == 2 && rest < 60 && minutes <= 24*60
}

func (s span) holds(minute int) bool {
	if s.from < s.to {
		return s.from <= minute && minute < s.to
	}
	return minute >= s.from || minute < s.to
}
