package upgrade

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/project/atomicfile"
)

// backup is where changed stages are copied to before anything is touched.
const backup = ".build/upgrade"

// Apply moves the branch of the clone forward to what [Look] has found. Stages that are
// tracked by git and were changed here stay as they are. If it fails, the clone is as it
// was.
func (p Plan) Apply(ctx context.Context) error {
	kept := map[string][]byte{}
	for _, file := range p.stages {
		b, err := os.ReadFile(filepath.Join(p.clone.root, file))
		if err != nil {
			return fmt.Errorf("the stage cannot be read: %w. Nothing was changed", err)
		}
		kept[file] = b
	}
	if err := p.backUp(kept); err != nil {
		return err
	}
	for file := range kept {
		if said, err := p.clone.run(ctx, "checkout", "--quiet", "HEAD", "--", file); err != nil {
			return errors.Join(fmt.Errorf("git does not put %s aside: %s", file, said), p.restore(kept))
		}
	}
	said, err := p.clone.run(ctx, "merge", "--quiet", "--ff-only", p.target)
	if restored := p.restore(kept); restored != nil {
		return restored
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && strings.Contains(said, "would be overwritten"):
		return fmt.Errorf("the new version has files that are here too and that git does not track; move them away and upgrade again. Git says: %s", said)
	case err != nil:
		return fmt.Errorf("git does not move the branch forward: %s", said)
	}
	return nil
}

// backUp copies files of stages to where they stay after the upgrade.
func (p Plan) backUp(kept map[string][]byte) error {
	for file, b := range kept {
		to := filepath.Join(p.clone.root, backup, filepath.Base(file))
		if err := atomicfile.Write(to, b, 0o600); err != nil {
			return fmt.Errorf("the stages cannot be copied: %w. Nothing was changed", err)
		}
	}
	return nil
}

// restore writes files of stages as they were.
func (p Plan) restore(kept map[string][]byte) error {
	for file, b := range kept {
		if err := atomicfile.Write(filepath.Join(p.clone.root, file), b, 0o644); err != nil {
			return fmt.Errorf("%s cannot be written again: %w; a copy is in %s", file, err, backup)
		}
	}
	return nil
}
