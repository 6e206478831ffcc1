package activity_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/doctor/activity"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/functionlog"
)

const group = "/aws/lambda/hearthgate-test"

// account returns a stand-in for AWS and the account on it.
func account(t *testing.T) (*fakeaws.Cloud, *awsaccount.Account) {
	t.Helper()
	cloud := fakeaws.Start(fakeaws.Options{})
	t.Cleanup(cloud.Close)
	for _, v := range cloud.Environment() {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	a, err := awsaccount.Open(t.Context(), "eu-west-1")
	if err != nil {
		t.Fatal(err)
	}
	return cloud, a
}

// line returns a line that the function wrote, as if it had written it at another time
// and with other values.
func line(t *testing.T, recorded string, at time.Time, values map[string]any) string {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(recorded), &fields); err != nil {
		t.Fatal(err)
	}
	fields["timestamp"] = at.UTC().Format(time.RFC3339Nano)
	if aws, ok := fields["_aws"].(map[string]any); ok {
		aws["Timestamp"] = at.UnixMilli()
	}
	for name, v := range values {
		fields[name] = v
	}
	b, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// day returns the log of a home for thirty hours up to now, made of recorded lines.
func day(t *testing.T, now time.Time) []string {
	l := functionlog.Read(t)
	r := rand.New(rand.NewPCG(1, 2))
	kinds := []string{l.Brightness, l.Brightness, l.Brightness, l.Brightness, l.Cold, l.Rejected, l.Unreachable, l.Denied, l.Operation, l.Other}
	var lines []string
	for i := range 700 {
		at := now.Add(-30*time.Hour + time.Duration(i)*150*time.Second + time.Duration(r.IntN(60_000))*time.Millisecond)
		kind := kinds[r.IntN(len(kinds))]
		values := map[string]any{}
		if strings.Contains(kind, `"HomeDuration"`) {
			home := 20 + 400*r.Float64()
			values["HomeDuration"], values["Duration"] = home, home+5*r.Float64()
			if i%3 == 0 {
				values["connection_reused"], values["connect_ms"], values["certificate_days"] = false, home*r.Float64(), 90-i/50
			}
		}
		if kind == l.Denied && i%3 == 0 {
			values["cause"], values["error"] = "unknown_user", fmt.Sprintf(`security.authenticate: the user "amzn1.account.CHILD%d" may not command: put the id into the stage's allowedUsers if they should`, i%2)
		}
		if kind == l.Unreachable && i%4 == 0 {
			values["cause"], values["error"], values["BreakerOpen"] = "breaker_open", "circuit_breaker.call: requests to the home are paused", 1
		}
		lines = append(lines, line(t, kind, at, values))
	}
	return append(lines, "START RequestId: 1", "REPORT RequestId: 1 Duration: 3 ms")
}

// TestRead compares what is read from CloudWatch with what a program of few lines computes
// from the same log.
func TestRead(t *testing.T) {
	cloud, a := account(t)
	now := time.Date(2026, 11, 20, 12, 34, 56, 0, time.UTC)
	lines := day(t, now)
	cloud.Log(group, lines...)
	got, err := activity.Source{Account: a, Stage: "test", Group: group}.Read(t.Context(), 24*time.Hour, now)
	if err != nil {
		t.Fatal(err)
	}
	want := computed(t, lines, now.Add(-24*time.Hour).Truncate(time.Minute))
	for _, tt := range []struct {
		what      string
		got, want any
	}{
		{"directives", got.Directives, len(want.all)},
		{"succeeded", got.Succeeded, want.outcomes["succeeded"]},
		{"failed", got.Failed, want.outcomes["failed"]},
		{"denied", got.Denied, want.outcomes["denied"]},
		{"asked wrongly", got.Wrong, want.outcomes["asked_wrongly"]},
		{"answered", *got.Answered, 1 - float64(want.outcomes["failed"])/float64(len(want.all))},
		{"p50", *got.Duration.P50, want.percentile(50, "Duration")},
		{"p90", *got.Duration.P90, want.percentile(90, "Duration")},
		{"home p50", *got.HomeDuration.P50, want.percentile(50, "HomeDuration")},
		{"home p90", *got.HomeDuration.P90, want.percentile(90, "HomeDuration")},
		{"way p50", *got.Connecting.P50, want.way(50)},
		{"way p90", *got.Connecting.P90, want.way(90)},
		{"connections", got.Connections, want.connections()},
		{"certificate", float64(*got.CertificateDays), want.certificate()},
		{"cold starts", got.ColdStarts, want.sum("ColdStart")},
		{"breaker", got.BreakerOpen, want.sum("BreakerOpen")},
		{"last", got.Last.At.Format(time.RFC3339Nano), want.all[len(want.all)-1]["timestamp"]},
		{"last outcome", got.Last.Outcome, want.all[len(want.all)-1]["outcome"]},
		{"devices", devices(got), want.devices()},
		{"denials", denials(got), want.denials()},
		{"more", got.More, false},
	} {
		if !reflect.DeepEqual(tt.got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.what, tt.got, tt.want)
		}
	}
	if got.Directives < 400 || got.Failed == 0 || got.Denied == 0 || got.Wrong == 0 || got.BreakerOpen == 0 || len(got.Denials) != 3 {
		t.Errorf("the log is too simple: %+v", got)
	}
	if got.Why() != "nothing listens there: "+strings.SplitN(got.Causes[0].Said, ": ", 2)[1] {
		t.Errorf("why: %s", got.Why())
	}
}

