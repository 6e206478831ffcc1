package main

import "github.com/hearthgate/hearthgate/function/core"

func init() {
	walks[core.Cache] = []walk{
		{op: "cache.get", differ: "value",
			one: visit{in: `{"key":"a"}`, before: after(`cache.set {"key":"a","value":1}`)},
			two: visit{in: `{"key":"a"}`, before: after(`cache.set {"key":"a","value":2}`)}},
		{op: "cache.set", differ: "entries",
			one: visit{in: `{"key":"a","value":1}`},
			two: visit{in: `{"key":"a","value":1}`, before: after(`cache.set {"key":"b","value":1}`)}},
	}
}
