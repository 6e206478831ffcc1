package cache_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

// A table is one in memory that fails as it is told.
type table struct {
	mu    sync.Mutex
	items map[string][]byte
	fail  func(context.Context) error
	calls int
}

func (x *table) call(ctx context.Context) error {
	x.calls++
	if x.fail != nil {
		return x.fail(ctx)
	}
	return nil
}

func (x *table) Read(ctx context.Context, key string) ([]byte, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.items[key], x.call(ctx)
}

func (x *table) Write(ctx context.Context, key string, value []byte, _ time.Time) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.items == nil {
		x.items = map[string][]byte{}
	}
	x.items[key] = value
	return x.call(ctx)
}

const setA, getA = `set {"namespace":"discovery","key":"a","value":"what is kept"}`, `get {"namespace":"discovery","key":"a"}`

// TestFallThrough looks that a value is found on whatever level has it, and is then
// on those above.
func TestFallThrough(t *testing.T) {
	external := &table{}
	o := cache.Options{Dir: t.TempDir(), Table: external}
	open(o).want(t, setA, `["memory","disk","external"]`)
	s := open(o)
	s.want(t, getA, "what is kept", `"level":"disk"`)
	s.want(t, getA, "what is kept", `"level":"memory"`)
	o.Dir = t.TempDir() // of another machine
	open(o).want(t, getA, "what is kept", `"level":"external"`)
	open(o).want(t, getA, "what is kept", `"level":"disk"`)

	s = open(o)
	for range 3 {
		s.run(t, `get {"namespace":"discovery","key":"none"}`)
		s.run(t, `get {"namespace":"negative","key":"none"}`)
	}
	s.want(t, `delete {"namespace":"discovery","key":"a"}`, "true")
	o.Dir = t.TempDir()
	calls := external.calls
	open(o).want(t, getA, "is not cached")
	if external.calls != calls+1 {
		t.Errorf("the table was asked %d times for one key", external.calls-calls)
	}
	external.calls = 0
	for range 3 {
		s.run(t, `get {"namespace":"discovery","key":"none"}`)
	}
	if external.calls != 0 {
		t.Errorf("what is not there was asked for %d times more", external.calls)
	}
}

// sealer seals, as far as a test can tell.
func sealer(key byte) (seal, open func([]byte) ([]byte, error)) {
	mask := func(b []byte) []byte {
		out := bytes.Clone(b)
		for i := range out {
			out[i] ^= key
		}
		return out
	}
	seal = func(b []byte) ([]byte, error) {
		sum := sha256.Sum256(b)
		return append(mask(b), sum[:]...), nil
	}
	open = func(b []byte) ([]byte, error) {
		text := mask(b[:max(0, len(b)-32)])
		if sum := sha256.Sum256(text); !bytes.HasSuffix(b, sum[:]) {
			return nil, errors.New("another key")
		}
		return text, nil
	}
	return seal, open
}

// TestNothingSecretInClear looks which values leave memory, with and without a key.
func TestNothingSecretInClear(t *testing.T) {
	seal, unseal := sealer('k')
	noKey := func([]byte) ([]byte, error) { return nil, cache.ErrNoKey }
	for name, tt := range map[string]struct {
		seal, open func([]byte) ([]byte, error)
		leaves     string // namespaces whose values leave memory, clean or not
		clean      string // namespaces of which only clean ones do
	}{
		"no key":  {nil, nil, "", "discovery response"},
		"not yet": {noKey, noKey, "", "discovery response"},
		"key":     {seal, unseal, "settings discovery response identity negative", ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := cache.Options{Dir: t.TempDir(), Table: &table{}, Seal: tt.seal, Open: tt.open}
			s := open(o)
			for _, ns := range cache.Namespaces() {
				for _, value := range []string{"harmless", "secret"} {
					want := strings.Contains(tt.leaves, string(ns)) || value == "harmless" && strings.Contains(tt.clean, string(ns))
					got := s.run(t, `set {"namespace":"`+string(ns)+`","key":"key of `+string(ns)+`","value":"`+value+`"}`)
					if strings.Contains(got, "disk") != want {
						t.Errorf("%s of %s: got %s, want that it leaves memory: %v", value, ns, got, want)
					}
				}
				if strings.Contains(tt.leaves, string(ns)) {
					open(o).want(t, `get {"namespace":"`+string(ns)+`","key":"key of `+string(ns)+`"}`, "secret", `"disk"`)
				}
			}
			_ = filepath.WalkDir(o.Dir, func(path string, d fs.DirEntry, _ error) error {
				if b, err := os.ReadFile(path); err == nil && (bytes.Contains(b, []byte("secret")) || strings.Contains(d.Name(), "key of")) {
					t.Errorf("%s shows what is in it", d.Name())
				}
				return nil
			})
		})
	}
}

