package cache_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

// A value outlives the process that set it: the second store starts with empty memory
// and finds it on disk.
func Example() {
	dir, err := os.MkdirTemp("", "cache")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	for process := range 2 {
		d := core.NewDispatcher(cache.New(cache.Options{Dir: dir, Clean: func([]byte) bool { return true }}))
		in := cache.GetInput{Namespace: cache.Discovery, Key: "home"}
		if process == 0 {
			stored, err := core.Do(ctx, d, cache.Set, cache.SetInput{Namespace: in.Namespace, Key: in.Key, Value: json.RawMessage(`["kitchen"]`)})
			fmt.Println(stored.Levels, err)
		}
		entry, err := core.Do(ctx, d, cache.Get, in)
		fmt.Println(string(entry.Value), entry.Level, err)
	}
	// Output:
	// [memory disk] <nil>
	// ["kitchen"] memory <nil>
	// ["kitchen"] disk <nil>
}
