package procgroup_test

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/project/procgroup"
)

func TestStopEndsTheWholeGroup(t *testing.T) {
	tests := []struct {
		name, script string
		grace        time.Duration
	}{
		{"polite", `sleep 100 & echo $!; wait`, time.Minute},
		{"deaf", `trap "" TERM; sleep 100 & echo $!; wait; sleep 100`, time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cmd := exec.Command("sh", "-c", test.script)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			p, err := procgroup.Start(cmd)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(p.Kill)
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			grandchild, err := strconv.Atoi(strings.TrimSpace(line))
			if err != nil {
				t.Fatal(err)
			}
			p.Stop(test.grace)
			<-p.Done()
			await(t, func() bool { return gone(grandchild) }, "the process that the process started")
		})
	}
}

func TestTheInputEndsWithUs(t *testing.T) {
	p, err := procgroup.Start(exec.Command("cat"))
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.Done():
		t.Error("the input ended while we live")
	default:
	}
	p.Stop(time.Minute)
	p.Stop(time.Minute)
}

// gone says whether a process has ended; one that nobody has waited for has.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || strings.Contains(string(stat), ") Z ")
}

func await(t *testing.T, is func() bool, what string) {
	t.Helper()
	for range 1000 {
		if is() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("%s is still there", what)
}
