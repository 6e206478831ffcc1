// Package deploy deploys the stack of a stage with the CDK, and deletes it.
package deploy

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project/procgroup"
)

// Synthesized is the folder of the clone into which the CLI synthesizes: the output
// in cdk.json.
const Synthesized = ".build/cdk.out"

// A CDK is the CDK CLI of a clone.
type CDK struct {
	Root string    // of the clone
	Env  []string  // "NAME=value", for the CLI beside ours
	Out  io.Writer // gets everything that the CLI writes
}

// ForStage returns the CDK CLI for a stage. A stack that is not bound to an account
// goes where the environment points.
func ForStage(root string, s config.Stage, out io.Writer) CDK {
	return CDK{Root: root, Out: out, Env: []string{"AWS_REGION=" + s.Region, "AWS_DEFAULT_REGION=" + s.Region}}
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
	return c.run(ctx, c.Root, "npm", "ci", "--prefix", "infra", "--no-audit", "--no-fund")
}

// Installed reports whether the clone has the CLI.
func (c CDK) Installed() bool {
	_, err := os.Stat(filepath.Join(c.Root, "infra", "node_modules", "aws-cdk"))
	return err == nil
}

// Run runs the CLI in the clone with these arguments and waits for it. When ctx
// ends, so does the CLI, with everything that it has started.
func (c CDK) Run(ctx context.Context, args ...string) error {
	return c.cdk(ctx, c.Root, args...)
}

// Bootstrap prepares an account and region for the CDK. It runs in an empty folder,
// because in the clone the CLI would needlessly synthesize the app first.
func (c CDK) Bootstrap(ctx context.Context, account, region string) error {
	dir, err := os.MkdirTemp("", "hearthgate-bootstrap-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return c.cdk(ctx, dir, "bootstrap", "aws://"+account+"/"+region)
}

func (c CDK) cdk(ctx context.Context, dir string, args ...string) error {
	return c.run(ctx, dir, "npx", append([]string{"--prefix", filepath.Join(c.Root, "infra"), "cdk"}, args...)...)
}

func (c CDK) run(ctx context.Context, dir, program string, args ...string) error {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20", "NODE_NO_WARNINGS=1")
	cmd.Env = append(cmd.Env, c.Env...)
	cmd.Stdout, cmd.Stderr = c.Out, c.Out
	p, err := procgroup.Start(cmd)
	if err != nil {
		return fmt.Errorf("%s does not start: %w", program, err)
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		const grace = 10 * time.Second
		p.Stop(grace)
		return context.Cause(ctx)
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("`%s %s` failed (exit code %d): what it wrote says why", program, strings.Join(args, " "), code)
	}
	return nil
}
