// Package atomicfile writes a file as a whole or not at all.
package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
)

// Write replaces a file, or creates it with its folder. Until the new content is on the
// disk the file stays as it was, whatever happens. A symbolic link stays, and the file
// that it names is replaced. The error says what to do.
func Write(file string, content []byte, mode os.FileMode) error {
	if err := write(file, content, mode); err != nil {
		return fmt.Errorf("%s cannot be written: %w; check that you may write to %s, and that its disk is not full", file, cause(err), filepath.Dir(file))
	}
	return nil
}

func write(file string, content []byte, mode os.FileMode) error {
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // after a failure; else it has its name no more
	_, err = f.Write(content)
	for _, step := range []func() error{func() error { return f.Chmod(mode) }, f.Sync} {
		if err == nil {
			err = step()
		}
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}

// cause returns an error without the names of a file and of a system call.
func cause(err error) error {
	switch e := err.(type) {
	case *os.PathError:
		return e.Err
	case *os.LinkError:
		return e.Err
	}
	return err
}
