// Package deploy runs the CDK CLI for a stage.
package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/child"
)

// A CDK is the CDK CLI of a clone.
type CDK struct {
	Root string    // of the clone
	Env  []string  // "NAME=value", for the CLI beside ours
	Out  io.Writer // gets all that the CLI writes
}

// Check says what is missing for the CLI to run.
func (c CDK) Check() error {
	if _, err := exec.LookPath("npx"); err != nil {
		return errors.New("the CDK needs Node: install Node 20 or newer, and see that npx is in PATH")
	}
	if _, err := os.Stat(filepath.Join(c.Root, "infra", "node_modules", "aws-cdk")); err != nil {
		return fmt.Errorf("the CDK is not installed: run `npm ci --prefix infra` in %s", c.Root)
	}
	return nil
}

// Run runs the CLI in the clone with these arguments and waits for it. When ctx
// ends, so does the CLI, with what it has started.
func (c CDK) Run(ctx context.Context, args ...string) error {
	return c.in(ctx, c.Root, args)
}

// Bootstrap prepares an account and region for the CDK. It runs where there is no
// app: with one, the CLI would synthesize it first, for nothing.
func (c CDK) Bootstrap(ctx context.Context, account, region string) error {
	dir, err := os.MkdirTemp("", "hearthgate-bootstrap-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return c.in(ctx, dir, []string{"bootstrap", "aws://" + account + "/" + region})
}

func (c CDK) in(ctx context.Context, dir string, args []string) error {
	cmd := exec.Command("npx", append([]string{"--prefix", filepath.Join(c.Root, "infra"), "cdk"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20", "NODE_NO_WARNINGS=1")
	cmd.Env = append(cmd.Env, c.Env...)
	cmd.Stdout, cmd.Stderr = c.Out, c.Out
	p, err := child.Start(cmd)
	if err != nil {
		return fmt.Errorf("the CDK does not start: %w", err)
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		const grace = 10 * time.Second
		p.Stop(grace)
		return context.Cause(ctx)
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("`cdk %s` failed (exit code %d): what it wrote says why", args[0], code)
	}
	return nil
}
