package main_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

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
	var said bytes.Buffer
	cmd.Stdout = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	peak, every := 0, time.NewTicker(20*time.Millisecond)
	defer every.Stop()
	for running := true; running; {
		select {
		case err = <-ended:
			running = false
		case <-every.C:
			peak = max(peak, peakOf(cmd.Process.Pid))
		}
	}
	if err != nil || strings.Count(said.String(), "  nothing would change") != homes || !strings.Contains(said.String(), "200 homes: 200 well.") {
		t.Fatalf("%v: %.2000s", err, said.String())
	}
	total := 0
	for _, c := range clouds {
		total += len(c.Calls())
	}
	t.Logf("%d homes in %d accounts: %d calls, %d MB at most", homes, accounts, total, peak)
	if peak > mostMB || peak == 0 && runtime.GOOS == "linux" {
		t.Errorf("it took %d MB, at most %d are meant", peak, mostMB)
	}
	if most := 8 * homes; total > most {
		t.Errorf("it made %d calls, at most %d are meant", total, most)
	}
}

// peakOf returns the most memory that a process had resident so far, in MB; 0 where the
// system does not say. What the system counts of a child that has ended includes that of
// its parent when it began.
func peakOf(pid int) int {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return kb >> 10
		}
	}
	return 0
}
