package main_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/testkit/terminal"
)

const root = "../../.."

// TestLinks checks that a new machine compiles for the demo neither a service of the AWS
// SDK, but for the one that the function needs, nor the CDK.
func TestLinks(t *testing.T) {
	for dir, allowed := range map[string]string{
		".": "", "../../internal/demo": "", root + "/function": "github.com/aws/aws-sdk-go-v2/service/ssm",
	} {
		cmd := exec.Command("go", "list", "-deps", ".")
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		deps := strings.Fields(string(out))
		for _, dep := range deps {
			for _, slow := range []string{"aws-sdk-go-v2/", "aws-cdk", "cdklabs", "jsii", "constructs", "internal/simulator"} {
				service := strings.Contains(dep, "aws-sdk-go-v2/service/")
				ofFunction := allowed != "" && (!service || strings.HasPrefix(dep, allowed))
				if strings.Contains(dep, slow) && !ofFunction {
					t.Errorf("%s links %s, which takes long to compile", dir, dep)
				}
			}
		}
		if len(deps) < 100 {
			t.Errorf("%s links %d packages only: is it still the demo?", dir, len(deps))
		}
	}
}

// demo returns `make demo` with these arguments.
func demo(t *testing.T, env []string, args string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), "make", "--silent", "-C", root, "demo", "ARGS="+args)
	cmd.Env = append(os.Environ(), "HOME_ASSISTANT_URL=", "MAKEFLAGS=", "MAKELEVEL=", "CI=", "TERM=xterm")
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

func TestMakeDemo(t *testing.T) {
	for _, tt := range []struct {
		args     string
		code     int
		out, err string
	}{
		{"", 0, "6 of 6 directives", "getting the packages of the demo ..."},
		{"--json", 0, `"ok": true`, "getting the packages of the function ..."},
		{"--help", 0, "--switch", ""},
		{"--nonsense", 2, "", "demo: flag provided but not defined: -nonsense: `make demo ARGS=--help`"},
		{"nonsense", 2, "", `"nonsense" is not a flag`},
	} {
		t.Run(tt.args, func(t *testing.T) {
			cmd := demo(t, nil, tt.args)
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			cmd.Run()
			if code := cmd.ProcessState.ExitCode(); code != tt.code || !strings.Contains(out.String(), tt.out) || !strings.Contains(errs.String(), tt.err) {
				t.Errorf("code %d, out %s, err %s", code, &out, &errs)
			}
			if strings.ContainsAny(errs.String(), "\x1b\r") {
				t.Errorf("a line is rewritten where there is no terminal: %q", &errs)
			}
			if tt.args == "--json" && !json.Valid(out.Bytes()) {
				t.Errorf("not JSON: %s", &out)
			}
		})
	}
}

// TestWhatIsMissing takes away what the build needs.
func TestWhatIsMissing(t *testing.T) {
	tools := t.TempDir()
	for _, name := range []string{"bash", "dirname", "mkdir", "mktemp", "tail", "grep", "sleep", "rm", "mv", "env", "make", "git"} {
		at, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(at, filepath.Join(tools, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name string
		env  []string
		want string
	}{
		{"Go", []string{"PATH=" + tools}, "there is no go command: install Go"},
		{"the network", []string{"GOMODCACHE=" + t.TempDir(), "GOPROXY=https://127.0.0.1:1", "GOSUMDB=off"}, "cannot download the modules that it needs (dial tcp 127.0.0.1:1: connect: connection refused): connect this machine to the internet"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			said, err := demo(t, tt.env, "").CombinedOutput()
			if err == nil || !strings.Contains(string(said), tt.want) {
				t.Errorf("%v: %s", err, said)
			}
		})
	}
}

// TestCtrlC presses Ctrl-C in the middle of the build, and sees that nothing is left of it.
func TestCtrlC(t *testing.T) {
	const mark, columns = "HEARTHGATE_TEST_CTRL_C=1", 60
	tmp := t.TempDir()
	cmd := demo(t, []string{"GOCACHE=" + t.TempDir(), "TMPDIR=" + tmp, mark}, "")
	term := terminal.Start(t, cmd, columns)
	term.Interrupt("compiling the demo, ")
	code, written := term.End()
	if code == 0 || strings.Count(written, "\r\x1b[K  ") < 2 {
		t.Errorf("code %d, or no line was rewritten: %q", code, written)
	}
	if broken := terminal.Broken(written, columns); len(broken) > 0 {
		t.Errorf("words are broken: %q", broken)
	}
	for range 300 {
		if len(with(mark)) == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if left := with(mark); len(left) > 0 {
		t.Errorf("processes are left: %q", left)
	}
	if files, err := os.ReadDir(tmp); err != nil || len(files) > 0 {
		t.Errorf("files are left: %v, %v", files, err)
	}
}

// with returns the commands of the processes that have this in their environment. Where
// there is no /proc it returns none.
func with(mark string) (commands []string) {
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range all {
		if env, err := os.ReadFile(file); err == nil && bytes.Contains(env, []byte(mark)) {
			command, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
			commands = append(commands, string(command))
		}
	}
	return commands
}
