package cache

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A disk is the level below memory: one file an entry, in a folder of its own. A
// file's modification time is when its entry expires, so that files need not be read
// to know.
//
// The files are listed at the first use, so that a miss costs no system call. Files
// that are not the cache's are left alone.
type disk struct {
	levelStatus
	dir      string // "": there is no disk level
	maxBytes int64  // of all files

	mu      sync.Mutex
	root    *os.Root            // guarded by mu; nil until the files are listed
	missing bool                // guarded by mu; the folder, when it was to be listed
	files   map[string]diskFile // guarded by mu; by name
	bytes   int64               // guarded by mu
	counts  countsByNamespace   // guarded by mu
}

type diskFile struct {
	bytes   int64
	expires int64 // in ns since 1970
}

const maxFiles = 4096

// load returns the content of a file. An error means that the file exists and
// cannot be used.
func (d *disk) load(ns Namespace, name string) (b []byte, ok bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.ready(false) {
		return nil, false, nil
	}
	f, known := d.files[name]
	switch {
	case !known:
	case f.expires <= time.Now().UnixNano():
		d.counts.of(ns).expired++
		d.unlink(name)
	default:
		b, err = d.read(name)
		if errors.Is(err, fs.ErrNotExist) {
			d.forget(name)
			err = nil
		}
	}
	return b, b != nil, err
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

// save writes a file and reports whether it did. It is written under a temporary
// name and renamed, so that readers never see a part of one. The files that expire
// soonest are evicted to make room.
func (d *disk) save(ns Namespace, name string, b []byte, expires int64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.ready(true) || int64(len(b)) > d.maxBytes || d.coolingDown() {
		return false
	}
	if err := d.write(name, b, expires); err != nil {
		_ = d.root.Remove(name + tempSuffix)
		d.fail("the cache cannot be written to disk: " + describe(err) + "; it continues in memory")
		return false
	}
	d.succeed()
	d.forget(name)
	d.files[name] = diskFile{int64(len(b)), expires}
	d.bytes += int64(len(b))
	d.counts.of(ns).sets++
	for d.bytes > d.maxBytes || len(d.files) > maxFiles {
		d.evict(name)
	}
	return true
}

// write is the part of save that can fail. The caller holds mu.
func (d *disk) write(name string, b []byte, expires int64) error {
	if err := d.root.WriteFile(name+tempSuffix, b, 0o600); err != nil {
		return err
	}
	at := time.Unix(0, expires)
	if err := d.root.Chtimes(name+tempSuffix, at, at); err != nil {
		return err
	}
	return d.root.Rename(name+tempSuffix, name+suffix)
}

// evict removes the file that expires soonest, except one. The caller holds mu.
func (d *disk) evict(except string) {
	first := ""
	for name, f := range d.files {
		if name != except && (first == "" || f.expires < d.files[first].expires) {
			first = name
		}
	}
	d.counts.of(namespaceOf(first)).evictions++
	d.unlink(first)
}

// remove removes a file and reports whether there was one.
func (d *disk) remove(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.ready(false) {
		return false
	}
	_, ok := d.files[name]
	d.unlink(name)
	return ok
}

// removeExpired removes the files that have expired.
func (d *disk) removeExpired() core.Reclaimed {
	now := time.Now().UnixNano()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.ready(false) {
		return core.Reclaimed{}
	}
	items, bytes := len(d.files), d.bytes
	for name, f := range d.files {
		if f.expires <= now {
			d.counts.of(namespaceOf(name)).expired++
			d.unlink(name)
		}
	}
	return core.Reclaimed{Items: items - len(d.files), Bytes: bytes - d.bytes}
}

// names returns the names of the files of a namespace that are valid, and how many
// bytes they take.
func (d *disk) names(ns Namespace) (names []string, bytes int64) {
	now := time.Now().UnixNano()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.ready(false) {
		return nil, 0
	}
	for name, f := range d.files {
		if namespaceOf(name) == ns && f.expires > now {
			names = append(names, name)
			bytes += f.bytes
		}
	}
	return names, bytes
}

// unlink removes a file. The caller holds mu.
func (d *disk) unlink(name string) {
	d.forget(name)
	if err := d.root.Remove(name + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.fail("a file of the cache cannot be removed: " + describe(err))
	}
}

// forget removes a file from the list. The caller holds mu.
func (d *disk) forget(name string) {
	d.bytes -= d.files[name].bytes
	delete(d.files, name)
}

// countLookup counts a lookup of a namespace.
func (d *disk) countLookup(ns Namespace, hit bool) {
	if d.dir == "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.counts.of(ns).lookup(hit)
}

// stats returns what the level did for a namespace.
func (d *disk) stats(ns Namespace) counts {
	if d.dir == "" {
		return counts{}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return *d.counts.of(ns)
}
