package core

import (
	"encoding/json"
	"fmt"
	"time"
)

// Seconds is a duration that JSON spells as a number of seconds: 1.5.
type Seconds time.Duration

// Duration returns s as a [time.Duration].
func (s Seconds) Duration() time.Duration { return time.Duration(s) }

// MarshalJSON returns the number of seconds.
func (s Seconds) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(s).Seconds())
}

// UnmarshalJSON takes a number of seconds that is neither negative nor above
// ten years.
func (s *Seconds) UnmarshalJSON(b []byte) error {
	var f float64
	if err := json.Unmarshal(b, &f); err != nil {
		return fmt.Errorf("%.40s is not a number of seconds", b)
	}
	if f < 0 || f > 10*365*24*3600 {
		return fmt.Errorf("%v seconds are not between 0 and ten years", f)
	}
	*s = Seconds(f * float64(time.Second))
	return nil
}
