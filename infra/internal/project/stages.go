package project

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
)

// EnvStages is the environment variable that names the folder of the stages. Default:
// [config.StagesDir] of the clone.
const EnvStages = "HEARTHGATE_STAGES"

// StageFolder is the folder of the owner's stages.
type StageFolder struct {
	config.Folder
	Dir string // its absolute path
}

// FilePath returns the absolute path of a stage's file.
func (f StageFolder) FilePath(name string) string { return filepath.Join(f.Dir, name+".json") }

// Stages returns the folder of the stages. Everything that reads or writes a stage asks
// it where. A folder of [EnvStages] must exist; that of the clone need not.
func Stages() (StageFolder, error) {
	if dir := os.Getenv(EnvStages); dir != "" {
		if err := checkStages(dir); err != nil {
			return StageFolder{}, err
		}
		dir = filepath.Clean(dir)
		return StageFolder{config.Folder{FS: os.DirFS(dir), Path: dir}, dir}, nil
	}
	root, err := Root()
	if err != nil {
		return StageFolder{}, err
	}
	dir := filepath.Join(root, config.StagesDir)
	return StageFolder{config.Folder{FS: os.DirFS(dir), Path: config.StagesDir}, dir}, nil
}

// checkStages says what is wrong with the folder of [EnvStages]. A relative path would be
// another folder for each working directory, and the CDK runs in its own.
func checkStages(dir string) error {
	const fix = "set it to the path of an existing folder of stages, beginning with /, or unset it to use " + config.StagesDir + " of the clone"
	info, err := os.Stat(dir)
	switch {
	case !filepath.IsAbs(dir):
		return fmt.Errorf("%s is %s, which does not begin with /: %s", EnvStages, dir, fix)
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s is %s, and there is no such folder: create it, or %s", EnvStages, dir, fix)
	case err != nil:
		return fmt.Errorf("%s is %s, which cannot be read (%w): %s", EnvStages, dir, err, fix)
	case !info.IsDir():
		return fmt.Errorf("%s is %s, which is a file: %s", EnvStages, dir, fix)
	}
	return nil
}

// Synthesized returns the folder that the CDK app of the clone at root synthesizes: that
// of the stages or, where there is no stage yet, that of the examples. The note says so;
// it is empty for stages.
func Synthesized(root string) (folder config.Folder, note string, err error) {
	stages, err := Stages()
	if err != nil || len(stages.Names()) > 0 {
		return stages.Folder, "", err
	}
	examples := config.Folder{FS: os.DirFS(filepath.Join(root, config.ExamplesDir)), Path: config.ExamplesDir}
	return examples, "no stage in " + stages.Path + " yet: synthesizing the examples", nil
}

// Layout returns which dashboards the stages of this clone have.
func Layout() (monitoring.Layout, error) {
	folder, err := Stages()
	if err != nil {
		return monitoring.Layout{}, err
	}
	stages, err := folder.LoadAll()
	return monitoring.LayoutOf(stages), err
}

// Stage loads a stage.
func Stage(name string) (config.Stage, error) {
	stages, err := Stages()
	if err != nil {
		return config.Stage{}, err
	}
	s, err := stages.Open(name)
	if err != nil {
		return s, err
	}
	return s, s.Validate()
}

// Home loads a stage, or of "prod/cabin" what [config.Stage.At] has of its further home.
func Home(name string) (config.Stage, error) {
	stage, home := config.SplitHome(name)
	s, err := Stage(stage)
	if err != nil || home == "" {
		return s, err
	}
	if home == config.FirstHome {
		home = ""
	}
	at, ok := s.At(home)
	if !ok {
		there := "it has only one"
		if names := slices.Sorted(maps.Keys(s.Homes)); len(names) > 0 {
			there = "it has " + config.FirstHome + ", " + strings.Join(names, ", ")
		}
		return s, fmt.Errorf("the stage %s has no home %.40q: %s; `hearthgate config set homes.NAME.homeAssistantUrl https://... --stage %[1]s` adds one", stage, home, there)
	}
	return at, nil
}

// Homes loads a stage, and returns with it what [config.Stage.Each] does; of "prod/cabin"
// only the home cabin.
func Homes(name string) (s config.Stage, homes []config.Stage, err error) {
	at, err := Home(name)
	if err != nil {
		return at, nil, err
	}
	stage, home := config.SplitHome(name)
	if home == "" {
		return at, at.Each(), nil
	}
	s, err = Stage(stage)
	return s, []config.Stage{at}, err
}

// HomeNames returns the names of the stages, and behind each those of its further homes, as
// [Home] takes them.
func HomeNames() (names []string) {
	stages, err := Stages()
	if err != nil {
		return nil
	}
	for _, name := range stages.Names() {
		names = append(names, name)
		if s, err := stages.Read(name); err == nil && len(s.Homes) > 0 {
			for _, at := range s.Each()[1:] {
				names = append(names, at.FullName())
			}
		}
	}
	return names
}

// Open reads a stage whose values may be wrong: [config.Stage.Problems] says what of them
// is. The error of a stage that does not exist says which do, and is [fs.ErrNotExist].
func (f StageFolder) Open(name string) (config.Stage, error) {
	if stage, home := config.SplitHome(name); home != "" {
		return config.Stage{}, fmt.Errorf("%s is one home of a stage, and this is about the whole stage: write --stage %s", name, stage)
	}
	if err := config.CheckName(name); err != nil {
		return config.Stage{}, err
	}
	s, err := f.Read(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	there := "which has no stage yet: "
	if names := f.Names(); len(names) > 0 {
		there = "which has " + strings.Join(names, ", ") + ": name one of them, or "
	}
	return s, &noStageError{fmt.Sprintf("there is no stage %q in %s, %sdescribe it with `hearthgate init --stage %s`", name, f.Path, there, name)}
}

// noStageError is [fs.ErrNotExist] for a person.
type noStageError struct{ text string }

func (e *noStageError) Error() string     { return e.text }
func (e *noStageError) Is(err error) bool { return err == fs.ErrNotExist }

// StageNames returns the names of the stages, none where their folder is not found.
func StageNames() []string {
	stages, err := Stages()
	if err != nil {
		return nil
	}
	return stages.Names()
}
