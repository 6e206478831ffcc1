package app

import (
	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

func init() {
	const set = `cache.set {"key":"a","value":1}`
	const below = `cache.set {"namespace":"discovery","key":"a","value":1}`
	const use = `cache.bulk_get {"namespace":"discovery","keys":["a","a","a","a"]}`
	a := `{"key":"a"}`
	bulk := `{"namespace":"negative","entries":{"a":1,"b":{"token":"` + canary + `"}}}`
	walks[core.Cache] = []walk{
		{op: "cache.get", differ: "value",
			one: visit{in: a, before: after(set)},
			two: visit{in: a, before: after(`cache.set {"key":"a","value":2}`)}},
		{op: "cache.set", differ: "entries",
			one: visit{in: `{"key":"a","value":1}`},
			two: visit{in: `{"key":"a","value":1}`, before: after(`cache.set {"key":"b","value":1}`)}},
		{op: "cache.delete", differ: "deleted", one: visit{in: a}, two: visit{in: a, before: after(set)}},
		{op: "cache.exists", differ: "exists", one: visit{in: a}, two: visit{in: a, before: after(set)}},
		{op: "cache.expire", differ: "hits",
			one: visit{in: `{"key":"a","ttl_seconds":9}`, before: after(set)},
			two: visit{in: `{"key":"a","ttl_seconds":9}`, before: after(set, `cache.get {"key":"a"}`)}},
		{op: "cache.ttl", differ: "by_use",
			one: visit{in: a, before: after(set)},
			two: visit{in: a, before: after(`cache.set {"key":"a","value":1,"ttl_seconds":60}`)}},
		{op: "cache.bulk_get", differ: "missing.0",
			one: visit{in: `{"keys":["a","b"]}`, before: after(set)},
			two: visit{in: `{"keys":["a","b"]}`, before: after(`cache.set {"key":"b","value":1}`)}},
		{op: "cache.bulk_set", differ: "levels.disk",
			one: visit{in: bulk},
			two: visit{in: bulk, env: map[string]string{config.EnvTokenSource: string(config.Linked)}}}, // no key to seal it with
		{op: "cache.keys", differ: "keys.0.key",
			one: visit{in: `{"pattern":"*b"}`, before: after(`cache.bulk_set {"entries":{"a":1,"ab":2}}`)},
			two: visit{in: `{"pattern":"?"}`, before: after(`cache.bulk_set {"entries":{"a":1,"ab":2}}`)}},
		{op: "cache.size", differ: "disk_files",
			one: visit{in: `{"namespace":"discovery"}`, before: after(below)},
			two: visit{in: `{"namespace":"negative"}`, before: after(below)}},
		{op: "cache.clear", differ: "entries",
			one: visit{in: `{"pattern":"a*"}`, before: after(set)},
			two: visit{in: `{"pattern":"b*"}`, before: after(set)}},
		{op: "cache.stats", differ: "levels.0.hits",
			one: visit{in: `{"namespace":"response"}`, before: after(set, `cache.get {"key":"a"}`)},
			two: visit{in: `{"namespace":"response"}`, before: after(set)}},
		{op: "cache.optimize", differ: "memory.items",
			one: visit{in: `{"namespace":"response","max_bytes":1}`, before: after(set)},
			two: visit{in: `{"namespace":"response"}`, before: after(set)}},
		{op: "cache.backup", differ: "entries",
			one: visit{in: `{"level":"disk","namespace":"discovery"}`, before: after(below)},
			two: visit{in: `{"level":"disk","namespace":"discovery"}`}},
		{op: "cache.restore", differ: "entries",
			one: visit{in: `{"namespace":"discovery"}`, before: after(below, `cache.optimize {"namespace":"discovery","max_bytes":1}`)},
			two: visit{in: `{"namespace":"discovery"}`, before: after(below)}},
		{op: "cache.health", differ: "points",
			one: visit{}, two: visit{env: map[string]string{config.EnvToken: ""}, before: after(set)}},
		{op: "cache.preload", differ: "loaded",
			one: visit{in: `{}`, before: after(below, use, `cache.optimize {"namespace":"discovery","max_bytes":1}`)},
			two: visit{in: `{}`, before: after(below, use)}},
	}
}
