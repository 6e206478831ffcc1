package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// StagesDir is the folder of the owner's stages, relative to the root of the clone. Git
// ignores them.
const StagesDir = "config/stages"

// ExamplesDir is the folder of the examples, relative to the root of the clone. They are
// synthesized where there is no stage, and never deployed.
const ExamplesDir = StagesDir + "/examples"

// A Folder holds stages, one JSON file each. Files whose name begins with a dot are not
// stages.
type Folder struct {
	FS   fs.FS  // of the folder
	Path string // by which error messages name the folder, such as [StagesDir]
}

// File returns the path by which error messages name a stage's file.
func (f Folder) File(name string) string { return path.Join(f.Path, name+".json") }

// Read reads and decodes a stage, whose values may be wrong. The error contains every
// problem of their types, one [FieldError] each, or is [fs.ErrNotExist].
func (f Folder) Read(name string) (Stage, error) {
	file := f.File(name)
	opened, err := f.FS.Open(name + ".json")
	if err != nil {
		return Stage{}, fmt.Errorf("%s cannot be read: %w; a stage is a JSON file in %s", file, cause(err), f.Path)
	}
	defer opened.Close()
	data, err := io.ReadAll(io.LimitReader(opened, maxSize+1))
	if err != nil {
		return Stage{}, fmt.Errorf("%s cannot be read: %w", file, cause(err))
	}
	return Decode(file, data)
}

// Load reads, decodes and validates a stage. The error contains every problem, one
// [FieldError] each, or is [fs.ErrNotExist].
func (f Folder) Load(name string) (Stage, error) {
	stage, err := f.Read(name)
	if err != nil {
		return stage, err
	}
	return stage, stage.Validate()
}

// LoadAll loads every stage, sorted by name. The error contains the problems of all
// stages.
func (f Folder) LoadAll() ([]Stage, error) {
	var stages []Stage
	var problems []error
	for _, name := range f.Names() {
		stage, err := f.Load(name)
		stages, problems = append(stages, stage), append(problems, err)
	}
	return stages, errors.Join(problems...)
}

// Names returns the names of the stages, sorted. It does not read the files.
func (f Folder) Names() []string {
	files, _ := fs.Glob(f.FS, "*.json") // fails only for an invalid pattern
	var names []string
	for _, file := range files {
		if !strings.HasPrefix(file, ".") {
			names = append(names, nameOf(file))
		}
	}
	return names
}

// cause unwraps a PathError, whose text would repeat the file's name.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
