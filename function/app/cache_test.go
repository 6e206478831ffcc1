package app

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// TestEncryptedBelowMemory has several processes use the same files of the cache, one
// after the other. The values are encrypted with a key from the token, so that only
// processes with the same token find them, from their start on.
func TestEncryptedBelowMemory(t *testing.T) {
	dir := t.TempDir()
	process := func(token string, source config.TokenSource) *App {
		env := map[string]string{config.EnvURL: "http://127.0.0.1:1", config.EnvToken: token, config.EnvTokenSource: string(source)}
		a := New(Options{Getenv: func(name string) string { return env[name] }, Output: io.Discard, Dir: dir})
		a.Start(t.Context())
		return a
	}
	find := func(a *App) string {
		out, err := core.Execute(t.Context(), a.dispatcher, "cache.get", []byte(`{"namespace":"identity","key":"a"}`))
		if err != nil {
			return core.KindOf(err).String()
		}
		return string(out)
	}
	first := process(canary, config.Stored)
	after(`cache.set {"namespace":"identity","key":"a","value":"`+canary+`"}`, `cache.get {"namespace":"identity","key":"a"}`, `cache.backup {}`)(t, first)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the files are %v, %v; want some", files, err)
	}
	for _, file := range files {
		if b, err := os.ReadFile(file); err != nil || !bytes.HasPrefix(b, []byte("hgcs")) {
			t.Errorf("%s begins with %.4q, %v; want an encrypted value", filepath.Base(file), b, err)
		}
	}
	if got := find(process(canary, config.Stored)); !strings.Contains(got, `"level":"memory"`) || !strings.Contains(got, canary) {
		t.Errorf("the next process finds %s, want the value that it loaded at its start", got)
	}
	if got := find(process("", config.Linked)); got != "not_found" {
		t.Errorf("a process without a key finds %s, want nothing", got)
	}
	if got := find(process(canary, config.Stored)); !strings.Contains(got, canary) {
		t.Errorf("a process with the key finds %s after that, want the value", got)
	}
	if got := find(process(canary+"2", config.Stored)); got != "not_found" {
		t.Errorf("a process with another token finds %s, want nothing", got)
	}
}
