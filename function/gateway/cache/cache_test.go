package cache_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/core/coretest"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

// A shop is a store with its operations bound, and the problems that it reported.
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

// want runs an operation and requires texts in its answer.
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
			t.Errorf("problems are reported: %v, %+v", *s.problems, s.store.Health())
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

// checked runs an operation whose input is checked, as the security gateway does it.
func checked(t *testing.T, s shop, call string) (json.RawMessage, error) {
	t.Helper()
	check := func(next core.Handler) core.Handler {
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

func TestNamespaceCache(t *testing.T) {
	s := open(cache.Options{Dir: t.TempDir()})
	values := s.store.Namespace(cache.Identity)
	values.Keep("a", struct{ n int }{7}, time.Minute)
	if v, ok := values.Load("a"); !ok || v != struct{ n int }{7} {
		t.Errorf("got %v, %v", v, ok)
	}
	s.want(t, `get {"namespace":"identity","key":"a"}`, "holds a Go value")
	s.want(t, `backup {}`, `"entries":0`, `"left":1`)
	s.want(t, `size {}`, `"disk_files":0`)
	if _, ok := new(cache.Store).Namespace(cache.Negative).Load("a"); ok {
		t.Error("the zero Store has something")
	}
}

func TestConcurrently(t *testing.T) {
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
		t.Errorf("problems are reported: %v", *s.problems)
	}
}
