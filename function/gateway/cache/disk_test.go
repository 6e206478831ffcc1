package cache_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

// TestFaultyDisk has the folder fail in every way: the store continues in memory,
// and reports the problem once.
func TestFaultyDisk(t *testing.T) {
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
		spoil   func(*testing.T, string)
		problem string // "": none
		lost    bool
	}{
		"as it was":       {func(*testing.T, string) {}, "", false},
		"truncated":       {overwrite(func(b []byte) []byte { return b[:len(b)/2] }), "damaged", true},
		"empty":           {overwrite(func([]byte) []byte { return nil }), "damaged", true},
		"one bit":         {overwrite(func(b []byte) []byte { b[len(b)-9] ^= 1; return b }), "damaged", true},
		"foreign content": {overwrite(func([]byte) []byte { return []byte("#!/bin/sh\nexit 1 # of someone else, and longer than the head") }), "damaged", true},
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
			want := "stored text"
			if tt.lost {
				want = "is not cached"
			}
			s.want(t, getA, want)
			s.want(t, getA, want)
			s.want(t, setA, "memory")
			s.want(t, getA, "stored text", "memory")
			problems := strings.Join(*s.problems, "\n")
			if !strings.Contains(problems, tt.problem) || len(*s.problems) != len(strings.SplitN(tt.problem, "\n", 2))-map[bool]int{true: 1}[tt.problem == ""] {
				t.Errorf("%d problems are reported: %s; want %q once", len(*s.problems), problems, tt.problem)
			}
			if h := s.store.Health(); (h.Points == 100) != (tt.problem == "") || len(h.Reasons) > 1 {
				t.Errorf("the health is %+v", h)
			}
			if strings.Contains(problems, o.Dir) {
				t.Errorf("a path is reported: %s", problems)
			}
		})
	}
}

// TestFolderIsMadeToWrite requires that a start, which only reads, makes no folder: it costs
// more than the rest of the cache.
func TestFolderIsMadeToWrite(t *testing.T) {
	o := cache.Options{Dir: filepath.Join(t.TempDir(), "not", "there")}
	s := open(o)
	s.run(t, `preload {}`)
	for range 2 {
		s.want(t, getA, "is not cached")
	}
	if _, err := os.Stat(filepath.Dir(o.Dir)); !os.IsNotExist(err) || len(*s.problems) != 0 || s.store.Health().Points != 100 {
		t.Errorf("after reading: %v, %v, %+v; want no folder and no problem", err, *s.problems, s.store.Health())
	}
	s.want(t, setA, "disk")
	open(o).want(t, getA, "stored text", "disk")
}

// TestDiskBound requires that the files never take more than the limit, and that
// those are evicted first that expire soonest.
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

// FuzzFile has a file with any content: the value is the one that was set, or missing.
func FuzzFile(f *testing.F) {
	dir := f.TempDir()
	o := cache.Options{Dir: dir, Clean: func([]byte) bool { return true }}
	in := cache.SetInput{Namespace: cache.Discovery, Key: "a", Value: []byte(`"stored text"`)}
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
		if err == nil && string(got.Value) != `"stored text"` {
			t.Errorf("got %s", got.Value)
		}
		if err != nil && core.CauseOf(err) != core.CauseNotCached {
			t.Error(err)
		}
		s.run(t, `restore {}`)
		s.run(t, `keys {}`)
	})
}