// TestAnotherKey looks that what was sealed with another key is missing, and no problem.
func TestAnotherKey(t *testing.T) {
	o := cache.Options{Dir: t.TempDir(), Table: &table{}}
	for _, key := range []byte{'a', 'b'} {
		o.Seal, o.Open = sealer(key)
		s := open(o)
		s.want(t, getA, "is not cached")
		s.want(t, setA, "disk")
		s.want(t, `preload {}`, "known")
		if len(*s.problems) > 0 || s.store.Health().Points != 100 {
			t.Errorf("it is told: %v", *s.problems)
		}
	}
}

// TestSickDisk looks that whatever is wrong with the folder, the store goes on in
// memory, and tells of it once.
func TestSickDisk(t *testing.T) {
	file := func(t *testing.T, dir string) string {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(dir, "discovery-*"))
		if err != nil || len(files) != 1 {
			t.Fatalf("there are files %v, %v", files, err)
		}
		return files[0]
	}
	overwrite := func(content func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			name := file(t, dir)
			info, _ := os.Stat(name)
			b, _ := os.ReadFile(name)
			_ = os.WriteFile(name, content(b), 0o600)
			_ = os.Chtimes(name, info.ModTime(), info.ModTime())
		}
	}
	for name, tt := range map[string]struct {
		spoil func(*testing.T, string)
		told  string // "": nothing is
		lost  bool
	}{
		"as it was":       {func(*testing.T, string) {}, "", false},
		"truncated":       {overwrite(func(b []byte) []byte { return b[:len(b)/2] }), "damaged", true},
		"empty":           {overwrite(func([]byte) []byte { return nil }), "damaged", true},
		"one bit":         {overwrite(func(b []byte) []byte { b[len(b)-9] ^= 1; return b }), "damaged", true},
		"foreign content": {overwrite(func([]byte) []byte { return []byte("#!/bin/sh\nexit 1 # of somebody else, and longer than the head") }), "damaged", true},
		"huge":            {overwrite(func([]byte) []byte { return make([]byte, 4<<20) }), "damaged", true},
		"foreign file":    {func(_ *testing.T, dir string) { _ = os.WriteFile(filepath.Join(dir, "theirs"), []byte("x"), 0o600) }, "", false},
		"half a file": {func(t *testing.T, dir string) {
			_ = os.Rename(file(t, dir), strings.TrimSuffix(file(t, dir), ".hgc")+".new")
		}, "", true},
		"removed":        {func(t *testing.T, dir string) { _ = os.Remove(file(t, dir)) }, "", true},
		"a folder in it": {func(t *testing.T, dir string) { name := file(t, dir); _ = os.Remove(name); _ = os.Mkdir(name, 0o700) }, "renameat failed", true},
		"link elsewhere": {func(t *testing.T, dir string) {
			name := file(t, dir)
			_ = os.Rename(name, filepath.Join(filepath.Dir(dir), "elsewhere"))
			_ = os.Symlink("../elsewhere", name)
		}, "", true},
		"a file in its place": {func(_ *testing.T, dir string) { _ = os.RemoveAll(dir); _ = os.WriteFile(dir, nil, 0o600) }, "a file in the place of a folder", true},
	} {
		t.Run(name, func(t *testing.T) {
			o := cache.Options{Dir: filepath.Join(t.TempDir(), "cache")}
			open(o).want(t, setA, "disk")
			tt.spoil(t, o.Dir)
			s := open(o)
			want := "what is kept"
			if tt.lost {
				want = "is not cached"
			}
			s.want(t, getA, want)
			s.want(t, getA, want)
			s.want(t, setA, "memory")
			s.want(t, getA, "what is kept", "memory")
			problems := strings.Join(*s.problems, "\n")
			if !strings.Contains(problems, tt.told) || len(*s.problems) != len(strings.SplitN(tt.told, "\n", 2))-map[bool]int{true: 1}[tt.told == ""] {
				t.Errorf("it is told %d times: %s; want %q once", len(*s.problems), problems, tt.told)
			}
			if h := s.store.Health(); (h.Points == 100) != (tt.told == "") || len(h.Reasons) > 1 {
				t.Errorf("the health is %+v", h)
			}
			if strings.Contains(problems, o.Dir) {
				t.Errorf("a path is told: %s", problems)
			}
		})
	}
}

