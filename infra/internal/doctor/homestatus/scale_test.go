package homestatus_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/doctor/homestatus"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/functionlog"
)

const (
	homes    = 200
	accounts = 20
)

// TestScale has an engineer with 200 homes in 20 accounts: what `status --all` does is
// bounded by what it calls, how much of it at a time, and what it keeps. The figures stand
// in infra/docs/homes.md.
func TestScale(t *testing.T) {
	var profiles strings.Builder
	clouds := make([]*fakeaws.Cloud, accounts)
	for i := range clouds {
		clouds[i] = fakeaws.Start(fakeaws.Options{Account: fmt.Sprintf("%012d", i+1)})
		t.Cleanup(clouds[i].Close)
		fmt.Fprintf(&profiles, "[profile a%d]\n%s", i, clouds[i].Profile())
	}
	var atOnce counter
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(profiles.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": file, "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ENDPOINT_URL": "", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	stages, names := map[string]config.Stage{}, []string{}
	for i := range homes {
		s := config.NewStage(fmt.Sprintf("home-%d", i))
		s.Locale, s.Region, s.URL, s.AWSProfile = "de-DE", "eu-west-1", "https://home.example.com", fmt.Sprintf("a%d", i%accounts)
		if err := clouds[i%accounts].Deploy(s.Region, config.StackName(s.Name), fakeaws.StageTemplate(s)); err != nil {
			t.Fatal(err)
		}
		clouds[i%accounts].Log(clouds[i%accounts].Resources(config.StackName(s.Name), "AWS::Logs::LogGroup")[0].PhysicalID, directive(t, s.Name, time.Now().Add(-time.Hour)))
		stages[s.Name], names = s, append(names, s.Name)
	}
	// One account throttles for a while: the SDK tries again.
	const throttled = 3
	clouds[7].Throttle("logs.FilterLogEvents", throttled)

	var pool awsaccount.Pool
	run := fleet.Run[homestatus.Home]{Stages: names, Do: func(ctx context.Context, name string) (homestatus.Home, error) {
		account, err := pool.For(ctx, stages[name])
		if err != nil {
			return homestatus.Home{}, err
		}
		defer atOnce.leave()
		atOnce.enter()
		return homestatus.Target{Stage: stages[name], Account: account, Since: 24 * time.Hour}.Read(ctx, time.Now())
	}}
	before := heap()
	report, err := run.SideBySide(t.Context())
	const atATime, perHome = 8, 64 << 10
	kept := heap() - before
	for end := time.Now().Add(10 * time.Second); kept > homes*perHome && time.Now().Before(end); kept = heap() - before {
		time.Sleep(100 * time.Millisecond) // on a busy machine servers still end requests; what is kept stays
	}
	if err != nil || len(report) != homes {
		t.Fatalf("%d homes, %v", len(report), err)
	}
	for _, r := range report {
		if r.Err != nil || r.Value.Activity == nil || r.Value.Activity.Directives != 1 {
			t.Fatalf("%s: %v, %+v", r.Stage, r.Err, r.Value)
		}
	}
	calls := map[string]int{}
	for _, c := range clouds {
		for _, call := range c.Calls() {
			calls[call]++
		}
	}
	total := 0
	for _, n := range calls {
		total += n
	}
	t.Logf("%d homes in %d accounts: %d calls %v, %d homes at a time, %d KB kept", homes, accounts, total, calls, atOnce.most, kept>>10)
	for call, most := range map[string]int{
		"sts.GetCallerIdentity": accounts, "monitoring.GetMetricData": homes, "monitoring.DescribeAlarms": homes, "logs.FilterLogEvents": 2*homes + throttled,
		"lambda.Invoke": homes, "lambda.GetFunctionConfiguration": homes, "cloudformation.DescribeStacks": homes, "lambda.GetPolicy": homes, "ssm.GetParameter": homes,
	} {
		if calls[call] > most {
			t.Errorf("%d calls of %s, want at most %d", calls[call], call, most)
		}
	}
	if atOnce.most > atATime || kept > homes*perHome {
		t.Errorf("%d homes at a time, %d bytes kept", atOnce.most, kept)
	}
	if n := calls["logs.FilterLogEvents"]; n != 2*homes+throttled {
		t.Errorf("%d calls of logs.FilterLogEvents: those that were throttled were not tried again", n)
	}
}

// A counter counts how much happens at a time.
type counter struct {
	mu        sync.Mutex
	now, most int // guarded by mu
}

func (c *counter) enter() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now++
	c.most = max(c.most, c.now)
}

func (c *counter) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now--
}

func heap() int {
	runtime.GC()
	runtime.GC() // what pools hold outlives one collection
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// directive returns a line that the function wrote, as that of another stage and time.
func directive(t *testing.T, stage string, at time.Time) string {
	t.Helper()
	return functionlog.At(t, functionlog.Read(t).Cold, stage, at)
}
