package cache_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/core/coretest"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

// A shop is a store with its operations bound.
type shop struct {
	*core.Dispatcher
	store    *cache.Store
	problems *[]string
}

func open(o cache.Options) shop {
	problems := new([]string)
	var mu sync.Mutex
	o.Problem = func(p string) {
		mu.Lock()
		defer mu.Unlock()
		*problems = append(*problems, p)
	}
	if o.Clean == nil {
		o.Clean = func(b []byte) bool { return !strings.Contains(string(b), "secret") }
	}
	s := cache.New(o)
	d := core.NewDispatcher(s)
	return shop{d, s, problems}
}

// run runs an operation by its name and returns the answer, or the error's text.
func (s shop) run(t *testing.T, call string) string {
	t.Helper()
	name, in, _ := strings.Cut(call, " ")
	out, err := core.Execute(context.WithoutCancel(t.Context()), s.Dispatcher, "cache."+name, []byte(in))
	if err != nil {
		return err.Error()
	}
	return string(out)
}

// want runs an operation and looks for texts in its answer.
func (s shop) want(t *testing.T, call string, texts ...string) {
	t.Helper()
	got := s.run(t, call)
	for _, text := range texts {
		if !strings.Contains(got, text) {
			t.Errorf("%s is answered with %.400s\nwant %s in it", call, got, text)
		}
	}
}

func TestOperations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(cache.Options{Dir: t.TempDir()})
		for _, tt := range []struct{ call, want string }{
			{`get {"key":"a"}`, "is not cached"},
			{`set {"key":"a","value":{"b":1},"ttl_seconds":10}`, `{"levels":["memory","disk"],"ttl_seconds":10,"entries":1,`},
			{`get {"key":"a"}`, `{"value":{"b":1},"ttl_seconds":10,"level":"memory"}`},
			{`get {"namespace":"discovery","key":"a"}`, "is not cached"},
			{`exists {"key":"a"}`, `{"exists":true,"level":"memory"}`},
			{`ttl {"key":"a"}`, `{"ttl_seconds":10,"hits":1,"by_use":false}`},
			{`expire {"key":"a","ttl_seconds":60}`, `"ttl_seconds":60`},
			{`expire {"key":"a","ttl_seconds":99999}`, `"ttl_seconds":3600`},
			{`expire {"key":"none","ttl_seconds":60}`, "is not cached"},
			{`bulk_set {"namespace":"discovery","entries":{"x":1,"y":"secret"}}`, `{"levels":{"disk":1,"memory":2},"entries":2`},
			{`bulk_get {"namespace":"discovery","keys":["y","z"]}`, `"missing":["z"]`},
			{`keys {"pattern":"?"}`, `{"keys":[{"namespace":"discovery","key":"x","levels":["memory","disk"]},{"namespace":"discovery","key":"y","levels":["memory"]},{"namespace":"response","key":"a","levels":["memory","disk"]}],"more":0}`},
			{`size {}`, `{"entries":3,`},
			{`size {"namespace":"discovery"}`, `"disk_files":1`},
			{`backup {}`, `"entries":2`},
			{`backup {"level":"external"}`, "no such level"},
			{`optimize {"max_bytes":1}`, `"memory":{"items":3`},
			{`restore {}`, `"entries":2`},
			{`restore {}`, `"entries":0`},
			{`delete {"key":"a"}`, `{"deleted":true,"levels":["memory","disk"]}`},
			{`delete {"key":"a"}`, `{"deleted":false,`},
			{`exists {"key":"a"}`, `{"exists":false}`},
			{`clear {"pattern":"*"}`, `{"entries":1,"disk_files":1}`},
			{`size {}`, `{"entries":0,"bytes":0,"disk_files":0,"disk_bytes":0}`},
			{`expire {"key":"a"}`, "is not cached"},
			{`set {"key":"a","value":1}`, "memory"},
			{`expire {"key":"a"}`, `"ttl_seconds":0`},
			{`exists {"key":"a"}`, `{"exists":false}`},
		} {
			s.want(t, tt.call, tt.want)
		}
		if len(*s.problems) > 0 || s.store.Health().Points != 100 {
			t.Errorf("problems are told: %v, %+v", *s.problems, s.store.Health())
		}
	})
}

