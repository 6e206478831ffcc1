package cache

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A disk is the second level: one file an entry, in a folder of its own. A file's
// modification time is when its entry ends, so that nobody has to read it to know.
//
// Which files there are is known from the first look on, so that a miss costs no
// system call. What others put there is left alone.
type disk struct {
	trouble
	dir  string // "": there is no disk
	most int64  // bytes of all files

	mu     sync.Mutex
	root   *os.Root              // guarded by mu; nil until it was looked at
	files  map[string]held       // guarded by mu; by name
	bytes  int64                 // guarded by mu
	counts map[Namespace]*counts // guarded by mu
}

// held is what is known of a file.
type held struct {
	bytes int64
	ends  int64 // in ns since 1970
}

const (
	maxFiles = 4096
	suffix   = ".hgc"
	unready  = ".new" // of a file that is being written
)

// load returns what is in a file. An error says that there is something, and that
// it cannot be had.
func (d *disk) load(ns Namespace, name string) (b []byte, ok bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.ready() {
		return nil, false, nil
	}
	h, known := d.files[name]
	switch {
	case !known:
	case h.ends <= time.Now().UnixNano():
		d.of(ns).expired++
		d.unlink(name)
	default:
		b, err = d.read(name)
		if errors.Is(err, fs.ErrNotExist) {
			d.lose(name)
			err = nil
		}
	}
	return b, b != nil, err
}

// note counts a look-up of a namespace.
func (d *disk) note(ns Namespace, hit bool) {
	if d.dir == "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if hit {
		d.of(ns).hits++
	} else {
		d.of(ns).misses++
	}
}

// read reads a file of at most maxRecord bytes. The caller holds mu.
func (d *disk) read(name string) ([]byte, error) {
	f, err := d.root.Open(name + suffix)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxRecord+1))
	if err == nil && len(b) > maxRecord {
		err = errDamaged
	}
	return b, err
}

// save writes a file: whole, under another name first, so that no reader ever
// sees half of one. Those that end soonest make room for it.
func (d *disk) save(ns Namespace, name string, b []byte, ends int64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.ready() || int64(len(b)) > d.most || d.resting() {
		return false
	}
	if err := d.write(name, b, ends); err != nil {
		_ = d.root.Remove(name + unready)
		d.failed("the cache cannot be written to disk: " + reason(err) + "; it goes on in memory")
		return false
	}
	d.worked()
	d.lose(name)
	d.files[name] = held{int64(len(b)), ends}
	d.bytes += int64(len(b))
	d.of(ns).sets++
	for d.bytes > d.most || len(d.files) > maxFiles {
		d.evict(name)
	}
	return true
}

// write is the part of save that can fail. The caller holds mu.
func (d *disk) write(name string, b []byte, ends int64) error {
	if err := d.root.WriteFile(name+unready, b, 0o600); err != nil {
		return err
	}
	at := time.Unix(0, ends)
	if err := d.root.Chtimes(name+unready, at, at); err != nil {
		return err
	}
	return d.root.Rename(name+unready, name+suffix)
}

// evict removes the file that ends soonest, but for one. The caller holds mu.
func (d *disk) evict(but string) {
	first := ""
	for name, h := range d.files {
		if name != but && (first == "" || h.ends < d.files[first].ends) {
			first = name
		}
	}
	d.of(namespaceOf(first)).evictions++
	d.unlink(first)
}

// remove removes a file and reports whether there was one.
func (d *disk) remove(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.ready() {
		return false
	}
	_, ok := d.files[name]
	d.unlink(name)
	return ok
}

// sweep removes the files whose time has come.
func (d *disk) sweep() (items int, bytes int64) {
	now := time.Now().UnixNano()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.ready() {
		return 0, 0
	}
	before := d.bytes
	for name, h := range d.files {
		if h.ends <= now {
			d.of(namespaceOf(name)).expired++
			d.unlink(name)
			items++
		}
	}
	return items, before - d.bytes
}

// names returns the names of the files of a namespace, those that still hold.
func (d *disk) names(ns Namespace) (names []string, bytes int64) {
	now := time.Now().UnixNano()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.ready() {
		return nil, 0
	}
	for name, h := range d.files {
		if namespaceOf(name) == ns && h.ends > now {
			names = append(names, name)
			bytes += h.bytes
		}
	}
	return names, bytes
}

// unlink removes a file. The caller holds mu.
func (d *disk) unlink(name string) {
	d.lose(name)
	if err := d.root.Remove(name + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.failed("a file of the cache cannot be removed: " + reason(err))
	}
}

// lose forgets that there is a file. The caller holds mu.
func (d *disk) lose(name string) {
	d.bytes -= d.files[name].bytes
	delete(d.files, name)
}

// of returns the counts of a namespace. The caller holds mu.
func (d *disk) of(ns Namespace) *counts {
	if d.counts == nil {
		d.counts = map[Namespace]*counts{}
	}
	c := d.counts[ns]
	if c == nil {
		c = new(counts)
		d.counts[ns] = c
	}
	return c
}

// ready looks at the folder the first time. The caller holds mu.
func (d *disk) ready() bool {
	if d.dir == "" {
		return false
	}
	if d.root != nil {
		return true
	}
	if d.resting() {
		return false
	}
	if err := d.look(); err != nil {
		d.failed("the folder of the cache cannot be used: " + reason(err) + "; the cache goes on in memory")
		return false
	}
	d.worked()
	return true
}

func (d *disk) look() error {
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(d.dir)
	if err != nil {
		return err
	}
	list, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		_ = root.Close()
		return err
	}
	d.root, d.files, d.bytes = root, map[string]held{}, 0
	for _, f := range list {
		if name, half := strings.CutSuffix(f.Name(), unready); half && namespaceOf(name) != "" {
			_ = root.Remove(f.Name()) // of a process that ended while it wrote
			continue
		}
		name, ok := strings.CutSuffix(f.Name(), suffix)
		info, err := f.Info()
		if ok && err == nil && info.Mode().IsRegular() && namespaceOf(name) != "" {
			d.files[name] = held{info.Size(), info.ModTime().UnixNano()}
			d.bytes += info.Size()
		}
	}
	return nil
}

// namespaceOf returns the namespace that a name belongs to, or "" if it is none of ours.
func namespaceOf(name string) Namespace {
	prefix, sum, _ := strings.Cut(name, "-")
	ns := Namespace(prefix)
	if len(sum) != 32 || ns != used && checkNamespace(ns) != nil {
		return ""
	}
	return ns
}

// reason says what an error of the file system means, without a path.
func reason(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return "the disk is full"
	case errors.Is(err, syscall.EROFS):
		return "the file system is read-only"
	case errors.Is(err, fs.ErrPermission):
		return "the permission is missing"
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
