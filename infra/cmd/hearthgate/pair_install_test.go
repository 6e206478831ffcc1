package main_test

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/setup/pairing"
	"github.com/hearthgate/hearthgate/infra/testkit/sshd"
)

// A configFolder is Home Assistant's folder of configuration, which has an older integration
// and another one.
type configFolder string

func newConfigFolder(t *testing.T) configFolder {
	t.Helper()
	dir := configFolder(filepath.Join(t.TempDir(), "it's the config"))
	for name, text := range older {
		dir.write(t, name, text)
	}
	return dir
}

// older are the files of the folder.
var older = map[string]string{
	"configuration.yaml": "default_config:\n", "custom_components/hearthgate/old.py": "# old", "custom_components/other/manifest.json": "{}",
}

func (c configFolder) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(string(c), name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// files returns what is in a folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		b, err := os.ReadFile(path)
		all[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// untouched fails the test unless everything is as before, with nothing beside it.
func (c configFolder) untouched(t *testing.T) {
	t.Helper()
	if got := files(t, string(c)); !maps.Equal(got, older) {
		t.Errorf("the folder has %q, want %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(older)))
	}
	if found, _ := filepath.Glob(filepath.Join(string(c), "custom_components", ".*")); len(found) > 0 {
		t.Errorf("left: %q", found)
	}
}

// installed fails the test unless the folder has the integration of the clone and what was
// beside the old one.
func (c configFolder) installed(t *testing.T) {
	t.Helper()
	want := files(t, filepath.Join(root(t), pairing.IntegrationDir))
	maps.DeleteFunc(want, func(name, _ string) bool { return strings.Contains(name, "__pycache__") })
	got := files(t, filepath.Join(string(c), "custom_components", "hearthgate"))
	if !maps.Equal(got, want) || len(got) < 10 {
		t.Errorf("installed %q, want %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	found, _ := os.ReadDir(filepath.Join(string(c), "custom_components"))
	if len(found) != 2 {
		t.Errorf("custom_components has %v, want hearthgate and other", found)
	}
}

// TestPairInstall copies the integration over an older one, on this machine.
func TestPairInstall(t *testing.T) {
	o := newOwner(t)
	dir := newConfigFolder(t)
	o.sees(o.types("", "pair", "--install", t.TempDir()), 1, "it has no configuration.yaml")
	o.sees(o.types("", "pair", "--install", filepath.Join(string(dir), "nothing")), 1, "nothing", "check the address")
	o.sees(o.types("", "pair", "--install=-x"), 1, "is missing")
	dir.untouched(t)
	o.sees(o.types("", "pair", "--install", string(dir)), 0, "restart Home Assistant")
	dir.installed(t)
	o.sees(o.types("", "pair", "--install", string(dir), "--json"), 0, `"folder": "`+string(dir)+`/custom_components/hearthgate"`)
	dir.installed(t)
}

// at returns an owner whose ssh knows a server.
func (o *owner) at(s *sshd.Server) *owner {
	o.env = append(o.env, "PATH="+s.Bin+":"+os.Getenv("PATH"))
	return o
}

// TestPairInstallRemote copies the integration by ssh over an older one.
func TestPairInstallRemote(t *testing.T) {
	s := sshd.Start(t, sshd.Options{})
	o := newOwner(t).at(s)
	dir, home := newConfigFolder(t), s.User+"@homeassistant:"
	empty := t.TempDir()
	for _, tt := range []struct{ name, target, want string }{
		{"no configuration", home + empty, "it has no configuration.yaml"},
		{"no such folder", home + string(dir) + "/nothing", "check the address, and that the folder has configuration.yaml"},
		{"no folder", home, "is missing"},
		{"no host", ":" + string(dir), "is missing"},
		{"an option of ssh", "-oProxyCommand=touch " + empty + "/touched:/config", "is missing"},
		{"an option of the shell", home + "-x", "is missing"},
		{"another name", s.User + "@nowhere.invalid:/config", "cannot be reached by ssh"},
		{"a folder that is a command", home + "$(touch " + empty + "/touched)", "check the address"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o.t = t
			o.sees(o.types("", "pair", "--install", tt.target), 1, tt.want)
		})
	}
	o.t = t
	if got := files(t, empty); len(got) > 0 {
		t.Errorf("a target was run as a command: %q", got)
	}
	s.Key("other")
	o.sees(o.types("", "pair", "--install", home+string(dir)), 1, "Permission denied (publickey", "check that `ssh "+s.User+"@homeassistant` logs you in")
	s.Key("person")
	s.Known("other")
	o.sees(o.types("", "pair", "--install", home+string(dir)), 1, "Host key verification failed", "cannot be reached by ssh")
	s.Known("host")
	dir.untouched(t)
	o.sees(o.types("", "pair", "--install", home+string(dir)), 0, "restart Home Assistant")
	dir.installed(t)
	o.sees(o.types("", "pair", "--install", home+string(dir)), 0, "restart Home Assistant")
	dir.installed(t)
}

// TestPairInstallForbidden copies the integration to where the person may not write.
func TestPairInstallForbidden(t *testing.T) {
	options := sshd.Options{}
	if os.Geteuid() == 0 { // who may write everywhere
		options.Forced = `setpriv --reuid 65534 --regid 65534 --clear-groups sh -c "$SSH_ORIGINAL_COMMAND"`
	}
	s := sshd.Start(t, options)
	o := newOwner(t).at(s)
	dir := configFolder(filepath.Join(t.TempDir(), "config"))
	for name, text := range older {
		dir.write(t, name, text)
	}
	for path := string(dir); path != os.TempDir() && len(path) > 4; path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	components := filepath.Join(string(dir), "custom_components")
	if err := os.Chmod(components, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(components, 0o755) })
	o.sees(o.types("", "pair", "--install", s.User+"@homeassistant:"+string(dir)), 1, "Permission denied", "check the address")
	dir.untouched(t)
}

// TestPairInstallCut loses the connection on the way: at the end of a file, and in one.
func TestPairInstallCut(t *testing.T) {
	s := sshd.Start(t, sshd.Options{})
	o := newOwner(t).at(s)
	dir := newConfigFolder(t)
	ssh, err := os.ReadFile(filepath.Join(s.Bin, "ssh"))
	if err != nil {
		t.Fatal(err)
	}
	for _, length := range []string{"0", "512", "10240", "10000"} { // a tar archive has blocks of 512
		cut := bytes.Replace(ssh, []byte("exec "), []byte("head -c "+length+" | "), 1)
		if err := os.WriteFile(filepath.Join(s.Bin, "ssh"), cut, 0o755); err != nil {
			t.Fatal(err)
		}
		o.sees(o.types("", "pair", "--install", s.User+"@homeassistant:"+string(dir)), 1, "the integration cannot be copied")
		dir.untouched(t)
	}
}

// halfTar is a tar that unpacks some of an archive, and then waits until a file is gone.
const halfTar = `#!/bin/sh
head -c 20480 | /bin/tar "$@" 2>/dev/null
touch HALF
while test -e HALF; do sleep 0.01; done
cat >/dev/null
exit 2
`

// TestPairInstallInterrupted types Ctrl-C when half of the files are there, here and by ssh.
func TestPairInstallInterrupted(t *testing.T) {
	for name, host := range map[string]string{"here": "", "by ssh": "@homeassistant:"} {
		t.Run(name, func(t *testing.T) {
			bin := t.TempDir()
			half := filepath.Join(bin, "half")
			if err := os.WriteFile(filepath.Join(bin, "tar"), []byte(strings.ReplaceAll(halfTar, "HALF", half)), 0o755); err != nil {
				t.Fatal(err)
			}
			s := sshd.Start(t, sshd.Options{Path: bin})
			o := newOwner(t)
			dir := newConfigFolder(t)
			target := string(dir)
			path := bin + ":" + os.Getenv("PATH")
			if host != "" {
				target, path = s.User+host+target, s.Bin+":"+os.Getenv("PATH")
			}
			program, err := hearthgate()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(program, "pair", "--install", target)
			cmd.Dir, cmd.Env = o.clone, append(os.Environ(), append(o.env, "PATH="+path)...)
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = &said, &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() { _ = cmd.Wait(); close(ended) }()
			await := func(what string, ok func() bool) {
				t.Helper()
				for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
					if time.Now().After(end) {
						t.Fatalf("%s: %s", what, said.String())
					}
				}
			}
			exists := func(name string) bool { _, err := os.Stat(name); return err == nil }
			await("nothing is unpacked", func() bool { return exists(half) })
			if !exists(filepath.Join(string(dir), "custom_components", ".hearthgate.new")) {
				t.Error("nothing is there half-way")
			}
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			if host != "" {
				<-ended // the connection is gone; the shell there is not yet
			}
			if err := os.Remove(half); err != nil {
				t.Fatal(err)
			}
			<-ended
			if code := cmd.ProcessState.ExitCode(); code != 130 {
				t.Errorf("code %d: %s", code, said.String())
			}
			await("half an installation is left", func() bool { return !exists(filepath.Join(string(dir), "custom_components", ".hearthgate.new")) })
			dir.untouched(t)
		})
	}
}