func TestBadInput(t *testing.T) {
	s := open(cache.Options{})
	long := strings.Repeat("k", 600)
	for _, tt := range []struct{ call, want string }{
		{`get {}`, "field key is missing"},
		{`get {"key":"` + long + `"}`, "field key is too long"},
		{`get {"key":"a","namespace":"none"}`, "field namespace"},
		{`get {"key":"a","namespace":"used"}`, "field namespace"},
		{`get {"kee":"a"}`, `"kee"`},
		{`get {"key":"a\u0000"}`, "field key has a control character"},
		{`set {"key":"a"}`, "field value is missing"},
		{`set {"key":"a","value":1,"ttl_seconds":-1}`, "field ttl_seconds"},
		{`set {"key":"a","value":1,"ttl_seconds":"soon"}`, "field ttl_seconds"},
		{`expire {"key":"a","ttl_seconds":-1}`, "field ttl_seconds"},
		{`bulk_get {}`, "field keys is missing"},
		{`bulk_get {"keys":["a",""]}`, "field keys[1] is missing"},
		{`bulk_get {"keys":[` + strings.Repeat(`"a",`, 1000) + `"a"]}`, "the maximum is 1000"},
		{`bulk_set {"entries":{}}`, "field entries is missing"},
		{`bulk_set {"entries":{"":1}}`, "field entries is missing"},
		{`keys {"pattern":"` + long + `"}`, "field pattern is too long"},
		{`clear {}`, "field pattern is missing"},
		{`clear {"pattern":"*","namespace":"x"}`, "field namespace"},
		{`optimize {"max_bytes":-1}`, "field max_bytes is negative"},
		{`backup {"level":"memory"}`, "field level"},
		{`restore {"level":"tape"}`, "field level"},
		{`preload {"most":-1}`, "field most is negative"},
		{`preload {"within_seconds":-1}`, "field within_seconds"},
		{`stats {"namespace":"x"}`, "field namespace"},
		{`size {"namespace":"x"}`, "field namespace"},
	} {
		_, err := checked(t, s, tt.call)
		if err == nil || core.KindOf(err) != core.Invalid && !strings.Contains(err.Error(), "field") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.80s is answered with %v, want %s", tt.call, err, tt.want)
		}
	}
}

// checked runs an operation whose input is checked, as the security gateway does.
func checked(t *testing.T, s shop, call string) (json.RawMessage, error) {
	t.Helper()
	check := func(_ *core.Spec, next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			if in, ok := c.Input.(interface{ Check() error }); ok {
				if err := in.Check(); err != nil {
					return &core.Error{Kind: core.Invalid, Err: err}
				}
			}
			return next(ctx, c)
		}
	}
	d := core.NewDispatcher(coretest.Serve(core.Security, check), s.store)
	name, in, _ := strings.Cut(call, " ")
	return core.Execute(t.Context(), d, "cache."+name, []byte(in))
}

// TestLives looks that what is used lives longer, and what is not goes first.
func TestLives(t *testing.T) {
	l := cache.Limits{Entries: 10, Bytes: 1 << 20, Min: time.Minute, Default: 5 * time.Minute, Max: 30 * time.Minute}
	for hits, want := range map[uint32]time.Duration{0: l.Min, 1: l.Default, 2: 2 * l.Default, 3: 4 * l.Default, 4: l.Max, 1 << 31: l.Max} {
		if got := l.TTL(hits); got != want {
			t.Errorf("hit %d times it lives %v, want %v", hits, got, want)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		s := open(cache.Options{Limits: map[cache.Namespace]cache.Limits{cache.Response: l}})
		for _, key := range []string{"never", "once", "often", "fixed"} {
			ttl := ""
			if key == "fixed" {
				ttl = `,"ttl_seconds":120`
			}
			s.run(t, fmt.Sprintf(`set {"key":%q,"value":1%s}`, key, ttl))
		}
		get := func(key string) bool { return strings.Contains(s.run(t, `get {"key":"`+key+`"}`), "value") }
		get("once")
		for range 9 {
			get("often")
			get("fixed")
		}
		for _, tt := range []struct {
			at   time.Duration
			left []string
		}{
			{l.Min - 1, []string{"never", "once", "often", "fixed"}},
			{l.Min, []string{"once", "often", "fixed"}},
			{2*time.Minute - 1, []string{"once", "often", "fixed"}},
			{2 * time.Minute, []string{"once", "often"}},
			{l.Default, []string{"often"}},
			{l.Max - 1, []string{"often"}},
			{l.Max, nil},
		} {
			time.Sleep(tt.at - time.Since(start(t)))
			var left []string
			for _, key := range []string{"never", "once", "often", "fixed"} {
				if strings.Contains(s.run(t, `exists {"key":"`+key+`"}`), "true") {
					left = append(left, key)
				}
			}
			if !slices.Equal(left, tt.left) {
				t.Errorf("after %v there are %v, want %v", tt.at, left, tt.left)
			}
		}
	})
}

// start returns when every bubble of synctest begins.
func start(*testing.T) time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

