package cloudwatch

import (
	"strings"
	"testing"
)

// TestJudge holds the examples of CloudWatch's documentation, "How alarm state is
// evaluated when data is missing": the five latest data points, the oldest first, and
// the state for missing, ignore, breaching and notBreaching.
func TestJudge(t *testing.T) {
	const retained = State("retained")
	for _, tt := range []struct {
		m    int // of 3
		data string
		want [4]State
	}{
		{3, "0 - X - X", [4]State{OK, OK, OK, OK}},
		{3, "0 - - - -", [4]State{OK, OK, OK, OK}},
		{3, "- - - - -", [4]State{InsufficientData, retained, InAlarm, OK}},
		{3, "0 X X - X", [4]State{InAlarm, InAlarm, InAlarm, InAlarm}},
		{3, "- - - - X", [4]State{InsufficientData, retained, InAlarm, OK}},
		{3, "X - - - -", [4]State{InAlarm, retained, InAlarm, OK}},
		{3, "- - X - -", [4]State{InAlarm, retained, InAlarm, OK}},

		{2, "0 - X - X", [4]State{InAlarm, InAlarm, InAlarm, InAlarm}},
		{2, "0 0 X 0 X", [4]State{InAlarm, InAlarm, InAlarm, InAlarm}},
		{2, "0 - X - -", [4]State{OK, OK, InAlarm, OK}},
		{2, "- - - - 0", [4]State{OK, OK, InAlarm, OK}},
		{2, "- - - - X", [4]State{InsufficientData, retained, InAlarm, OK}},
	} {
		t.Run(tt.data, func(t *testing.T) {
			kinds := map[string]datum{"0": within, "X": breaching, "-": absent}
			var latestFirst []datum
			for _, d := range strings.Fields(tt.data) {
				latestFirst = append([]datum{kinds[d]}, latestFirst...)
			}
			for i, missing := range []string{"missing", "ignore", "breaching", "notBreaching"} {
				want := tt.want[i]
				for _, current := range []State{OK, InAlarm} {
					if want == retained {
						want = current
					}
					if got := judge(latestFirst, 3, tt.m, missing, current); got != want {
						t.Errorf("%d of 3, %s, after %s: %s, want %s", tt.m, missing, current, got, want)
					}
					want = tt.want[i]
				}
			}
		})
	}
}

// TestOldDataAreNotCounted checks that more real points than the alarm looks at do not
// count.
func TestOldDataAreNotCounted(t *testing.T) {
	latestFirst := []datum{within, within, within, breaching, breaching}
	if got := judge(latestFirst, 3, 2, "ignore", InAlarm); got != OK {
		t.Errorf("%s, want OK: the last three are within the threshold", got)
	}
}
