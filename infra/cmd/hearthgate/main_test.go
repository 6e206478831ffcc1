package main_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

var dir string

func TestMain(m *testing.M) {
	var err error
	if dir, err = os.MkdirTemp("", "hearthgate-test-"); err != nil {
		panic(err)
	}
	os.Unsetenv(project.EnvStages) // of the person who runs the tests
	os.Unsetenv(project.EnvClone)
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// hearthgate returns the command, built once as a person builds it.
var hearthgate = sync.OnceValues(func() (string, error) {
	out := filepath.Join(dir, "hearthgate")
	said, err := exec.Command("go", "build", "-o", out, ".").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, said)
	}
	return out, err
})

// function returns the function that a stage has deployed, built once.
var function = sync.OnceValues(func() (string, error) {
	at, err := project.Root()
	if err != nil {
		return "", err
	}
	out := filepath.Join(dir, "bootstrap")
	return out, project.Function(context.Background(), at, out)
})

// result is what a run of the command left.
type result struct {
	code     int
	out, err string
}

// command runs hearthgate in the clone as a person would, with env added to the
// environment.
func command(t *testing.T, env []string, args ...string) result {
	t.Helper()
	return commandIn(t, root(t), "", env, args...)
}

func commandIn(t *testing.T, dir, in string, env []string, args ...string) result {
	t.Helper()
	path, err := hearthgate()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = strings.NewReader(in)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

func root(t *testing.T) string {
	t.Helper()
	r, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestNoCDK sees that the command neither needs Node nor starts jsii.
func TestNoCDK(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range strings.Fields(string(out)) {
		for _, banned := range []string{"jsii", "aws-cdk-go", "cdk-nag", "constructs", "chromedp"} {
			if strings.Contains(dep, banned) {
				t.Errorf("hearthgate links %s, which needs Node", dep)
			}
		}
	}
}

func TestUsage(t *testing.T) {
	for _, tt := range []struct {
		args     []string
		code     int
		out, err string
	}{
		{[]string{"--help"}, 0, "demo", ""},
		{[]string{"demo", "--help"}, 0, "--switch", ""},
		{nil, 0, "demo", ""},
		{[]string{"nonsense"}, 1, "", `there is no command "nonsense": ` + "`hearthgate --help` lists them"},
		{[]string{"--json", "nonsense"}, 1, `there is no command \"nonsense\"`, ""},
		{[]string{"logs", "--nonsense", "--json"}, 1, `"error": "there is no flag --nonsense`, ""},
		{[]string{"logs", "--since", "1day", "--json"}, 1, `"error": "--since is \"1day\"`, ""},
		{[]string{"--nonsense", "--", "--json"}, 1, "", "there is no flag --nonsense"},
		{[]string{"stats"}, 1, "", "or `hearthgate status`?"},
		{[]string{"demo", "--nonsense"}, 1, "", "there is no flag --nonsense: `hearthgate demo --help` shows"},
		{[]string{"demo", "-n"}, 1, "", "there is no flag -n"},
		{[]string{"demo", "more"}, 1, "", `takes only flags, and "more" is not a flag`},
		{[]string{"invoke"}, 1, "", "an argument is missing: write `hearthgate invoke FILE|NAME [flags]`"},
		{[]string{"op", "cache.get", "{key:", "a}"}, 1, "", `"a}" is one argument too many`},
		{[]string{"logs", "--since", "1day"}, 1, "", `--since is "1day": write a time such as 90m, 24h`},
		{[]string{"logs", "--since", "-5h"}, 1, "", "--since is -5h0m0s, which is in the future: write a time such as 90m, 24h"},
		{[]string{"logs", "--follow=perhaps"}, 1, "", `--follow is "perhaps": write true or false`},
		{[]string{"logs", "--stage"}, 1, "", "--stage needs a value"},
		{[]string{"status", "--function", "f", "--local"}, 1, "", "use only one of them"},
		{[]string{"logs", "--help"}, 0, "cold start", ""},
		{[]string{"completion", "bash"}, 0, "complete", ""},
	} {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			r := command(t, nil, tt.args...)
			if r.code != tt.code || !strings.Contains(r.out, tt.out) || !strings.Contains(r.err, tt.err) {
				t.Errorf("code %d, out %q, err %q", r.code, r.out, r.err)
			}
		})
	}
	t.Run("a result that cannot be written", func(t *testing.T) {
		path, err := hearthgate()
		if err != nil {
			t.Fatal(err)
		}
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skip("this system has no /dev/full")
		}
		defer full.Close()
		cmd := exec.Command(path, "version", "--json")
		cmd.Stdout = full
		if _ = cmd.Run(); cmd.ProcessState.ExitCode() != 1 {
			t.Errorf("code %d, want 1", cmd.ProcessState.ExitCode())
		}
	})
	t.Run("without AWS credentials", func(t *testing.T) {
		metadata := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
		defer metadata.Close()
		env := []string{"HEARTHGATE_STAGES=" + filepath.Join(root(t), config.ExamplesDir), "HOME=" + t.TempDir(), "AWS_PROFILE=", "AWS_ACCESS_KEY_ID=", "AWS_EC2_METADATA_DISABLED=", "AWS_EC2_METADATA_SERVICE_ENDPOINT=" + metadata.URL}
		if r := command(t, env, "cost"); r.code != 1 || !strings.HasPrefix(r.err, "hearthgate: there are no AWS credentials here") {
			t.Errorf("code %d, err %q", r.code, r.err)
		}
	})
	t.Run("outside a clone", func(t *testing.T) {
		if r := commandIn(t, t.TempDir(), "", nil, "demo"); r.code != 1 || !strings.Contains(r.err, "no clone of hearthgate was found: ") {
			t.Errorf("code %d, err %q", r.code, r.err)
		}
	})
}
