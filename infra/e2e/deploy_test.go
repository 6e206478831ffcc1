package e2e_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/deploy/iampolicy"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/testnet"
)

// TestDeploy goes the way of a new owner step by step, with the real CDK CLI and every
// command as they would type it: from a clone to an answering function, and back.
func TestDeploy(t *testing.T) {
	o := newOwner(t)
	commands := commandsOf(t, "infra/docs/steps.md", "Commands")
	if n := len(commands); n != 4 || commands[0] != "make install" {
		t.Fatalf("steps.md shows %q, want `make install` and three commands", commands)
	}
	const skill = "amzn1.ask.skill.00000000-0000-0000-0000-000000000009"
	commands[1] = strings.Replace(commands[1], "amzn1.ask.skill.YOUR-SKILL", skill, 1)
	said := o.reads(commands,
		answer{"stored or linked", ""}, answer{"Id of the custom skill", ""}, answer{"E-mail address", ""},
		answer{"Long-lived token", o.token},
		answer{"Prepare it now?", "y"},
	)

	const arn = "arn:aws:lambda:us-east-1:" + fakeaws.AccountID + ":function:hearthgate-dev:live"
	o.has(said, "North America", arn, "https://www.amazon.com/ap/oa", skill, "discover devices")
	if p := o.cloud.Parameter("us-east-1", "/hearthgate/dev/home-assistant/token"); p == nil || p.Type != "SecureString" {
		t.Errorf("the token's parameter is %+v", p)
	}
	o.least()
	o.enforces("dev", "us-east-1")

	o.has(o.hearthgate("", "invoke", "turn-on", "--endpoint", "light.kitchen_light", "--stage", "dev"), `"name": "Response"`)
	o.has(o.hearthgate("", "invoke", "report-state", "--endpoint", "light.kitchen_light", "--function", arn), `"value": "ON"`)
	o.has(o.hearthgate("", "status"), "hearthgate-dev in us-east-1", "directives")
	o.has(o.hearthgate("", "op", "lambda.operations", "--stage", "dev"), "cache.get")
	o.has(o.hearthgate("", "cost"), "$0.60 by the end of the month")
	o.has(o.hearthgate("", "completion", "bash"), "complete")
	o.has(o.hearthgate("", "demo"), "6 of 6 directives")
	o.has(o.hearthgate("", "logs", "--since", "10m"), "Alexa.PowerController.TurnOn")
	lines := strings.Split(strings.TrimSpace(o.hearthgate("", "logs", "--json")), "\n")
	turned := lines[slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "TurnOn") })]
	o.has(o.hearthgate(turned, "replay", "-", "--stage", "dev"), `"name": "Response"`)
	o.has(o.hearthgate(o.token, "token", "--rotate"), "delete the old token")
	o.has(o.hearthgate("X-Gate: canary", "headers"), "--secret-headers")
	o.has(o.hearthgate("", "doctor"), "From inside the deployed function", "9 endpoints", "Nothing is broken; 2 warnings: alarms, tls.")

	t.Run("a second deployment changes nothing", func(t *testing.T) {
		before := len(o.cloud.Calls())
		o.has(o.hearthgate("", "deploy"), "hearthgate-dev: nothing changed since ", "; it answers")
		for _, call := range o.cloud.Calls()[before:] {
			if call == "cloudformation.ExecuteChangeSet" || call == "s3.PutObject" {
				t.Errorf("it called %s", call)
			}
		}
	})
	t.Run("a change is rolled out", func(t *testing.T) {
		o.hearthgate("", "init", "--stage", "dev", "--alarm-email", "owner@example.com", "--yes")
		o.has(o.hearthgate("", "deploy", "--dry-run"), "owner@example.com")
		if n := len(o.cloud.Resources("hearthgate-dev", "AWS::SNS::Subscription")); n != 0 {
			t.Errorf("a dry run made %d subscriptions", n)
		}
		o.has(o.hearthgate("", "deploy"), "+ SNS Topic", "~ CloudWatch Alarm", "Alarms/Outage: AlarmActions", " of 8 resources: ", "creating the change set ...", "deployed hearthgate-dev; it answers")
		if n := len(o.cloud.Resources("hearthgate-dev", "AWS::SNS::Subscription")); n != 1 {
			t.Errorf("%d subscriptions, want 1", n)
		}
		o.fails(3, "has not confirmed", "doctor")
	})
	t.Run("back and forth", func(t *testing.T) {
		o.hearthgate("", "init", "--stage", "dev", "--custom-skill", "amzn1.ask.skill.00000000-0000-0000-0000-000000000008", "--yes")
		o.hearthgate("", "deploy")
		o.has(o.hearthgate("", "rollback"), "version 1 of ", "is in use, not 2")
		o.has(o.hearthgate("", "deploy"), "putting version 2 in use again")
	})
	t.Run("the dashboard of all homes", func(t *testing.T) {
		o.hearthgate("", "config", "set", "dashboards", "shared")
		o.has(o.hearthgate("", "deploy"), "- CloudWatch Dashboard", "+ bringing the dashboard of all homes up to date: ", "deployed hearthgate-dev; it answers")
		for stack, want := range map[string]int{"hearthgate-dev": 0, "hearthgate-overview-us-east-1": 1} {
			if n := len(o.cloud.Resources(stack, "AWS::CloudWatch::Dashboard")); n != want {
				t.Errorf("%s has %d dashboards, want %d", stack, n, want)
			}
		}
	})
	t.Run("the template holds no secret", func(t *testing.T) {
		for _, text := range o.cloud.Templates() {
			if strings.Contains(text, o.token) {
				t.Error("the token stands in a template")
			}
		}
	})
	o.hearthgate("", "destroy", "--yes")
	if n := len(o.cloud.Resources("hearthgate-dev", "")); n != 0 {
		t.Errorf("%d resources are left", n)
	}
	for _, secret := range []string{"token", "headers"} {
		if o.cloud.Parameter("us-east-1", "/hearthgate/dev/home-assistant/"+secret) != nil {
			t.Errorf("the parameter of the %s is left", secret)
		}
	}
	o.fails(2, "hearthgate deploy --stage dev", "doctor")
}

