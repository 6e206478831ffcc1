package e2e_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// fullDisk makes dir a disk of its own, one without room. It takes the right to mount.
func fullDisk(t *testing.T, dir string) error {
	const page = 4096
	if err := mount(t, dir, "size=4096"); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "theirs"), make([]byte, page), 0o600)
}

// readOnlyDisk makes dir a disk of its own, one that cannot be written.
func readOnlyDisk(t *testing.T, dir string) error {
	if err := mount(t, dir, ""); err != nil {
		return err
	}
	return syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, "")
}

func mount(t *testing.T, dir, options string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		return err
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return nil
}
