package judges

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// RunNode is Run for a judge in JavaScript: a folder of this package with a judge.mjs, a
// package.json and its package-lock.json.
func RunNode(tb testing.TB, root, judge string, out, in any, args ...string) {
	tb.Helper()
	script := filepath.Join(node(tb, root, judge), "judge.mjs")
	ask(tb, judge, exec.CommandContext(tb.Context(), "node", append([]string{script}, args...)...), out, in)
}

// node returns the folder of a judge with the packages that it needs. Where Node is
// missing the test is skipped or, with CI=true, fails.
func node(tb testing.TB, root, judge string) string {
	tb.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		if os.Getenv("CI") == "true" {
			tb.Fatal(err)
		}
		tb.Skip("skipped: ", err)
	}
	dir := filepath.Join(root, ".build", "node", judge)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	lock := flock.New(dir + ".lock")
	if _, err := lock.TryLockContext(tb.Context(), 200*time.Millisecond); err != nil {
		tb.Fatalf("%s is in use by another process that is making it: %v", dir, err)
	}
	defer lock.Unlock()
	if err := install(tb.Context(), dir, map[string]string{
		"judge.mjs": read(tb, judge, "judge.mjs"), "package.json": read(tb, judge, "package.json"), "package-lock.json": read(tb, judge, "package-lock.json"),
	}); err != nil {
		tb.Fatal(err)
	}
	return dir
}

// install writes the files, and installs what they lock unless that is there already.
func install(ctx context.Context, dir string, files map[string]string) error {
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	sum := sha256.Sum256([]byte(files["package-lock.json"]))
	stamp := filepath.Join(dir, "made-of")
	if b, err := os.ReadFile(stamp); err == nil && string(b) == hex.EncodeToString(sum[:]) {
		return nil
	}
	cmd := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm could not install what the judge needs (is there a way to the package registry?): %w\n%s", err, said)
	}
	return os.WriteFile(stamp, []byte(hex.EncodeToString(sum[:])), 0o644)
}
