// Package judges runs tools that others wrote on what hearthgate makes and
// answers. Each is pinned and installs itself below .build at its first use. Where
// one cannot be installed the test is skipped or, with CI=true, fails.
package judges

import (
	"bytes"
	"embed"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/hearthgate/hearthgate/infra/testkit/venv"
)

//go:embed */*.txt */*.py */*.json */*.mjs
var files embed.FS

// Run gives a judge in Python arguments and an input as JSON, and reads its output,
// which is JSON too. A judge is a folder of this package with a judge.py and a
// requirements.txt.
func Run(tb testing.TB, root, judge string, out, in any, args ...string) {
	tb.Helper()
	ask(tb, judge, exec.CommandContext(tb.Context(), Python(tb, root, judge), append([]string{"-W", "ignore", "-c", read(tb, judge, "judge.py")}, args...)...), out, in)
}

// ask runs the program of a judge, with in as JSON on its standard input, and decodes what
// it prints into out.
func ask(tb testing.TB, judge string, cmd *exec.Cmd, out, in any) {
	tb.Helper()
	stdin, err := json.Marshal(in)
	if err != nil {
		tb.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(stdin), &said
	stdout, err := cmd.Output()
	if err != nil {
		tb.Fatalf("the judge %s failed: %v\n%s", judge, err, said.String())
	}
	if err := json.Unmarshal(stdout, out); err != nil {
		tb.Fatalf("the judge %s printed %.300q: %v", judge, stdout, err)
	}
}

// Python returns the Python of a judge's environment.
func Python(tb testing.TB, root, judge string) string {
	tb.Helper()
	return venv.Require(tb, venv.For(root, "judge-"+judge, read(tb, judge, "requirements.txt"), os.Stderr))
}

// File returns a file of a judge, such as a schema.
func File(tb testing.TB, judge, name string) json.RawMessage {
	tb.Helper()
	return json.RawMessage(read(tb, judge, name))
}

func read(tb testing.TB, judge, name string) string {
	tb.Helper()
	b, err := files.ReadFile(judge + "/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// A Program is a main package of a Go module.
type Program struct {
	Package string // its import path
	Version string // of its module
}

var (
	// Emulator is Amazon's Runtime Interface Emulator.
	Emulator = Program{"github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie", "v0.0.0-20261030222936-bef5c4ba774d"}
	// Gosec looks for what is known to make Go programs insecure.
	Gosec = Program{"github.com/securego/gosec/v2/cmd/gosec", "v2.30.0"}
)

// Install returns the path of a program, which it builds below .build/bin when it is
// not there in this version.
func (p Program) Install(tb testing.TB, root string) string {
	tb.Helper()
	dir := filepath.Join(root, ".build", "bin", filepath.Base(p.Package)+"@"+p.Version)
	path := filepath.Join(dir, filepath.Base(p.Package))
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		tb.Fatal(err)
	}
	lock := flock.New(dir + ".lock")
	if _, err := lock.TryLockContext(tb.Context(), 200*time.Millisecond); err != nil {
		tb.Fatalf("%s is in use by another process that is building it: %v", dir, err)
	}
	defer lock.Unlock()
	if _, err := os.Stat(path); err == nil {
		return path
	}
	cmd := exec.CommandContext(tb.Context(), "go", "install", p.Package+"@"+p.Version)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOBIN="+dir)
	if said, err := cmd.CombinedOutput(); err != nil {
		if os.Getenv("CI") != "true" {
			tb.Skipf("skipped: %s could not be installed (is there a way to a module proxy?): %v\n%s", p.Package, err, said)
		}
		tb.Fatalf("%s could not be installed: %v\n%s", p.Package, err, said)
	}
	return path
}
