package project

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/hearthgate/hearthgate/config"
)

// Stage loads a stage of the clone that the working directory is in.
func Stage(name string) (config.Stage, error) {
	root, err := Root()
	if err != nil {
		return config.Stage{}, err
	}
	if err := config.CheckName(name); err != nil {
		return config.Stage{}, err
	}
	s, err := config.Load(os.DirFS(root), path.Join(config.StagesDir, name+".json"))
	if errors.Is(err, os.ErrNotExist) {
		there := "there is none yet"
		if names := StageNames(); len(names) > 0 {
			there = "there are " + strings.Join(names, ", ")
		}
		err = fmt.Errorf("there is no stage %q, %s: name one of them, or have `hearthgate init --stage %s` write it", name, there, name)
	}
	return s, err
}

// StageNames returns the stages of the clone that the working directory is in, none
// outside a clone.
func StageNames() []string {
	root, err := Root()
	if err != nil {
		return nil
	}
	return config.Names(os.DirFS(root), config.StagesDir)
}