// An owner is a person with a clone, a home on the internet and an AWS account.
type owner struct {
	t       testing.TB
	command string
	clone   string
	token   string
	cloud   *fakeaws.Cloud

	internet *testnet.Internet
	env      []string
}

func newOwner(t testing.TB) *owner {
	t.Helper()
	checkout := root(t)
	if _, err := exec.LookPath("npx"); err != nil {
		lacks(t, "Node is missing, which the CDK needs")
	}
	if _, err := os.Stat(filepath.Join(checkout, "infra/node_modules/aws-cdk")); err != nil {
		lacks(t, "the CDK is not installed: run `npm ci --prefix infra`")
	}
	o := &owner{t: t, clone: clone(t, checkout), token: canaries.make("token-of-the-owner-")}
	home := demohome.New(o.token)
	server := &demohome.Server{Handler: home}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	internet := testnet.New(t)
	o.internet = internet
	internet.Serve(t, "home.example.com", home)
	o.cloud = fakeaws.Start(fakeaws.Options{
		Binary: func(ctx context.Context, code []byte) (string, []string, error) {
			return runnable(ctx, t, checkout, code)
		},
		// The deployed function would find the home on the internet.
		Env: []string{"HOME_ASSISTANT_URL=" + server.URL()},
	})
	t.Cleanup(o.cloud.Close)
	// The proxy of the internet is for hearthgate; the CDK knows only loopback.
	o.env = append(append(os.Environ(), internet.Environment()...), o.cloud.Environment()...)
	o.env = append(o.env, "NO_PROXY=127.0.0.1", "HOME_ASSISTANT_URL=", "HOME_ASSISTANT_TOKEN=", "CDK_DISABLE_VERSION_CHECK=1", "CI=true")
	bin := t.TempDir()
	o.command = filepath.Join(bin, "hearthgate")
	o.env = append(o.env, "XDG_DATA_HOME="+filepath.Join(bin, "data"), "XDG_CONFIG_HOME="+filepath.Join(bin, "config")) // of `make install`
	o.env = append(o.env, "GOBIN="+bin, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd := exec.Command("go", "install", "./infra/cmd/hearthgate")
	cmd.Dir, cmd.Env = o.clone, o.env
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return o
}

// lacks skips the test for want of something, or, with CI=true, fails it.
func lacks(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip("skipped: " + what)
}

// clone copies the project as a clone would have it, with the CDK installed.
func clone(t testing.TB, checkout string) string {
	t.Helper()
	to := t.TempDir()
	err := filepath.WalkDir(checkout, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(checkout, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && (d.Name() == ".git" || d.Name() == ".build" || d.Name() == "node_modules"):
			return filepath.SkipDir
		case filepath.Dir(name) == config.StagesDir && !d.IsDir(): // git ignores them
			return nil
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), b, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(checkout, "infra/node_modules"), filepath.Join(to, "infra/node_modules")); err != nil {
		t.Fatal(err)
	}
	return to
}

// runnable returns what runs the deployed code here: itself where the machine can,
// else the function built for this machine with the same flags.
func runnable(ctx context.Context, t testing.TB, checkout string, code []byte) (string, []string, error) {
	r, err := zip.NewReader(bytes.NewReader(code), int64(len(code)))
	if err != nil {
		return "", nil, err
	}
	f, err := r.Open("bootstrap")
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return "", nil, err
	}
	binary := filepath.Join(t.TempDir(), "bootstrap")
	if err := os.WriteFile(binary, b, 0o755); err != nil {
		return "", nil, err
	}
	if !bytes.HasPrefix(b, []byte("\x7fELF")) || b[18] != 0xb7 {
		t.Error("what was deployed is not a program for arm64 Linux")
	}
	qemu, err := exec.LookPath("qemu-aarch64-static")
	switch {
	case runtime.GOOS == "linux" && runtime.GOARCH == "arm64":
		return binary, nil, nil
	case err == nil:
		return binary, []string{qemu}, nil
	case os.Getenv("CI") == "true":
		return "", nil, fmt.Errorf("the deployed program cannot run here: install qemu-user-static: %w", err)
	}
	return binary, nil, project.Function(ctx, checkout, binary)
}

