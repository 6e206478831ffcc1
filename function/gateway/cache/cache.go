// Package cache is the cache gateway: remember, on three levels. It serves the
// others by remembering what an operation returned, for inputs that are [Keyed].
//
//	operation  input          output
//	get        GetInput       Entry
//	set        SetInput       Stored
//	delete     DeleteInput    Deleted
//	exists     ExistsInput    Presence
//	expire     ExpireInput    Life
//	ttl        TTLInput       Life
//	bulk_get   BulkGetInput   Found
//	bulk_set   BulkSetInput   BulkStored
//	keys       KeysInput      Listing
//	size       SizeInput      Size
//	clear      ClearInput     Cleared
//	stats      StatsInput     Stats
//	optimize   OptimizeInput  Optimized
//	backup     BackupInput    Copied
//	restore    RestoreInput   Copied
//	preload    PreloadInput   Preloaded
//
// There are three levels: memory, files in a folder, which outlive the process,
// and a table, which outlives the machine. A look-up goes down them until one has
// the value, and leaves it on those above. Files and table are there when
// [Options] say so; what is wrong with them costs no caller more than time within
// a small budget, and is told once.
package cache

import "github.com/hearthgate/hearthgate/function/core"

// Operations of the gateway.
var (
	// Get returns what is kept under a key.
	Get = core.Define[GetInput, Entry](core.Cache, "get",
		"Return what is kept under a key, from the first level that has it; an error of kind not_found if there is nothing, or nothing any more.")

	// Set keeps a value under a key.
	Set = core.Define[SetInput, Stored](core.Cache, "set",
		"Keep a value under a key for a time, on every level that may have it, and return which do.")

	// Delete forgets a key.
	Delete = core.Define[DeleteInput, Deleted](core.Cache, "delete",
		"Forget what is kept under a key, on every level, and return which had it.")

	// Exists says whether something is kept under a key.
	Exists = core.Define[ExistsInput, Presence](core.Cache, "exists",
		"Return whether something is kept under a key, and on which levels.")

	// Expire changes how long an entry holds.
	Expire = core.Define[ExpireInput, Life](core.Cache, "expire",
		"Have what is kept under a key hold for another time from now on, and return it; an error of kind not_found if there is nothing.")

	// TTL returns how long an entry holds.
	TTL = core.Define[TTLInput, Life](core.Cache, "ttl",
		"Return how long what is kept under a key still holds; an error of kind not_found if there is nothing.")

	// BulkGet returns what is kept under several keys.
	BulkGet = core.Define[BulkGetInput, Found](core.Cache, "bulk_get",
		"Return what is kept under several keys of a namespace, and those under which there is nothing.")

	// BulkSet keeps several values.
	BulkSet = core.Define[BulkSetInput, BulkStored](core.Cache, "bulk_set",
		"Keep several values of a namespace for the same time, and return how many are kept on each level.")

	// Keys lists keys.
	Keys = core.Define[KeysInput, Listing](core.Cache, "keys",
		"Return the keys that match a pattern, on the levels that can be listed: memory and disk.")

	// GetSize returns how much is kept.
	GetSize = core.Define[SizeInput, Size](core.Cache, "size",
		"Return how many entries are kept, and what room they take, in memory and on disk.")

	// Clear forgets the keys that match a pattern.
	Clear = core.Define[ClearInput, Cleared](core.Cache, "clear",
		"Forget every entry whose key matches a pattern, on every level, and return how many there were.")

	// GetStats returns what the levels did.
	GetStats = core.Define[StatsInput, Stats](core.Cache, "stats",
		"Return hits, misses, sets, evictions, bytes and hit rate of each namespace and level since the process started.")

	// Optimize gives room back.
	Optimize = core.Define[OptimizeInput, Optimized](core.Cache, "optimize",
		"Let go of what has expired, shrink what is left to a size, and return what was freed on each level.")

	// Backup copies memory to the levels below.
	Backup = core.Define[BackupInput, Copied](core.Cache, "backup",
		"Copy what is in memory, and how often each key was used, to the levels below, and return how much went there.")

	// Restore copies the levels below to memory.
	Restore = core.Define[RestoreInput, Copied](core.Cache, "restore",
		"Copy what the levels below have to memory, where it is not yet, and return how much came.")

	// Preload loads what was used most.
	Preload = core.Define[PreloadInput, Preloaded](core.Cache, "preload",
		"Load the keys that were used most, this process and those before it counted, from the levels below into memory within a time, and return how many.")
)

// Gateway returns [core.Cache].
func (*Store) Gateway() core.Gateway { return core.Cache }

// Bind binds the operations of the gateway to d.
func (s *Store) Bind(d *core.Dispatcher) {
	core.Handle(d, Get, s.get)
	core.Handle(d, Set, s.set)
	core.Handle(d, Delete, s.delete)
	core.Handle(d, Exists, s.exists)
	core.Handle(d, Expire, s.expire)
	core.Handle(d, TTL, s.ttl)
	core.Handle(d, BulkGet, s.bulkGet)
	core.Handle(d, BulkSet, s.bulkSet)
	core.Handle(d, Keys, s.keys)
	core.Handle(d, GetSize, s.size)
	core.Handle(d, Clear, s.clear)
	core.Handle(d, GetStats, s.stats)
	core.Handle(d, Optimize, s.optimize)
	core.Handle(d, Backup, s.backup)
	core.Handle(d, Restore, s.restore)
	core.Handle(d, Preload, s.preload)
}
