package cloudwatch_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/simulator/cloudwatch"
)

type object = map[string]any

var start = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

// single returns an alarm on one metric, 1 of 1 minute, with changes.
func single(name string, changes object) object {
	alarm := object{
		"AlarmName": name, "Namespace": "N", "MetricName": "M", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
		"Threshold": 3, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching", "AlarmActions": []any{"topic"},
	}
	for key, value := range changes {
		alarm[key] = value
	}
	return alarm
}

// onMath returns an alarm on an expression over the sum m and the sample count n of a
// metric.
func onMath(name, expression string, changes object) object {
	stat := func(id, statistic string) object {
		return object{"Id": id, "ReturnData": false, "MetricStat": object{
			"Metric": object{"Namespace": "N", "MetricName": "M"}, "Period": 60, "Stat": statistic,
		}}
	}
	alarm := single(name, changes)
	for _, key := range []string{"Namespace", "MetricName", "Statistic", "Period"} {
		delete(alarm, key)
	}
	alarm["Metrics"] = []any{object{"Id": "e", "Expression": expression}, stat("m", "Sum"), stat("n", "SampleCount")}
	return alarm
}

func account(t *testing.T, alarms ...object) *cloudwatch.Account {
	t.Helper()
	a := cloudwatch.New()
	for _, alarm := range alarms {
		kind := "AWS::CloudWatch::Alarm"
		if alarm["AlarmRule"] != nil {
			kind = "AWS::CloudWatch::CompositeAlarm"
		}
		if err := a.Add(kind, alarm); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// TestStatistics puts 1 to 10 into one minute and checks which threshold each statistic
// reaches.
func TestStatistics(t *testing.T) {
	for statistic, want := range map[string]float64{"Sum": 55, "SampleCount": 10, "Average": 5.5, "Minimum": 1, "Maximum": 10, "p90": 9, "p50": 5, "p99": 10} {
		kind := "Statistic"
		if statistic[0] == 'p' {
			kind = "ExtendedStatistic"
		}
		at := single("at", object{"Statistic": "", kind: statistic, "Threshold": want})
		above := single("above", object{"Statistic": "", kind: statistic, "Threshold": want, "ComparisonOperator": "GreaterThanThreshold"})
		a := account(t, at, above)
		for i := 10; i > 0; i-- {
			a.Put(start.Add(time.Duration(i)*time.Second), "N", "M", nil, float64(i))
		}
		a.Run(start, start.Add(time.Minute))
		if a.State("at") != cloudwatch.InAlarm || a.State("above") != cloudwatch.OK {
			t.Errorf("%s is not %v: at %s, above %s", statistic, want, a.State("at"), a.State("above"))
		}
	}
}

// TestExpressions evaluates expressions of the sum 6 and the sample count 3 of a minute.
func TestExpressions(t *testing.T) {
	for expression, want := range map[string]string{
		"m": "6", "m + n * 2": "12", "(m + n) * 2": "18", "m - n - 1": "2", "100 * n / m": "50", "m / (n - 3)": "none",
		"m > 5 AND n > 5": "0", "m > 5 OR n > 5": "1", "m >= 6 && n != 2": "1", "m < 6 || n == 3": "1", "m <= 5": "0",
		"IF(m > 5, n)": "3", "IF(m > 6, n)": "none", "IF(m > 6, n, 9)": "9", "FILL(m, 0)": "6", "1 + 2 < 4 AND 1": "1",
	} {
		a := account(t,
			onMath("below", expression, object{"ComparisonOperator": "LessThanThreshold", "Threshold": -1000, "TreatMissingData": "breaching"}),
			onMath("at least", expression, object{"Threshold": number(want)}),
			onMath("above", expression, object{"Threshold": number(want), "ComparisonOperator": "GreaterThanThreshold"}),
		)
		for _, v := range []float64{1, 2, 3} {
			a.Put(start, "N", "M", nil, v)
		}
		a.Run(start, start.Add(time.Minute))
		none := a.State("below") == cloudwatch.InAlarm // it is never that low: the value is missing
		switch {
		case want == "none" && !none:
			t.Errorf("%s has a value, want none", expression)
		case want != "none" && (none || a.State("at least") != cloudwatch.InAlarm || a.State("above") != cloudwatch.OK):
			t.Errorf("%s is not %s", expression, want)
		}
	}
}

func number(text string) (v float64) {
	_, _ = fmt.Sscan(text, &v) // "none" is 0
	return v
}

// TestFill checks that FILL fills a minute of a metric that has data elsewhere in the
// evaluation range, and does not invent a metric.
func TestFill(t *testing.T) {
	const never = -1
	for name, tt := range map[string]struct {
		minutesAgo int
		want       cloudwatch.State
	}{"a gap": {1, cloudwatch.InAlarm}, "no metric": {never, cloudwatch.OK}} {
		a := account(t, onMath("low", "FILL(m, 0)", object{"ComparisonOperator": "LessThanThreshold"}))
		if tt.minutesAgo != never {
			a.Put(start, "N", "M", nil, 5)
		}
		a.Run(start, start.Add(2*time.Minute))
		if got := a.State("low"); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// TestDimensions checks that a metric with other dimensions is another metric.
func TestDimensions(t *testing.T) {
	dimensions := []any{object{"Name": "B", "Value": "2"}, object{"Name": "A", "Value": "1"}}
	a := account(t, single("mine", object{"Dimensions": dimensions}), single("bare", nil))
	a.Put(start, "N", "M", map[string]string{"A": "1", "B": "2"}, 3)
	a.Run(start, start.Add(time.Minute))
	if a.State("mine") != cloudwatch.InAlarm || a.State("bare") != cloudwatch.OK {
		t.Errorf("mine %s, bare %s", a.State("mine"), a.State("bare"))
	}
}

// TestSliding checks that a period ends at each evaluation: three points across the
// border of two whole periods count together.
func TestSliding(t *testing.T) {
	a := account(t, single("sum", object{"Period": 300}))
	for _, minute := range []int{3, 4, 6} {
		a.Put(start.Add(time.Duration(minute)*time.Minute), "N", "M", nil, 1)
	}
	a.Run(start, start.Add(9*time.Minute))
	if raised := a.Raised["sum"]; len(raised) != 1 || raised[0] != start.Add(7*time.Minute) {
		t.Errorf("raised at %v, want once, after 7 minutes", raised)
	}
}

// TestNotifications checks that a change notifies, and a state that lasts does not. The
// last points of a metric count for two periods more, as its documentation warns.
func TestNotifications(t *testing.T) {
	a := account(t,
		single("x", object{"AlarmActions": nil}),
		single("y", object{"MetricName": "Other", "AlarmActions": nil}),
		object{"AlarmName": "both", "AlarmRule": `(ALARM("arn:aws:cloudwatch:us-east-1:1:alarm:x") AND NOT OK(y))`, "AlarmActions": []any{"a"}, "OKActions": []any{"b"}},
	)
	for minute := range 10 {
		at := start.Add(time.Duration(minute) * time.Minute)
		a.Put(at, "N", "M", nil, 3)
		if minute > 3 && minute < 7 {
			a.Put(at, "N", "Other", nil, 3)
		}
	}
	a.Run(start, start.Add(10*time.Minute))
	var got []string
	for _, n := range a.Notifications {
		got = append(got, fmt.Sprintf("%s %s %v after %v", n.Alarm, n.State, n.To, n.At.Sub(start)))
	}
	want := "both OK [b] after 1m0s, both ALARM [a] after 5m0s, both OK [b] after 10m0s"
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("%s\nwant %s", text, want)
	}
}

// TestRejects checks that an alarm that CloudWatch rejects, or that is not understood
// here, is not added.
func TestRejects(t *testing.T) {
	two := onMath("a", "m", nil)
	two["Metrics"] = append(two["Metrics"].([]any), object{"Id": "f", "Expression": "m"})
	for want, alarm := range map[string]object{
		"there are two":               nil, // added below
		"the maximum is 24h":          single("a", object{"Period": 900, "EvaluationPeriods": 97}),
		"the maximum is 168h":         single("a", object{"Period": 86400, "EvaluationPeriods": 8}),
		"whole minutes":               single("a", object{"Period": 90}),
		"2 of 1 periods":              single("a", object{"DatapointsToAlarm": 2}),
		`the statistic "TM(10%:90%)"`: single("a", object{"Statistic": "", "ExtendedStatistic": "TM(10%:90%)"}),
		"no threshold":                single("a", object{"Threshold": nil}),
		`the comparison "Like"`:       single("a", object{"ComparisonOperator": "Like"}),
		`treated as "well"`:           single("a", object{"TreatMissingData": "well"}),
		"1024":                        single("a", object{"AlarmDescription": strings.Repeat("x", 1025)}),
		"1 to 255":                    single("", nil),
		"is not known here":           single("a", object{"Unit": "Count"}),
		"names other":                 onMath("a", "m + other", nil),
		"left over":                   onMath("a", "m n", nil),
		"is not understood":           onMath("a", "m % n", nil),
		`"RATE" is neither`:           onMath("a", "RATE(m)", nil),
		"FILL has 2 arguments":        onMath("a", "FILL(1, 2)", nil),
		"2 of its queries":            two,
		"there is no alarm y":         {"AlarmName": "a", "AlarmRule": "ALARM(x) OR ALARM(y)"},
		`expected ")"`:                {"AlarmName": "a", "AlarmRule": "ALARM(x"},
		`"AT_LEAST" is not known`:     {"AlarmName": "a", "AlarmRule": "AT_LEAST(x)"},
	} {
		a := account(t, single("x", nil))
		kind := "AWS::CloudWatch::Alarm"
		if alarm == nil {
			alarm = single("x", nil)
		}
		if alarm["AlarmRule"] != nil {
			kind = "AWS::CloudWatch::CompositeAlarm"
		}
		if err := a.Add(kind, alarm); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}
