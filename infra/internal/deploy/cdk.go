// Package deploy deploys the stack of a stage with the CDK, and deletes it.
package deploy

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project/procgroup"
)

// Synthesized is the folder of the clone into which the CLI synthesizes: the output
// in cdk.json.
const Synthesized = ".build/cdk.out"

// A CDK is the CDK CLI of a clone.
type CDK struct {
	Root    string    // of the clone
	Env     []string  // "NAME=value", for the CLI beside ours
	Out     io.Writer // gets what the CLI writes if Verbose
	Verbose bool      // default: what the CLI writes is shown only if it fails, with the error
	Current bool      // [Synthesized] is up to date, of all stages; default: the app is synthesized
}

// ForStage returns the CDK CLI for a stage. A stack that is not bound to an account
// goes where the environment points.
func ForStage(root string, s config.Stage, out io.Writer) CDK {
	env := []string{"AWS_REGION=" + s.Region, "AWS_DEFAULT_REGION=" + s.Region}
	if s.AWSProfile != "" { // the CLI would prefer keys in the environment
		env = append(env, "AWS_PROFILE="+s.AWSProfile, "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_SESSION_TOKEN=")
	}
	return CDK{Root: root, Out: out, Env: env}
}

// Ready installs the CLI into the clone if it is not installed. The error says what
// is missing for that.
func (c CDK) Ready(ctx context.Context) error {
	for _, name := range []string{"npm", "npx"} {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("the CDK needs Node: install Node 20 or newer, and check that %s is in PATH", name)
		}
	}
	if c.Installed() {
		return nil
	}
	return c.run(ctx, c.Root, nil, "npm", "ci", "--prefix", "infra", "--no-audit", "--no-fund")
}

// Installed reports whether the clone has the CLI, in the version that it asks for.
func (c CDK) Installed() bool {
	infra := filepath.Join(c.Root, "infra")
	if _, err := os.Stat(filepath.Join(infra, "node_modules", "aws-cdk")); err != nil {
		return false
	}
	var wanted struct{ DevDependencies, Dependencies map[string]string }
	var found struct{ Version string }
	if !readJSON(filepath.Join(infra, "package.json"), &wanted) || !readJSON(filepath.Join(infra, "node_modules", "aws-cdk", "package.json"), &found) {
		return true // npm itself would complain
	}
	version := cmp.Or(wanted.DevDependencies["aws-cdk"], wanted.Dependencies["aws-cdk"])
	return version == "" || version == found.Version
}

// readJSON reads a file and reports whether it could.
func readJSON(name string, into any) bool {
	b, err := os.ReadFile(name)
	return err == nil && json.Unmarshal(b, into) == nil
}

// Run runs the CLI in the clone with these arguments and waits for it. When ctx
// ends, so does the CLI, with everything that it has started. If it fails, the error is a
// [*CLIError].
func (c CDK) Run(ctx context.Context, args ...string) error {
	return c.cdk(ctx, c.Root, nil, args...)
}

// Bootstrap prepares an account and region for the CDK. It runs in an empty folder,
// because in the clone the CLI would needlessly synthesize the app first.
func (c CDK) Bootstrap(ctx context.Context, account, region string) error {
	dir, err := os.MkdirTemp("", "hearthgate-bootstrap-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return c.cdk(ctx, dir, nil, "bootstrap", "aws://"+account+"/"+region)
}

func (c CDK) cdk(ctx context.Context, dir string, also io.Writer, args ...string) error {
	return c.run(ctx, dir, also, "npx", append([]string{"--prefix", filepath.Join(c.Root, "infra"), "cdk"}, args...)...)
}

// run runs a program and waits for it. What it writes goes to also too, unless that is
// nil.
func (c CDK) run(ctx context.Context, dir string, also io.Writer, program string, args ...string) error {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20", "NODE_NO_WARNINGS=1")
	cmd.Env = append(cmd.Env, c.Env...)
	var said bytes.Buffer
	to := []io.Writer{&said}
	if c.Verbose {
		to = append(to, c.Out)
	}
	if also != nil {
		to = append(to, also)
	}
	cmd.Stdout = io.MultiWriter(to...)
	cmd.Stderr = cmd.Stdout
	p, err := procgroup.Start(cmd)
	if err != nil {
		return fmt.Errorf("%s does not start: %w", program, err)
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		const grace = 10 * time.Second
		locks := c.locks(p.Pid())
		p.Stop(grace)
		for _, file := range locks {
			_ = os.Remove(file)
		}
		return context.Cause(ctx)
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		return c.failure(short(program, args), code, said.String())
	}
	return nil
}

// locks returns the files with which processes of a group have locked [Synthesized]. They
// must not outlive the processes: the CLI would believe them as soon as another process
// has the number of one.
func (c CDK) locks(group int) (files []string) {
	all, _ := filepath.Glob(filepath.Join(c.Root, Synthesized, "*.lock"))
	for _, file := range all {
		b, _ := os.ReadFile(file)
		pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
		if err != nil {
			continue
		}
		if of, err := syscall.Getpgid(pid); err == nil && of == group {
			files = append(files, file)
		}
	}
	return files
}

// short returns a command line without what is of no use to a person.
func short(program string, args []string) string {
	if program == "npx" {
		args = args[2:] // --prefix and its value
		program = ""
	}
	return strings.TrimSpace(program + " " + strings.Join(args, " "))
}
