package project

import (
	"cmp"
	"context"
	"runtime"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Build says what a program is, and what it works with.
type Build struct {
	Version  string   `json:"version"`            // the tag or the commit, "unknown" without one
	Go       string   `json:"go"`                 // version of Go
	Platform string   `json:"platform"`           // "linux/amd64"
	Clone    string   `json:"clone,omitempty"`    // the folder of the clone; absent without one
	Stages   string   `json:"stages,omitempty"`   // the folder of the stages; absent without one
	Problems []string `json:"problems,omitempty"` // why one of the two is absent
}

// ThisBuild returns what this program is. One that `go run` started has no version of
// its own: it has that of its clone.
func ThisBuild(ctx context.Context) Build {
	b := Build{Version: config.Version(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	root, err := Root()
	if err != nil {
		b.Problems = append(b.Problems, err.Error())
	} else if b.Clone = root; b.Version == "unknown" {
		b.Version = cmp.Or(Version(ctx, root), b.Version)
	}
	stages, problem := Stages()
	b.Stages = stages.Dir
	if problem != nil && (err == nil || problem.Error() != err.Error()) {
		b.Problems = append(b.Problems, problem.Error())
	}
	return b
}

// Show prints the build for a person.
func (b Build) Show(to *ui.Screen) {
	to.Printf("hearthgate %s (%s, %s)\n", b.Version, b.Go, b.Platform)
	t := to.Table("  ")
	t.Row("clone", cmp.Or(b.Clone, "none"))
	t.Row("stages", cmp.Or(b.Stages, "none"))
	t.Flush()
	for _, problem := range b.Problems {
		to.Printf("%s\n", problem)
	}
}
