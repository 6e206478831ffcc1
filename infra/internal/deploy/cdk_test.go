package deploy_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/deploy"
)

// programs makes PATH hold these shell scripts and nothing else.
func programs(t *testing.T, scripts map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

func TestReady(t *testing.T) {
	clone := t.TempDir()
	cdk := deploy.CDK{Root: clone}
	programs(t, nil)
	if err := cdk.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "install Node") {
		t.Errorf("without Node: %v", err)
	}
	programs(t, map[string]string{"npx": "", "npm": "echo no network; exit 3"})
	err := cdk.Ready(t.Context())
	cli, ok := errors.AsType[*deploy.CLIError](err)
	if !ok || !strings.Contains(err.Error(), "npm ci --prefix infra") || !strings.Contains(cli.Details(), "no network") {
		t.Errorf("an install that fails: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(clone, "infra/node_modules/aws-cdk"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := cdk.Ready(t.Context()); err != nil {
		t.Errorf("installed: %v", err)
	}
	for _, tt := range []struct {
		wanted, found string
		installed     bool
	}{{"2.1148.1", "2.1148.1", true}, {"2.1148.1", "2.1147.0", false}, {"", "2.1147.0", true}} {
		for name, text := range map[string]string{
			"infra/package.json":                      `{"devDependencies": {"aws-cdk": "` + tt.wanted + `"}}`,
			"infra/node_modules/aws-cdk/package.json": `{"version": "` + tt.found + `"}`,
		} {
			if err := os.WriteFile(filepath.Join(clone, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := cdk.Installed(); got != tt.installed {
			t.Errorf("the clone asks for %q and has %q: installed is %v", tt.wanted, tt.found, got)
		}
	}
}

// TestStoppedCLILeavesNoLock stops the CLI while it has locked the folder that it reads: its
// lock goes, and that of a process that lives stays.
func TestStoppedCLILeavesNoLock(t *testing.T) {
	clone := t.TempDir()
	out := filepath.Join(clone, deploy.Synthesized)
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	living, stopped := filepath.Join(out, "read.1.1.lock"), filepath.Join(out, "read.2.1.lock")
	if err := os.WriteFile(living, []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		t.Fatal(err)
	}
	programs(t, map[string]string{"npx": "echo $$ > " + out + "/unfinished; PATH=/usr/bin:/bin mv " + out + "/unfinished " + stopped + "; read line"})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
			if _, err := os.Stat(stopped); err == nil {
				return
			}
		}
		t.Error("the CLI has not locked the folder")
	}()
	if err := (deploy.CDK{Root: clone}).Run(ctx, "deploy"); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if _, err := os.Stat(stopped); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock of the CLI that was stopped is left: %v", err)
	}
	if _, err := os.Stat(living); err != nil {
		t.Errorf("the lock of another process is gone: %v", err)
	}
}

// TestCLIFails has the CLI fail in its own words.
func TestCLIFails(t *testing.T) {
	const trace = "    at ProtocolLib.getErrorSchemaOrThrowBaseException (/cdk/lib/index.js:41114:63)\n    at async /cdk/lib/index.js:21968:24 {\n  '$fault': 'client',\n  '$metadata': [Object],\n  Code: 'AccessDenied',\n  Error: [Object]\n}\n"
	for _, tt := range []struct{ name, said, want string }{
		{"a right", " ❌  Environment aws://1/us-east-1 failed bootstrapping: AccessDenied: User: arn:aws:iam::1:user/owner is not authorized to perform: cloudformation:CreateChangeSet on resource: arn:aws:cloudformation:us-east-1:1:stack/CDKToolkit/* because no identity-based policy allows the action\n" + trace,
			"AWS does not allow cloudformation:CreateChangeSet on arn:aws:cloudformation:us-east-1:1:stack/CDKToolkit/* with these credentials: attach the policy that `hearthgate iam-policy` prints"},
		{"a right of the CDK's role", "User: arn:aws:sts::1:assumed-role/cdk-hnb659fds-cfn-exec-role-1-us-east-1/AWSCloudFormation is not authorized to perform: sns:CreateTopic on resource: arn:aws:sns:us-east-1:1:x", "the CDK's role for deployments may not do sns:CreateTopic on arn:aws:sns:us-east-1:1:x: the account was prepared with a narrower policy"},
		{"an old bootstrap", "hearthgate-home: This CDK deployment requires bootstrap stack version '6', found '5'. Please run 'cdk bootstrap'.", "for an older CDK (version 5, and 6 is needed): run `hearthgate deploy --bootstrap`"},
		{"no bootstrap", "hearthgate-home: SSM parameter /cdk-bootstrap/hnb659fds/version not found. Has the environment been bootstrapped?", "run `hearthgate deploy --bootstrap` once"},
		{"no bucket", "fail: No bucket named 'cdk-hnb659fds-assets-1-us-east-1'. Is account 1 bootstrapped?", "delete the stack CDKToolkit"},
		{"expired", "The security token included in the request is expired", "credentials have expired: log in again"},
		{"no network", "getaddrinfo ENOTFOUND sts.us-east-1.amazonaws.com", "check the connection to the internet"},
		{"throttled", "Throttling: Rate exceeded", "wait a minute"},
		{"in progress", "Stack:arn:x is in UPDATE_IN_PROGRESS state and can not be updated.", "AWS is still busy with an earlier change: wait a minute"},
		{"the clock", "RequestTimeTooSkewed: The difference is too large", "clock is wrong"},
		{"other words", "the stage is wrong", "`cdk diff hearthgate-home --method template` failed (exit code 1)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "said")
			if err := os.WriteFile(file, []byte(tt.said), 0o600); err != nil {
				t.Fatal(err)
			}
			programs(t, map[string]string{"npx": "while IFS= read -r line || [ -n \"$line\" ]; do printf '%s\\n' \"$line\"; done < " + file + "; exit 1"})
			_, err := deploy.CDK{Root: t.TempDir()}.Diff(t.Context(), "hearthgate-home")
			cli, ok := errors.AsType[*deploy.CLIError](err)
			if !ok || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			first, _, _ := strings.Cut(tt.said, "\n")
			if got := strings.TrimSpace(cli.Details()); got != strings.TrimSpace(first) {
				t.Errorf("what it wrote is %q, want %q without a stack trace", got, first)
			}
			var shown bytes.Buffer
			_, err = deploy.CDK{Root: t.TempDir(), Out: &shown, Verbose: true}.Diff(t.Context(), "hearthgate-home")
			if cli, _ := errors.AsType[*deploy.CLIError](err); cli == nil || cli.Details() != "" || !strings.Contains(shown.String(), first) {
				t.Errorf("verbose: shown %q, and again %q", shown.String(), cli.Details())
			}
		})
	}
}
