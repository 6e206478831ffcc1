package config

import (
	"cmp"
	"runtime/debug"
	"sync"
)

// version is set by the linker, with -X, to what `git describe` says of the clone.
var version string

// Version returns what this program was built from: the tag, or the commit, of the
// clone, as in "v1.2.0", "v1.2.0-3-g0920d4012345" or "0920d4012345-dirty" (with
// changes that are not committed). A program that the Makefile did not build has the
// commit that the Go toolchain recorded, and without one "unknown". It is never
// empty.
func Version() string { return resolved() }

var resolved = sync.OnceValue(func() string {
	return cmp.Or(version, recorded(debug.ReadBuildInfo()), "unknown")
})

// recorded returns the commit in a program's build information, as short as
// `git describe` is asked for it; "" if there is none.
func recorded(info *debug.BuildInfo, ok bool) string {
	if !ok {
		return ""
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	revision := settings["vcs.revision"]
	if revision == "" {
		return ""
	}
	revision = revision[:min(len(revision), 12)]
	if settings["vcs.modified"] == "true" {
		revision += "-dirty"
	}
	return revision
}
