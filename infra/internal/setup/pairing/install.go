package pairing

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// IntegrationDir is the folder of Home Assistant's integration, relative to the root of the
// clone.
const IntegrationDir = "infra/integration/custom_components/hearthgate"

// An Installed is where the integration is now.
type Installed struct {
	Target string `json:"target"` // as it was given
	Folder string `json:"folder"`
}

// Install copies the integration into the configuration folder of Home Assistant: a folder
// of this machine, or user@host:/config by ssh. The folder before is replaced as a whole.
func Install(ctx context.Context, root, target string) (Installed, error) {
	archive, err := archived(filepath.Join(root, IntegrationDir))
	if err != nil {
		return Installed{}, err
	}
	host, folder, remote := strings.Cut(target, ":")
	if !remote {
		host, folder = "", target
	}
	done := Installed{target, path.Join(folder, "custom_components", "hearthgate")}
	if folder == "" || remote && host == "" || strings.HasPrefix(host, "-") || strings.HasPrefix(folder, "-") {
		return done, errors.New("the place of Home Assistant's configuration is missing: write it as /config or root@homeassistant.local:/config")
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", script(folder))
	if remote {
		cmd = exec.CommandContext(ctx, "ssh", host, script(folder))
	}
	// The shell cleans up when its input ends, and ssh ends its input with the connection.
	const patience = 5 * time.Second
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	var said bytes.Buffer
	cmd.Stdin, cmd.Stderr = until{ctx, bytes.NewReader(archive)}, &said
	switch err := cmd.Run(); {
	case ctx.Err() != nil:
		return done, context.Cause(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return done, errors.New("this machine has no ssh: install it, or copy " + IntegrationDir + " into custom_components of Home Assistant's configuration")
	case err != nil && remote && cmd.ProcessState.ExitCode() == sshFailed:
		return done, fmt.Errorf("%s cannot be reached by ssh: %s; check that `ssh %[1]s` logs you in, then run the command again", host, strings.TrimSpace(said.String()))
	case err != nil:
		return done, fmt.Errorf("the integration cannot be copied to %s: %s; check the address, and that the folder has configuration.yaml", target, strings.TrimSpace(said.String()))
	}
	return done, nil
}

// sshFailed is ssh's exit code where the connection failed, and no command did.
const sshFailed = 255

// until reads until ctx ends.
type until struct {
	ctx context.Context
	r   io.Reader
}

func (u until) Read(b []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, io.EOF
	}
	return u.r.Read(b)
}

// script returns what unpacks the archive in a shell of the machine of Home Assistant. It
// replaces the integration when all of it is there, and otherwise leaves nothing behind:
// Home Assistant would load what is in any folder.
func script(folder string) string {
	q := "'" + strings.ReplaceAll(folder, "'", `'\''`) + "'"
	return strings.NewReplacer("FOLDER", q, "LAST", lastFile).Replace(`set -e
cd FOLDER
test -e configuration.yaml || { echo 'it has no configuration.yaml' >&2; exit 1; }
mkdir -p custom_components
cd custom_components
new=.hearthgate.new old=.hearthgate.old
trap 'rm -rf $new' EXIT
trap 'exit 1' HUP INT TERM PIPE
rm -rf $new $old
mkdir $new
tar -xf - -C $new
test -e $new/LAST || { echo 'the connection was lost on the way' >&2; exit 1; }
rm $new/LAST
trap '' HUP INT TERM PIPE
test ! -e hearthgate || mv hearthgate $old
mv $new hearthgate
rm -rf $old`)
}

// lastFile is the last one of the archive: the end of an archive that was cut off between
// two files is not noticed.
const lastFile = ".complete"

// archived returns the files of a folder as a tar archive, without what Python compiles.
func archived(dir string) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	files := os.DirFS(dir)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "__pycache__":
			return fs.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	})
	if err == nil {
		err = errors.Join(w.WriteHeader(&tar.Header{Name: lastFile, Mode: 0o644}), w.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("the integration cannot be read: %w; is the clone complete?", err)
	}
	return b.Bytes(), nil
}

// Show writes for a person where the integration is, and what comes next.
func (i Installed) Show(to *ui.Screen) {
	to.Printf("%s the integration into %s\n", to.Good("copied"), i.Folder)
	to.Printf("Next: restart Home Assistant, then %s\n", to.Bold("hearthgate pair --home http://homeassistant.local:8123"))
}
