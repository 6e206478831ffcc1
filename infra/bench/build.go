package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// A Build is one run of a target of the Makefile.
type Build struct {
	Target string  `json:"target"`
	When   string  `json:"when"`   // what was there before, "in empty caches"
	Wall   float64 `json:"wall_s"` // seconds until it ended
	CPU    float64 `json:"cpu_s"`  // seconds of all its processes that it waited for
}

// Builds are runs of targets, in their order.
type Builds []Build

const (
	empty  = "in empty caches"
	second = "a second time"
)

// buildRuns are what MeasureBuilds runs, in this order: each finds what those before it
// have left in the caches.
var buildRuns = []Build{
	{Target: "demo", When: empty},
	{Target: "demo", When: second},
	{Target: "check", When: "after the demo"},
	{Target: "check", When: second},
	{Target: "synth", When: "after the check"},
	{Target: "synth", When: second},
	{Target: "test", When: "after all these"},
}

// MeasureBuilds runs targets of the Makefile in a new clone of root, with a home directory
// and caches that are empty at first. It takes about a quarter of an hour and needs the
// network. A target that fails is an error with what it printed last.
func MeasureBuilds(ctx context.Context, root string, log io.Writer) (Builds, error) {
	dir, err := os.MkdirTemp("", "bench-build-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	clone := filepath.Join(dir, "clone")
	if out, err := exec.CommandContext(ctx, "git", "clone", "--quiet", root, clone).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the clone cannot be cloned: %w\n%s", err, out)
	}
	env := append(os.Environ(), "MAKEFLAGS=", "ARGS=", // of the make that runs this
		"HOME="+filepath.Join(dir, "home"), "GOPATH="+filepath.Join(dir, "go"), "GOCACHE="+filepath.Join(dir, "go-build"),
		"GOFLAGS=-modcacherw", "npm_config_cache="+filepath.Join(dir, "npm"), "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
	all := make(Builds, 0, len(buildRuns))
	for _, b := range buildRuns {
		fmt.Fprintf(log, "make %s %s ...\n", b.Target, b.When)
		cmd := exec.CommandContext(ctx, "make", b.Target)
		cmd.Dir, cmd.Env = clone, env
		began := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("make %s failed: %w\n%s", b.Target, err, out[max(0, len(out)-4096):])
		}
		b.Wall, b.CPU = time.Since(began).Seconds(), (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
		fmt.Fprintf(log, "... took %.1f s, and %.1f s of CPU\n", b.Wall, b.CPU)
		all = append(all, b)
	}
	return all, nil
}

// goals returns what building and testing is meant to take at most.
func (all Builds) goals() (goals []Goal) {
	const seconds = "%.0f"
	for _, b := range all {
		switch b.Target + " " + b.When {
		case "demo " + empty:
			goals = append(goals, Goal{"make demo " + empty + ", s of CPU", Spread{b.CPU}, 90, seconds})
		case "check " + second:
			goals = append(goals, Goal{"make check " + second + ", s", Spread{b.Wall}, 60, seconds})
		case "synth " + second:
			goals = append(goals, Goal{"make synth " + second + ", s", Spread{b.Wall}, 4, "%.1f"})
		case "test after all these":
			goals = append(goals, Goal{"make test, s", Spread{b.Wall}, 600, seconds})
		}
	}
	return goals
}
