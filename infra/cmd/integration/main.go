// Command integration packs the integration for Home Assistant, as a release has it:
// `make integration`.
package main

import (
	"bytes"
	"os"
	"path/filepath"

	"github.com/hearthgate/hearthgate/infra/integration/pack"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/project/atomicfile"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func main() {
	if err := run(); err != nil {
		ui.New(os.Stderr, os.Getenv).Printf("integration: %v\n", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := project.Root()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := pack.Write(&b, filepath.Join(root, "infra", "integration", "custom_components", "hearthgate")); err != nil {
		return err
	}
	path := filepath.Join(root, ".build", "hearthgate.zip")
	if err := atomicfile.Write(path, b.Bytes(), 0o644); err != nil {
		return err
	}
	ui.New(os.Stdout, os.Getenv).Printf("wrote %s\n", path)
	return nil
}
