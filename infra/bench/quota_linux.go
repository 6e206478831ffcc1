package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// A quota is a control group whose processes get a share of a core, as in Lambda: 128 MB
// of memory get about 7 % of one.
type quota struct{ dir string }

// Lambda's scheduler counts in periods of 20 ms.
const periodMicros = 20_000

// newQuota creates the group, with the version of control groups that this machine has.
// The error says why it cannot.
func newQuota(share float64) (*quota, error) {
	micros := strconv.Itoa(int(share * periodMicros))
	name := fmt.Sprintf("hearthgate-bench-%d", os.Getpid())
	v1 := &quota{filepath.Join("/sys/fs/cgroup/cpu", name)}
	v2 := &quota{filepath.Join("/sys/fs/cgroup", name)}
	if _, err := os.Stat("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"); err == nil {
		return v1, v1.make(map[string]string{"cpu.cfs_period_us": strconv.Itoa(periodMicros), "cpu.cfs_quota_us": micros})
	}
	return v2, v2.make(map[string]string{"cpu.max": micros + " " + strconv.Itoa(periodMicros)})
}

func (q *quota) make(settings map[string]string) error {
	if err := os.Mkdir(q.dir, 0o755); err != nil {
		return err
	}
	for name, value := range settings {
		if err := os.WriteFile(filepath.Join(q.dir, name), []byte(value), 0o644); err != nil {
			q.remove()
			return err
		}
	}
	return nil
}

// add puts a process under the quota.
func (q *quota) add(pid int) error {
	return os.WriteFile(filepath.Join(q.dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644)
}

// remove removes the group after its processes have exited.
func (q *quota) remove() { _ = os.Remove(q.dir) }
