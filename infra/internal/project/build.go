package project

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

var thisMachine = []string{"GOOS=", "GOARCH="}

// A build is one run of `go build`.
type build struct {
	dir, out string
	machine  []string       // GOOS and GOARCH
	pages    string         // of its memory; default: as large as any machine's
	watchers []func(string) // see what it does

	downloads int             // of modules, so far
	packages  map[string]bool // those to compile, and whether that has begun; nil without watchers
	compiled  int
}

const getting = "getting the packages of the function"

func (b *build) run(ctx context.Context) error {
	out, err := filepath.Abs(b.out)
	if err != nil {
		return err
	}
	args := append(slices.Clone(flags), "-o", out, ".")
	args[len(flags)-1] = b.pages + args[len(flags)-1] + Version(ctx, b.dir)
	if len(b.watchers) > 0 {
		if err := b.list(ctx); err != nil {
			return err
		}
		args = append([]string{"-v"}, args...)
	}
	_, err = b.command(ctx, "build", args...)
	return err
}

// list finds out which packages must be compiled. It downloads what is missing.
func (b *build) list(ctx context.Context) error {
	b.report(getting)
	const stale = "{{if .Stale}}{{.ImportPath}}{{end}}"
	out, err := b.command(ctx, "list", append([]string{"-deps", "-f", stale}, append(slices.Clone(flags), ".")...)...)
	if err != nil {
		return err
	}
	b.packages = map[string]bool{}
	for _, name := range strings.Fields(string(out)) {
		b.packages[name] = false
	}
	b.report(b.count())
	return nil
}

// command runs go and returns its output. It is killed with all that it started when the
// context ends.
func (b *build) command(ctx context.Context, verb string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{verb}, args...)...)
	cmd.Dir = b.dir
	tmp, err := os.MkdirTemp("", "hearthgate-build-") // go may leave files when it is interrupted
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0", "GOTMPDIR="+tmp)
	cmd.Env = append(cmd.Env, b.machine...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) } // go removes its files
	cmd.WaitDelay = 2 * time.Second
	var out bytes.Buffer
	cmd.Stdout = &out
	said, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, b.failed(ctx, err, "")
	}
	rest := b.follow(said)
	if err := cmd.Wait(); err != nil {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what go has left behind
		return nil, b.failed(ctx, err, rest)
	}
	return out.Bytes(), nil
}

// follow reports what go says of its progress until it ends, and returns the rest.
func (b *build) follow(said io.Reader) string {
	var rest strings.Builder
	for r := bufio.NewReader(said); ; {
		line, err := r.ReadString('\n')
		if text, ok := b.note(strings.TrimSpace(line)); ok {
			b.report(text)
		} else {
			rest.WriteString(line)
		}
		if err != nil {
			return strings.TrimSpace(rest.String())
		}
	}
}

// note returns what a line of go says of its progress; ok is false if it says something
// else.
func (b *build) note(line string) (text string, ok bool) {
	if strings.HasPrefix(line, "go: downloading ") {
		b.downloads++
		return fmt.Sprintf(getting+": %d modules downloaded", b.downloads), true
	}
	if done, known := b.packages[line]; known {
		if !done {
			b.packages[line] = true
			b.compiled++
		}
		return b.count(), true
	}
	return "", false
}

func (b *build) count() string {
	if len(b.packages) <= 1 {
		return "building the function" // it is linked again
	}
	return fmt.Sprintf("compiling the function: %d of %d packages", b.compiled, len(b.packages))
}

func (b *build) report(text string) {
	for _, watch := range b.watchers {
		watch(text)
	}
}

// failed returns the error of a build about which go says this.
func (b *build) failed(ctx context.Context, err error, said string) error {
	if ctx.Err() != nil {
		return fmt.Errorf("the build of the function was stopped: %w", context.Cause(ctx))
	}
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("the function was not built, because there is no go command: install Go and check that it is in PATH: %w", err)
	}
	if why := unreachable(said); why != "" {
		return fmt.Errorf("the function was not built, because Go cannot download the modules that it needs (%s): connect this machine to the internet, or set HTTPS_PROXY if it needs a proxy, and run it again", why)
	}
	return fmt.Errorf("the function was not built: %w\n%s", err, said)
}

// unreachable returns why go could not download something, "" if it could.
func unreachable(said string) string {
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		for _, sign := range []string{"dial tcp", "dial udp", "proxyconnect tcp", "i/o timeout", "TLS handshake timeout", "GOPROXY=off"} {
			if at := strings.Index(line, sign); at >= 0 {
				return line[at:]
			}
		}
	}
	return ""
}
