package project

import (
	"cmp"
	"context"
	"runtime"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Build says what a program is.
type Build struct {
	Version  string `json:"version"`         // the tag or the commit, "unknown" without one
	Go       string `json:"go"`              // version of Go
	Platform string `json:"platform"`        // "linux/amd64"
	Clone    string `json:"clone,omitempty"` // the folder of the clone; absent outside one
}

// ThisBuild returns what this program is. One that `go run` started has no version of
// its own: it has that of its clone.
func ThisBuild(ctx context.Context) Build {
	b := Build{Version: config.Version(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if root, err := Root(); err == nil {
		b.Clone = root
		if b.Version == "unknown" {
			b.Version = cmp.Or(Version(ctx, root), b.Version)
		}
	}
	return b
}

// Show prints the build in a line.
func (b Build) Show(to *ui.Screen) {
	to.Printf("hearthgate %s (%s, %s)\n", b.Version, b.Go, b.Platform)
}
