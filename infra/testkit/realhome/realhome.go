// Package realhome runs a real Home Assistant for the tests: pinned, headless, on
// a loopback port, with devices of every kind, a user and a long-lived token.
package realhome

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/project/procgroup"
	"github.com/hearthgate/hearthgate/infra/testkit/testnet"
	"github.com/hearthgate/hearthgate/infra/testkit/venv"
)

const (
	startTime = 2 * time.Minute  // most that a start may take
	stopTime  = 20 * time.Second // most that a polite stop may take
)

var (
	//go:embed configuration.yaml
	configuration string
	//go:embed run.py
	program string
)

// Options say how a home differs from the one that all tests can share.
type Options struct {
	Version      Version           // default: the oldest
	WithoutAlexa bool              // no `alexa:` in its configuration
	BanAfter     int               // bans an address after so many wrong tokens; default: never
	Integration  string            // folder of an integration of our own; default: none
	Namespace    string            // name of the network namespace that it runs in; default: that of the tests
	StandIns     map[string]string // by hosts of the internet: the address that the home asks instead, with the host as its first folder
	Lamps        int               // offers Alexa so many lamps, light.lamp_0 and so on, and nothing else; only of the oldest version
}

// A Home is a Home Assistant. Its methods may be called from several goroutines,
// save Stop and Start.
type Home struct {
	URL   string
	Token string // a long-lived one, of an administrator

	python, dir string
	namespace   string
	standIns    []byte // as JSON
	process     *procgroup.Process
}

// install returns the Python of an environment with that version of Home Assistant. It
// makes the environment if it is not there yet: once, which takes about a minute and
// 500 MB. It reports that to log.
func install(ctx context.Context, root string, v Version, log io.Writer) (python string, err error) {
	s, err := v.Environment(root, log)
	if err != nil {
		return "", err
	}
	return venv.Ensure(ctx, s)
}

// New makes a home that has never run and starts it, save one in a namespace, to which the
// caller must first open a way. The caller calls
// Remove in the end. The error is venv.ErrNoPython when this machine has no
// Python of that version.
func New(ctx context.Context, root string, o Options) (*Home, error) {
	if o.Version == "" {
		o.Version = Oldest()
	}
	python, err := install(ctx, root, o.Version, os.Stderr)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "realhome-")
	if err != nil {
		return nil, err
	}
	h := &Home{python: python, dir: dir, namespace: o.Namespace}
	err = h.furnish(o)
	if err == nil && o.Namespace == "" {
		err = h.Start(ctx)
	}
	if err != nil {
		h.Remove()
		return nil, err
	}
	return h, nil
}

// furnish writes what Home Assistant finds at its first start.
func (h *Home) furnish(o Options) error {
	port, err := testnet.FreePort()
	if err != nil {
		return err
	}
	if h.standIns, err = json.Marshal(o.StandIns); err != nil {
		return err
	}
	h.URL = fmt.Sprintf("http://127.0.0.1:%d", port)
	if h.Token, err = seed(h.dir); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(h.dir, "run.py"), []byte(program), 0o600); err != nil {
		return err
	}
	if o.Integration != "" {
		if err := os.CopyFS(filepath.Join(h.dir, "custom_components", filepath.Base(o.Integration)), os.DirFS(o.Integration)); err != nil {
			return err
		}
	}
	return h.Configure(o)
}

// Configure writes the configuration of a home, which uses it from its next start on.
func (h *Home) Configure(o Options) error {
	at, err := url.Parse(h.URL)
	if err != nil {
		return err
	}
	return configure(filepath.Join(h.dir, "configuration.yaml"), at.Port(), o)
}

// Start starts a stopped home, on the port that it had, and returns when
// everything in it is up.
func (h *Home) Start(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTime, fmt.Errorf("Home Assistant was not up in %v", startTime))
	defer cancel()
	if err := h.Launch(); err != nil {
		return err
	}
	return h.Ready(ctx)
}

// Launch starts a stopped home and does not wait for it.
func (h *Home) Launch() error {
	log, err := os.OpenFile(h.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	args := []string{h.python, filepath.Join(h.dir, "run.py"), "-c", h.dir, "--skip-pip", "--log-no-color"}
	if h.namespace != "" {
		args = append([]string{"ip", "netns", "exec", h.namespace}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), "STAND_INS="+string(h.standIns), "PYTHONDONTWRITEBYTECODE=") // compiled files make the next start quicker
	h.process, err = procgroup.Start(cmd)
	return err
}

// Ready returns when everything in the home is up.
func (h *Home) Ready(ctx context.Context) error {
	every := time.NewTicker(25 * time.Millisecond)
	defer every.Stop()
	for {
		if h.running(ctx) {
			return nil
		}
		select {
		case <-every.C:
		case <-h.process.Done():
			return fmt.Errorf("Home Assistant ended while it started; it said: %s", h.Log())
		case <-ctx.Done():
			return fmt.Errorf("%w; it said: %s", context.Cause(ctx), h.Log())
		}
	}
}

func (h *Home) running(ctx context.Context) bool {
	var config struct{ State string }
	return h.get(ctx, "/api/config", &config) == nil && config.State == "RUNNING"
}

// Stop stops the home as its owner would, and by force when that takes too long.
func (h *Home) Stop() {
	if h.process != nil {
		h.process.Stop(stopTime)
		h.process = nil
	}
}

// Remove stops the home at once and deletes what it had on disk.
func (h *Home) Remove() {
	h.Kill()
	os.RemoveAll(h.dir)
}

func (h *Home) log() string { return filepath.Join(h.dir, "home.log") }

// Dir returns the folder with the home's configuration, storage and log.
func (h *Home) Dir() string { return h.dir }

// Kill ends the home at once, as a power cut would.
func (h *Home) Kill() {
	if h.process != nil {
		h.process.Kill()
		h.process = nil
	}
}

// Freeze stops the home in the middle of whatever it does, as a machine does that hangs, and
// Thaw lets it go on.
func (h *Home) Freeze() error { return syscall.Kill(-h.process.Pid(), syscall.SIGSTOP) }

// Thaw lets a home go on that [Home.Freeze] stopped.
func (h *Home) Thaw() error { return syscall.Kill(-h.process.Pid(), syscall.SIGCONT) }

// Log returns the end of what the home has logged.
func (h *Home) Log() string {
	const most = 4000
	b, _ := os.ReadFile(h.log())
	return string(b[max(0, len(b)-most):])
}

// Unban makes a stopped home forget whom it has banned.
func (h *Home) Unban() error { return os.Remove(filepath.Join(h.dir, "ip_bans.yaml")) }
