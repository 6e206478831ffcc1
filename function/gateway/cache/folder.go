package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

const (
	suffix     = ".hgc"
	tempSuffix = ".new" // of a file that is being written
)

// ready lists the files at the first use, and reports whether the disk level can be
// used. A missing folder is made only to write. The caller holds mu.
func (d *disk) ready(write bool) bool {
	switch {
	case d.dir == "":
		return false
	case d.root != nil:
		return true
	case d.missing && !write, d.coolingDown():
		return false
	}
	switch err := d.list(write); {
	case !write && errors.Is(err, fs.ErrNotExist):
		d.missing = true
		return false
	case err != nil:
		d.fail("the folder of the cache cannot be used: " + describe(err) + "; the cache continues in memory")
		return false
	}
	d.succeed()
	return true
}

// list opens the folder, which it makes if it is to be written. The caller holds mu.
func (d *disk) list(write bool) error {
	if write {
		if err := os.MkdirAll(d.dir, 0o700); err != nil {
			return err
		}
	}
	root, err := os.OpenRoot(d.dir)
	if err != nil {
		if info, missing := os.Stat(d.dir); missing == nil && !info.IsDir() {
			return syscall.ENOTDIR // os.OpenRoot says so in words only
		}
		return err
	}
	list, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		_ = root.Close()
		return err
	}
	d.root, d.files, d.bytes = root, map[string]diskFile{}, 0
	for _, f := range list {
		if name, temp := strings.CutSuffix(f.Name(), tempSuffix); temp && namespaceOf(name) != "" {
			_ = root.Remove(f.Name()) // left by a process that ended while it wrote
			continue
		}
		name, ok := strings.CutSuffix(f.Name(), suffix)
		info, err := f.Info()
		if ok && err == nil && info.Mode().IsRegular() && namespaceOf(name) != "" {
			d.files[name] = diskFile{info.Size(), info.ModTime().UnixNano()}
			d.bytes += info.Size()
		}
	}
	return nil
}

// namespaceOf returns the namespace of a name made by [Namespace.name], or "" for
// any other name.
func namespaceOf(name string) Namespace {
	prefix, sum, _ := strings.Cut(name, "-")
	ns := Namespace(prefix)
	if len(sum) != 32 || ns != usageCounts && checkNamespace(ns) != nil {
		return ""
	}
	return ns
}

// describe returns what an error of the file system means, without a path.
func describe(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return "the disk is full"
	case errors.Is(err, syscall.EROFS):
		return "the file system is read-only"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, syscall.ENOTDIR):
		return "there is a file in the place of a folder"
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Sprintf("%s failed (%v)", e.Op, e.Err)
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return fmt.Sprintf("%s failed (%v)", e.Op, e.Err)
	}
	return err.Error()
}
