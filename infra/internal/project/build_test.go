package project_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// TestWatchers sees which packages a build compiles: the second time none but the program,
// which is linked again.
func TestWatchers(t *testing.T) {
	root := workspace(t, "package main\n\nimport _ \"example.org/function/one\"\n\nfunc main() {}\n")
	if err := os.Mkdir(filepath.Join(root, "function/one"), 0o755); err != nil {
		t.Fatal(err)
	}
	source := fmt.Sprintf("package one\n\nconst Now = %d\n", time.Now().UnixNano()) // is in no cache
	if err := os.WriteFile(filepath.Join(root, "function/one/one.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "bootstrap")
	build := func() (texts []string) {
		t.Helper()
		if err := project.Function(t.Context(), root, out, func(text string) { texts = append(texts, text) }); err != nil {
			t.Fatal(err)
		}
		return slices.Compact(texts)
	}
	first, second := build(), build()
	var done, all int
	if _, err := fmt.Sscanf(first[len(first)-1], "compiling the function: %d of %d packages", &done, &all); err != nil || done != all || all < 2 {
		t.Errorf("the first build ends with %q", first)
	}
	want := []string{"getting the packages of the function", "building the function"}
	if !slices.Equal(second[:min(2, len(second))], want) {
		t.Errorf("the second build says %q, want %q", second, want)
	}
}

// TestStopped stops a build while it compiles, and sees that no process and no file is left.
func TestStopped(t *testing.T) {
	const mark = "HEARTHGATE_TEST_STOPPED"
	tmp := t.TempDir()
	t.Setenv(mark, "1")
	t.Setenv("TMPDIR", tmp)
	t.Setenv("GOCACHE", filepath.Join(t.TempDir(), "empty"))
	root := workspace(t, "package main\n\nfunc main() {}\n")
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := errors.New("interrupted")
	err := project.Function(ctx, root, filepath.Join(t.TempDir(), "bootstrap"), func(text string) {
		if strings.HasPrefix(text, "compiling the function: 1") {
			cancel(interrupted)
		}
	})
	if !errors.Is(err, interrupted) || !strings.Contains(err.Error(), "was stopped") {
		t.Errorf("error %v", err)
	}
	children := func() (found []string) {
		all, _ := filepath.Glob("/proc/[0-9]*/environ")
		for _, file := range all {
			if env, err := os.ReadFile(file); err == nil && bytes.Contains(env, []byte(mark+"=1")) {
				found = append(found, file)
			}
		}
		return found
	}
	await(t, func() bool { return len(children()) == 0 }, "a process of the build")
	if files, err := os.ReadDir(tmp); err != nil || len(files) > 0 {
		t.Errorf("files are left: %v, %v", files, err)
	}
}

func TestWithoutNetwork(t *testing.T) {
	t.Setenv("GOMODCACHE", t.TempDir())
	t.Setenv("GOSUMDB", "off")
	root := workspace(t, "package main\n\nimport _ \"example.org/far\"\n\nfunc main() {}\n")
	mod := "module example.org/function\n\ngo 1.26\n\nrequire example.org/far v1.0.0\n"
	if err := os.WriteFile(filepath.Join(root, "function/go.mod"), []byte(mod), 0o644); err != nil {
		t.Fatal(err)
	}
	sum := "example.org/far v1.0.0 h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nexample.org/far v1.0.0/go.mod h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
	if err := os.WriteFile(filepath.Join(root, "function/go.sum"), []byte(sum), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "bootstrap")
	for proxy, why := range map[string]string{
		"https://127.0.0.1:1": "(dial tcp 127.0.0.1:1: connect: connection refused)",
		"off":                 "(GOPROXY=off)",
	} {
		t.Setenv("GOPROXY", proxy)
		for name, watchers := range map[string][]func(string){"watched": {func(string) {}}, "not watched": nil} {
			err := project.Function(t.Context(), root, out, watchers...)
			if err == nil || !strings.Contains(err.Error(), "Go cannot download the modules that it needs "+why+": connect this machine to the internet") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s, %s: %v", proxy, name, err)
			}
		}
	}
}

// await waits until something is so.
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