// TestDiskBound looks that the files never take more than they may, and that those
// which end soonest go first.
func TestDiskBound(t *testing.T) {
	const most = 1000
	o := cache.Options{Dir: t.TempDir(), DiskBytes: most}
	s := open(o)
	for i, ttl := range []string{"50", "10", "60", "20", "70", "30", "80", "40", "90", "55", "65", "75", "85"} {
		s.run(t, `set {"namespace":"discovery","key":"`+ttl+`","value":"`+strings.Repeat("v", i)+`","ttl_seconds":`+ttl+`}`)
		var bytes int64
		files, _ := os.ReadDir(o.Dir)
		for _, f := range files {
			info, _ := f.Info()
			bytes += info.Size()
		}
		if bytes > most {
			t.Errorf("%d files take %d bytes", len(files), bytes)
		}
	}
	s = open(o)
	s.want(t, `get {"namespace":"discovery","key":"90"}`, "disk")
	s.want(t, `get {"namespace":"discovery","key":"10"}`, "is not cached")
}

// TestSickTable looks that a table that fails costs no more than its budget, once,
// and is told of once.
func TestSickTable(t *testing.T) {
	hang := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for name, tt := range map[string]struct {
		fail func(context.Context) error
		told string
	}{
		"throttles": {func(context.Context) error { return core.Errorf(core.RateLimited, core.CauseThrottled, "it is busy") }, "it is busy"},
		"denies":    {func(context.Context) error { return core.Errorf(core.Forbidden, core.CauseDenied, "the role may not") }, "the role may not"},
		"hangs":     {hang, "did not answer within 300ms"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := &table{fail: tt.fail}
				s := open(cache.Options{Table: x})
				for range 3 {
					s.want(t, getA, "is not cached")
					s.want(t, setA, `["memory"]`)
					s.want(t, getA, "what is kept")
					s.run(t, `delete {"namespace":"discovery","key":"a"}`)
				}
				if x.calls != 1 || time.Since(start(t)) > 300*time.Millisecond {
					t.Errorf("it was asked %d times in %v", x.calls, time.Since(start(t)))
				}
				if len(*s.problems) != 1 || !strings.Contains((*s.problems)[0], tt.told) {
					t.Errorf("it is told %q, want %q once", *s.problems, tt.told)
				}
				if h := s.store.Health(); h.Points != 90 {
					t.Errorf("the health is %+v", h)
				}
				x.fail = nil
				time.Sleep(10 * time.Second)
				s.want(t, setA, `["memory","external"]`)
				if h := s.store.Health(); h.Points != 100 || h.Facts["external_failures"] != int64(1) {
					t.Errorf("it works again, and the health is %+v", h)
				}
			})
		})
	}
}

// TestDamagedItem looks that what others wrote into the table counts as missing.
func TestDamagedItem(t *testing.T) {
	x := &table{}
	open(cache.Options{Table: x}).run(t, setA)
	for key := range x.items {
		x.items[key] = []byte("of somebody else")
	}
	s := open(cache.Options{Table: x})
	s.want(t, getA, "is not cached")
	if len(*s.problems) != 1 || s.store.Health().Points != 95 {
		t.Errorf("it is told %q; %+v", *s.problems, s.store.Health())
	}
}

// FuzzFile has a file of the cache hold anything: it is what was written or missing.
func FuzzFile(f *testing.F) {
	dir := f.TempDir()
	o := cache.Options{Dir: dir, Clean: func([]byte) bool { return true }}
	in := cache.SetInput{Namespace: cache.Discovery, Key: "a", Value: []byte(`"what is kept"`)}
	d := core.NewDispatcher(cache.New(o))
	if _, err := core.Do(f.Context(), d, cache.Set, in); err != nil {
		f.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	whole, err := os.ReadFile(files[0])
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{whole, nil, whole[:len(whole)-3], whole[:20], []byte("hgcc"), []byte("hgcs0123456789abcdef"), append(bytes.Clone(whole), 0)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		name, later := files[0], time.Now().Add(time.Hour)
		if os.WriteFile(name, content, 0o600) != nil || os.Chtimes(name, later, later) != nil {
			t.Skip()
		}
		s := open(o)
		got, err := core.Do(t.Context(), s.Dispatcher, cache.Get, cache.GetInput{Namespace: cache.Discovery, Key: "a"})
		if err == nil && string(got.Value) != `"what is kept"` {
			t.Errorf("it is answered with %s", got.Value)
		}
		if err != nil && core.CauseOf(err) != core.CauseNotCached {
			t.Error(err)
		}
		s.run(t, `restore {}`)
		s.run(t, `keys {}`)
	})
}
