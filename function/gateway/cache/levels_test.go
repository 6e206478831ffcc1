package cache_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

const setA, getA = `set {"namespace":"discovery","key":"a","value":"stored text"}`, `get {"namespace":"discovery","key":"a"}`

// TestFallThrough requires that a value is found on any level, and is then on those
// above.
func TestFallThrough(t *testing.T) {
	external := &table{}
	o := cache.Options{Dir: t.TempDir(), Table: external}
	open(o).want(t, setA, `["memory","disk","external"]`)
	s := open(o)
	s.want(t, getA, "stored text", `"level":"disk"`)
	s.want(t, getA, "stored text", `"level":"memory"`)
	o.Dir = t.TempDir() // of another machine
	open(o).want(t, getA, "stored text", `"level":"external"`)
	open(o).want(t, getA, "stored text", `"level":"disk"`)

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
		t.Errorf("the table was called %d times for one key", external.calls-calls)
	}
	external.calls = 0
	for range 3 {
		s.run(t, `get {"namespace":"discovery","key":"none"}`)
	}
	if external.calls != 0 {
		t.Errorf("a missing key was read %d times more", external.calls)
	}
}

// sealer returns functions that encrypt and decrypt, as far as a test can tell.
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

// TestNoSecretUnencrypted has values that may leave memory and values that may not,
// with and without a key.
func TestNoSecretUnencrypted(t *testing.T) {
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

// TestAnotherKey has values that were encrypted with another key: they are missing,
// and that is no problem.
func TestAnotherKey(t *testing.T) {
	o := cache.Options{Dir: t.TempDir(), Table: &table{}}
	for _, key := range []byte{'a', 'b'} {
		o.Seal, o.Open = sealer(key)
		s := open(o)
		s.want(t, getA, "is not cached")
		s.want(t, setA, "disk")
		s.want(t, `preload {}`, "known")
		if len(*s.problems) > 0 || s.store.Health().Points != 100 {
			t.Errorf("problems are reported: %v", *s.problems)
		}
	}
}