// Computed is what a test computes from the lines of a log, without what it judges.
type fields = map[string]any

type sums struct {
	all      []fields // of directives, oldest first
	outcomes map[any]int
}

func computed(t *testing.T, lines []string, from time.Time) sums {
	s := sums{outcomes: map[any]int{}}
	for _, l := range lines {
		var f fields
		if json.Unmarshal([]byte(l), &f) != nil || f["outcome"] == nil {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, f["timestamp"].(string))
		if err != nil {
			t.Fatal(err)
		}
		if at.Before(from) {
			continue
		}
		s.all = append(s.all, f)
		s.outcomes[f["outcome"]]++
	}
	slices.SortStableFunc(s.all, func(x, y fields) int { return strings.Compare(x["timestamp"].(string), y["timestamp"].(string)) })
	return s
}

func (s sums) sum(name string) (n int) {
	for _, f := range s.all {
		if v, ok := f[name].(float64); ok {
			n += int(v)
		}
	}
	return n
}

// percentile is the smallest value that so many percent of all do not exceed.
func (s sums) percentile(percent int, name string) float64 {
	var values []float64
	for _, f := range s.all {
		if v, ok := f[name].(float64); ok {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	for i, v := range values {
		if 100*(i+1) >= percent*len(values) {
			return v
		}
	}
	return 0
}

// way is how long connecting took: nothing where a directive asked the home on a connection
// that was there.
func (s sums) way(percent int) float64 {
	w := sums{}
	for _, f := range s.all {
		if f["HomeDuration"] == nil {
			continue
		}
		ms, _ := f["connect_ms"].(float64)
		w.all = append(w.all, fields{"way": ms})
	}
	return w.percentile(percent, "way")
}

func (s sums) connections() (n int) {
	for _, f := range s.all {
		if f["connect_ms"] != nil {
			n++
		}
	}
	return n
}

func (s sums) certificate() (days float64) {
	for _, f := range s.all {
		if d, ok := f["certificate_days"].(float64); ok {
			days = d
		}
	}
	return days
}

func (s sums) devices() map[string][2]int {
	all := map[string][2]int{}
	for _, f := range s.all {
		id, n := f["endpoint"].(string), all[f["endpoint"].(string)]
		switch f["outcome"] {
		case "failed":
			n[0]++
		case "asked_wrongly":
			n[1]++
		default:
			continue
		}
		all[id] = n
	}
	return all
}

func devices(a activity.Activity) map[string][2]int {
	all := map[string][2]int{}
	for _, d := range a.Devices {
		all[d.ID] = [2]int{d.Failed, d.Wrong}
	}
	return all
}

func (s sums) denials() map[string]int {
	all := map[string]int{}
	for _, f := range s.all {
		if f["outcome"] != "denied" {
			continue
		}
		who := ""
		if _, after, ok := strings.Cut(f["error"].(string), `the user "`); ok {
			who, _, _ = strings.Cut(after, `"`)
		}
		all[fmt.Sprint(f["cause"], " ", who)]++
	}
	return all
}

func denials(a activity.Activity) map[string]int {
	all := map[string]int{}
	for _, d := range a.Denials {
		all[d.Cause+" "+d.User] = d.Count
	}
	return all
}

// TestStreak tells a home that fails now from one that failed before, and a silent one
// from one without a history.
func TestStreak(t *testing.T) {
	cloud, a := account(t)
	now := time.Date(2026, 11, 20, 12, 0, 30, 0, time.UTC)
	l := functionlog.Read(t)
	add := func(stage, kind string, ago time.Duration) {
		cloud.Log("/"+stage, line(t, kind, now.Add(-ago), map[string]any{"Stage": stage}))
	}
	for _, ago := range []time.Duration{50 * time.Minute, 40 * time.Minute, 10 * time.Minute} {
		add("fails", l.Unreachable, ago)
		add("failed", l.Unreachable, ago)
	}
	add("fails", l.Brightness, 60*time.Minute)
	add("failed", l.Brightness, 5*time.Minute)
	add("silent", l.Brightness, 26*24*time.Hour)
	add("denies", l.Denied, time.Minute)
	read := func(stage string) activity.Activity {
		got, err := activity.Source{Account: a, Stage: stage, Group: "/" + stage}.Read(t.Context(), 24*time.Hour, now)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	s := read("fails").Streak
	if s == nil || s.Failed != 3 || !s.Since.Equal(now.Add(-50*time.Minute).Truncate(time.Minute)) || s.Good == nil || !s.Good.Equal(now.Add(-60*time.Minute).Truncate(time.Minute)) {
		t.Errorf("fails: %+v", s)
	}
	for _, stage := range []string{"failed", "denies", "silent", "unknown"} {
		if s := read(stage).Streak; s != nil {
			t.Errorf("%s: %+v", stage, s)
		}
	}
	if got := read("silent"); got.Directives != 0 || got.LastSeen == nil || !got.LastSeen.Equal(now.Add(-26*24*time.Hour).Truncate(time.Hour)) {
		t.Errorf("silent: %+v", got)
	}
	if got := read("unknown"); got.Directives != 0 || got.LastSeen != nil || got.Last != nil || got.Answered != nil {
		t.Errorf("unknown: %+v", got)
	}
	before := len(cloud.Calls())
	read("fails")
	if calls := cloud.Calls()[before:]; !slices.Equal(calls, []string{"monitoring.GetMetricData", "logs.FilterLogEvents", "logs.FilterLogEvents"}) {
		t.Errorf("the calls for a home: %v", calls)
	}
}
