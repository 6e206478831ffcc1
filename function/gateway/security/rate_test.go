package security_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// TestRate takes tokens out of buckets over time.
func TestRate(t *testing.T) {
	bucket := func(key, more string) string { return `{"key":"` + key + `","per_second":0.5,"burst":2` + more + `}` }
	for name, steps := range map[string][]struct {
		after    time.Duration
		op       string
		in, want string
	}{
		"until it is empty": {
			{0, "rate", bucket("a", ""), `"allowed":true,"left":1,"wait_seconds":0,"keys":1`},
			{0, "rate", bucket("a", ""), `"allowed":true,"left":0,`},
			{0, "rate", bucket("a", ""), `rate_limited: security.rate: the rate limit of "a" is reached: try again in 2.0 s`},
			{time.Second, "rate", bucket("a", ""), `try again in 1.0 s`},
			{time.Second, "rate", bucket("a", ""), `"allowed":true,"left":0,`},
			{0, "status", `{}`, `"rate_limited":2,`},
		},
		"it never holds more": {
			{0, "rate", bucket("a", ""), `"left":1,`},
			{time.Hour, "rate", bucket("a", ""), `"left":1,`},
		},
		"each has its own": {
			{0, "rate", bucket("a", `,"take":2`), `"left":0,`},
			{0, "rate", bucket("b", ""), `"left":1,"wait_seconds":0,"keys":2`},
		},
		"to look takes nothing": {
			{0, "rate", bucket("a", `,"take":2,"peek":true`), `"allowed":true,"left":2,`},
			{0, "rate", bucket("a", `,"take":2`), `"left":0,`},
			{0, "rate", bucket("a", `,"peek":true`), `"allowed":false,"left":0,"wait_seconds":2,`},
			{0, "status", `{}`, `"rate_limited":0,`},
		},
		"what is refused takes nothing": {
			{0, "rate", bucket("a", ""), `"left":1,`},
			{0, "rate", bucket("a", `,"take":2`), `rate_limited`},
			{0, "rate", bucket("a", ""), `"left":0,`},
		},
		"a faster one from now on": {
			{0, "rate", bucket("a", `,"take":2`), `"left":0,`},
			{time.Second, "rate", `{"key":"a","per_second":10,"burst":20,"peek":true}`, `"left":0.5,`},
			{time.Second, "rate", `{"key":"a","per_second":10,"burst":20,"peek":true}`, `"left":10.5,`},
		},
		"filled again": {
			{0, "rate", bucket("a", `,"take":2`), `"left":0,`},
			{0, "rate", bucket("b", `,"take":2`), `"left":0,`},
			{0, "reset_rate", `{"key":"a"}`, `{"reset":1}`},
			{0, "reset_rate", `{"key":"c"}`, `{"reset":0}`},
			{0, "rate", bucket("a", ""), `"left":1,`},
			{0, "rate", bucket("b", ""), `rate_limited`},
			{0, "reset_rate", `{}`, `{"reset":2}`},
			{0, "rate", bucket("b", ""), `"left":1,"wait_seconds":0,"keys":1`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := security.New(security.Options{})
				for i, s := range steps {
					time.Sleep(s.after)
					if got := run(t, k, s.op, s.in); !strings.Contains(got, s.want) {
						t.Errorf("step %d: got %s, want %s in it", i, got, s.want)
					}
				}
			})
		})
	}
}

func TestWrongRate(t *testing.T) {
	lists{
		"no key":         {`{"key":"","per_second":1,"burst":1}`, "invalid: security.rate: field key is missing"},
		"a long key":     {`{"key":"` + strings.Repeat("a", 257) + `","per_second":1,"burst":1}`, "field key is 257 bytes long"},
		"it never fills": {`{"key":"a","per_second":0,"burst":1}`, "field per_second"},
		"it empties":     {`{"key":"a","per_second":-1,"burst":1}`, "field per_second"},
		"too fast":       {`{"key":"a","per_second":1e300,"burst":1}`, "field per_second"},
		"holds nothing":  {`{"key":"a","per_second":1,"burst":-1}`, "field burst"},
		"gives":          {`{"key":"a","per_second":1,"burst":1,"take":-1}`, "field take is negative"},
		"more than ever": {`{"key":"a","per_second":1,"burst":1,"take":2}`, "field take is 2"},
	}.run(t, security.New(security.Options{}), "rate")
}

// TestBucketsAreBounded asks for more keys than are kept, and lets the full ones go.
func TestBucketsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := security.New(security.Options{})
		for i := range 1500 {
			run(t, k, "rate", fmt.Sprintf(`{"key":"%d","per_second":1,"burst":1}`, i))
		}
		if got := run(t, k, "status", `{}`); !strings.Contains(got, `"buckets":1000,`) {
			t.Errorf("got %s, want 1000 buckets", got)
		}
		if freed := k.Cleanup(t.Context()); freed.Items != 0 {
			t.Errorf("%d buckets were let go that were not full", freed.Items)
		}
		time.Sleep(time.Second)
		if freed := k.Cleanup(t.Context()); freed.Items != 1000 {
			t.Errorf("%d buckets were let go, want all of them", freed.Items)
		}
	})
}

// TestRateConcurrently has many ask at once: as many are let through as there are
// tokens.
func TestRateConcurrently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := security.New(security.Options{})
		var allowed atomic.Int32
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if strings.Contains(run(t, k, "rate", `{"key":"a","per_second":0.001,"burst":10}`), `"allowed":true`) {
					allowed.Add(1)
				}
			})
		}
		all.Wait()
		if n := allowed.Load(); n != 10 {
			t.Errorf("%d were let through, want 10", n)
		}
	})
}
