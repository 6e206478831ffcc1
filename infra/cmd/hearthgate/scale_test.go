package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// TestScaleOfDryRun compares 200 stages in 20 accounts with what is deployed. One account
// throttles for a while, which the SDK sits out. Memory and calls are bounded.
func TestScaleOfDryRun(t *testing.T) {
	const homes, accounts, throttled, mostMB = 200, 20, 3, 150
	o := prepared(t)
	if err := os.Remove(filepath.Join(o.clone, config.StagesDir, "dev.json")); err != nil {
		t.Fatal(err)
	}
	clouds := map[string]*fakeaws.Cloud{}
	for i := range accounts {
		cloud := fakeaws.Start(fakeaws.Options{Account: fmt.Sprintf("%012d", i+1)})
		t.Cleanup(cloud.Close)
		cloud.SetParameter("eu-west-1", fakeaws.Parameter{Name: "/cdk-bootstrap/hnb659fds/version", Type: "String", Value: "21"})
		clouds[fmt.Sprint("a", i)] = cloud
	}
	o.profiles(clouds)
	for i := range homes {
		name, profile := fmt.Sprintf("home-%d", i), fmt.Sprint("a", i%accounts)
		o.describe(name, func(s *config.Stage) { s.AWSProfile = profile })
		o.deploy(name, clouds[profile])
	}
	clouds["a7"].Throttle("ssm.GetParameter", throttled)

	path, err := hearthgate()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "deploy", "--all", "--dry-run")
	cmd.Dir, cmd.Env = o.clone, append(os.Environ(), o.env...)
	said, err := cmd.Output()
	if err != nil || strings.Count(string(said), "  nothing would change") != homes || !strings.Contains(string(said), "200 homes: 200 well.") {
		t.Fatalf("%v: %.2000s", err, said)
	}
	total := 0
	for _, c := range clouds {
		total += len(c.Calls())
	}
	mb := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10
	t.Logf("%d homes in %d accounts: %d calls, %d MB at most", homes, accounts, total, mb)
	if mb > mostMB {
		t.Errorf("it took %d MB, at most %d are meant", mb, mostMB)
	}
	if most := 8 * homes; total > most {
		t.Errorf("it made %d calls, at most %d are meant", total, most)
	}
}