func TestBounds(t *testing.T) {
	for name, l := range map[string]cache.Limits{
		"entries": {Entries: 10, Bytes: 1 << 30, Min: time.Hour, Default: time.Hour, Max: time.Hour},
		"bytes":   {Entries: 1000, Bytes: 10 * 400, Min: time.Hour, Default: time.Hour, Max: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(cache.Options{Limits: map[cache.Namespace]cache.Limits{cache.Response: l}})
			value := `"` + strings.Repeat("v", 170) + `"`
			for i := range 50 {
				s.run(t, fmt.Sprintf(`set {"key":"%d","value":%s}`, i, value))
				s.want(t, `get {"key":"0"}`, "value") // what is used stays
			}
			size, _ := core.Do(t.Context(), s.Dispatcher, cache.GetSize, cache.NamespaceInput{})
			if size.Entries > 10 || size.Entries < 9 || size.Bytes > l.Bytes {
				t.Errorf("%d entries of %d bytes are kept", size.Entries, size.Bytes)
			}
			s.want(t, `exists {"key":"49"}`, "true")
			s.want(t, `exists {"key":"1"}`, "false")
			s.want(t, `set {"key":"huge","value":"`+strings.Repeat("v", 5000)+`"}`, "levels")
			if name == "bytes" {
				s.want(t, `exists {"key":"huge"}`, "false")
				s.want(t, `exists {"key":"0"}`, "true")
			}
			if h := s.store.Health(); h.Facts["evictions"].(int64) < 40 {
				t.Errorf("the health tells of %v", h)
			}
		})
	}
}

// TestRate looks that the negative namespace does not count, where a miss is the
// normal answer.
func TestRate(t *testing.T) {
	s := open(cache.Options{Dir: t.TempDir()})
	if _, any := s.store.Rate(); any {
		t.Error("there is a rate before the first look-up")
	}
	s.run(t, `set {"key":"a","value":1}`)
	for range 3 {
		s.run(t, `get {"key":"a"}`)
		s.run(t, `get {"namespace":"negative","key":"a"}`)
		s.run(t, `exists {"key":"b"}`)
	}
	s.run(t, `get {"key":"b"}`)
	if rate, any := s.store.Rate(); rate != 0.75 || !any {
		t.Errorf("the rate is %v, want 0.75", rate)
	}
	s.run(t, `optimize {"max_bytes":1}`)
	s.run(t, `get {"key":"a"}`)
	if memory, disk, external := s.store.Hits(); memory != 3 || disk != 1 || external != 0 {
		t.Errorf("answered %d times by memory, %d by disk, %d by the table; want 3, 1, 0", memory, disk, external)
	}
	s.want(t, `stats {"namespace":"response"}`, `{"rate":0.8,"lookups":5,`,
		`{"level":"memory","namespace":"response","hits":3,"misses":2,"sets":2,"evictions":1,"expired":0,"entries":1,`,
		`{"level":"disk","namespace":"response","hits":1,"misses":1,"sets":1,`)
}

func TestShelf(t *testing.T) {
	s := open(cache.Options{Dir: t.TempDir()})
	shelf := s.store.Namespace(cache.Identity)
	shelf.Keep("a", struct{ n int }{7}, time.Minute)
	if v, ok := shelf.Load("a"); !ok || v != struct{ n int }{7} {
		t.Errorf("got %v, %v", v, ok)
	}
	s.want(t, `get {"namespace":"identity","key":"a"}`, "holds a Go value")
	s.want(t, `backup {}`, `"entries":0`, `"left":1`)
	s.want(t, `size {}`, `"disk_files":0`)
	if _, ok := new(cache.Store).Namespace(cache.Negative).Load("a"); ok {
		t.Error("the zero Store has something")
	}
}

func TestAtOnce(t *testing.T) {
	s := open(cache.Options{Dir: t.TempDir(), Table: &table{}})
	var all sync.WaitGroup
	for g := range 32 {
		all.Go(func() {
			for i := range 20 {
				key := fmt.Sprintf(`"key":"%d"`, (g+i)%7)
				s.run(t, `set {"namespace":"discovery",`+key+`,"value":1}`)
				s.run(t, `get {"namespace":"discovery",`+key+`}`)
				switch i % 10 {
				case 0:
					s.run(t, `clear {"pattern":"3"}`)
				case 3:
					s.run(t, `optimize {"max_bytes":1}`)
				case 5:
					s.run(t, `preload {}`)
				case 7:
					s.run(t, `stats {}`)
					s.store.Cleanup(t.Context())
				case 9:
					s.run(t, `backup {}`)
					s.store.Due()
					s.store.Refresh(t.Context())
					s.store.Health()
				}
			}
		})
	}
	all.Wait()
	if len(*s.problems) > 0 {
		t.Errorf("problems are told: %v", *s.problems)
	}
}