// hearthgate runs the command as the owner types it and returns what it said.
func (o *owner) hearthgate(in string, args ...string) string {
	o.t.Helper()
	code, said := o.run(in, args...)
	if code != 0 {
		o.t.Fatalf("hearthgate %s ended with %d:\n%s", strings.Join(args, " "), code, said)
	}
	return said
}

// fails runs the command and expects it to end with a code and a word.
func (o *owner) fails(want int, word string, args ...string) {
	o.t.Helper()
	code, said := o.run("", args...)
	if code != want {
		o.t.Errorf("hearthgate %s ended with %d, want %d:\n%s", strings.Join(args, " "), code, want, said)
	}
	o.has(said, word)
}

func (o *owner) run(in string, args ...string) (int, string) {
	o.t.Helper()
	cmd := exec.Command(o.command, args...)
	cmd.Dir, cmd.Env = o.clone, o.env
	file := filepath.Join(o.t.TempDir(), "in")
	if err := os.WriteFile(file, []byte(in), 0o600); err != nil {
		o.t.Fatal(err)
	}
	stdin, err := os.Open(file)
	if err != nil {
		o.t.Fatal(err)
	}
	defer stdin.Close()
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &out
	err = cmd.Run()
	if cmd.ProcessState == nil {
		o.t.Fatal(err)
	}
	if strings.Contains(out.String(), o.token) {
		o.t.Errorf("hearthgate %s shows the token", strings.Join(args, " "))
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

func (o *owner) has(said string, words ...string) {
	o.t.Helper()
	for _, w := range words {
		if !strings.Contains(said, w) {
			o.t.Errorf("no %q in %s", w, said)
		}
	}
}

// enforces has AWS allow the owner from now on what `hearthgate iam-policy` prints, and
// nothing else. The CDK's roles may do what they do.
func (o *owner) enforces(stage, region string) {
	o.t.Helper()
	s := config.NewStage(stage)
	s.Region = region
	allowed, err := fakeaws.Evaluate(iampolicy.For(s, fakeaws.AccountID, iampolicy.Deploy).JSON())
	if err != nil {
		o.t.Fatal(err)
	}
	o.cloud.Enforce(allowed)
}

// least sees that the function's role may do nothing to everything.
func (o *owner) least() {
	o.t.Helper()
	policies := o.cloud.Resources("hearthgate-dev", "AWS::IAM::Policy")
	if len(policies) == 0 {
		o.t.Error("the function's role has no policy")
	}
	for _, p := range policies {
		document, _ := p.Properties["PolicyDocument"].(map[string]any)
		statements, _ := document["Statement"].([]any)
		for _, s := range statements {
			statement, _ := s.(map[string]any)
			if statement["Resource"] == "*" || statement["Action"] == "*" {
				o.t.Errorf("%s allows %v to %v", p.LogicalID, statement["Action"], statement["Resource"])
			}
		}
	}
}
