package app

import (
	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

func init() {
	const (
		a     = `{"key":"a"}`
		set   = `cache.set {"key":"a","value":1}`
		below = `cache.set {"namespace":"discovery","key":"a","value":1}`
		use   = `cache.bulk_get {"namespace":"discovery","keys":["a","a","a","a"]}`
		evict = `cache.optimize {"namespace":"discovery","max_bytes":1}`
		two   = `cache.bulk_set {"entries":{"a":1,"ab":2}}`
		bulk  = `{"namespace":"negative","entries":{"a":1,"b":{"token":"` + canary + `"}}}`
	)
	linked := map[string]string{config.EnvTokenSource: string(config.Linked)} // no key, so that nothing can be encrypted
	// A key lives for a minute in the namespace response, and for five from its first use.
	walks[core.Cache] = []walk{
		{op: "cache.get",
			one: visit{in: a, before: after(set), want: `{"value":1,"level":"memory","ttl_seconds":"<290..300>"}`},
			two: visit{in: a, before: after(`cache.set {"key":"a","value":{"b":[2]}}`), want: `{"value":{"b":[2]},"level":"memory"}`}},
		{op: "cache.set",
			one: visit{in: `{"key":"a","value":1}`, want: `{"entries":1,"levels":["memory","disk"],"ttl_seconds":"<50..60>"}`},
			two: visit{in: `{"key":"a","value":1,"ttl_seconds":20}`, before: after(`cache.set {"key":"b","value":1}`),
				want: `{"entries":2,"levels":["memory","disk"],"ttl_seconds":"<10..20>"}`}},
		{op: "cache.delete",
			one: visit{in: a, want: `{"deleted":false,"levels":null}`},
			two: visit{in: a, before: after(set), want: `{"deleted":true,"levels":["memory","disk"]}`}},
		{op: "cache.exists",
			one: visit{in: a, want: `{"exists":false,"level":null}`},
			two: visit{in: a, before: after(set), want: `{"exists":true,"level":"memory"}`}},
		{op: "cache.expire",
			one: visit{in: `{"key":"a","ttl_seconds":19}`, before: after(set), want: `{"by_use":false,"hits":0,"ttl_seconds":"<10..19>"}`},
			two: visit{in: `{"key":"a","ttl_seconds":39}`, before: after(set, `cache.get {"key":"a"}`), want: `{"by_use":false,"hits":1,"ttl_seconds":"<30..39>"}`}},
		{op: "cache.ttl",
			one: visit{in: a, before: after(set), want: `{"by_use":true,"hits":0,"ttl_seconds":"<50..60>"}`},
			two: visit{in: a, before: after(`cache.set {"key":"a","value":1,"ttl_seconds":40}`), want: `{"by_use":false,"hits":0,"ttl_seconds":"<30..40>"}`}},
		{op: "cache.bulk_get",
			one: visit{in: `{"keys":["a","b"]}`, before: after(set), want: `{"entries":{"a":{"value":1,"level":"memory"},"b":null},"missing":["b"]}`},
			two: visit{in: `{"keys":["a","b"]}`, before: after(`cache.set {"key":"b","value":2}`), want: `{"entries":{"a":null,"b":{"value":2}},"missing":["a"]}`}},
		{op: "cache.bulk_set",
			one: visit{in: bulk, want: `{"entries":2,"disk_files":2,"levels":{"memory":2,"disk":2}}`},
			two: visit{in: bulk, env: linked, want: `{"entries":2,"disk_files":0,"disk_bytes":0,"levels":{"memory":2,"disk":null}}`}},
		{op: "cache.keys",
			one: visit{in: `{"pattern":"*b"}`, before: after(two), want: `{"keys":[{"key":"ab","levels":["memory","disk"],"namespace":"response"}],"more":0}`},
			two: visit{in: `{"pattern":"?"}`, before: after(two), want: `{"keys":[{"key":"a","levels":["memory","disk"],"namespace":"response"}],"more":0}`}},
		{op: "cache.size",
			one: visit{in: `{"namespace":"discovery"}`, before: after(below), want: `{"entries":1,"disk_files":1,"bytes":"<100..400>","disk_bytes":"<50..400>"}`},
			two: visit{in: `{"namespace":"negative"}`, before: after(below), want: `{"entries":0,"disk_files":0,"bytes":0,"disk_bytes":0}`}},
		{op: "cache.clear",
			one: visit{in: `{"pattern":"a*"}`, before: after(two), want: `{"entries":2,"disk_files":2}`},
			two: visit{in: `{"pattern":"b*"}`, before: after(two), want: `{"entries":0,"disk_files":0}`}},
		{op: "cache.stats",
			one: visit{in: `{"namespace":"response"}`, before: after(set, `cache.get {"key":"a"}`, `cache.bulk_get {"keys":["b","a"]}`),
				want: `{"lookups":3,"rate":"<0.666..0.667>","levels":{"0":{"level":"memory","namespace":"response","hits":2,"misses":1,"sets":1,"entries":1},
					"1":{"level":"disk","namespace":"response","hits":0,"misses":1,"sets":1,"entries":1},"2":null}}`},
			two: visit{in: `{"namespace":"response"}`, before: after(set),
				want: `{"lookups":0,"rate":0,"levels":{"0":{"hits":0,"misses":0,"sets":1,"rate":0},"1":{"hits":0,"misses":0,"sets":1}}}`}},
		{op: "cache.optimize",
			one: visit{in: `{"namespace":"response","max_bytes":1}`, before: after(two), want: `{"memory":{"items":2},"entries":0,"bytes":0,"disk_files":2}`},
			two: visit{in: `{"namespace":"response"}`, before: after(two), want: `{"memory":{"items":0,"bytes":0},"entries":2,"disk_files":2}`}},
		{op: "cache.backup",
			one: visit{in: `{"level":"disk","namespace":"discovery"}`, before: after(below), want: `{"entries":1,"left":0,"levels":{"disk":1}}`},
			two: visit{in: `{"level":"disk","namespace":"discovery"}`, want: `{"entries":0,"left":0,"bytes":0,"levels":{}}`}},
		{op: "cache.restore",
			one: visit{in: `{"namespace":"discovery"}`, before: after(below, evict), want: `{"entries":1,"left":0,"levels":{"disk":1}}`},
			two: visit{in: `{"namespace":"discovery"}`, before: after(below), want: `{"entries":0,"left":1,"bytes":0,"levels":{}}`}},
		{op: "cache.preload",
			one: visit{before: after(below, use, evict), want: `{"known":1,"loaded":1,"there":0,"gone":0}`},
			two: visit{before: after(below, use), want: `{"known":1,"loaded":0,"there":1,"gone":0}`}},
		{op: "cache.health",
			one: visit{before: after(set, `cache.bulk_get {"keys":["a","b"]}`),
				want: `{"points":100,"reasons":null,"facts":{"hit_rate":0.5,"disk_failures":0,"disk_damaged":0,"evictions":0}}`},
			two: visit{dir: "/dev/null/none", before: after(set),
				want: `{"points":90,"reasons":["~^the folder of the cache cannot be used"],"facts":{"hit_rate":null,"disk_failures":1}}`}},
	}
}
