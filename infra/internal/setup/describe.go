package setup

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Description is the file of a stage as it was written.
type Description struct {
	File    string   `json:"file"` // below the root of the clone, or absolute
	Region  string   `json:"region"`
	Changes []Change `json:"changes"`
	Next    string   `json:"next"` // the command to run next

	Warnings []string `json:"warnings,omitempty"` // what the owner should know of the stage
}

// Describe completes a stage and writes its file into the folder. A file that exists is
// changed only after a yes.
func Describe(ctx context.Context, stages project.StageFolder, stage string, o Options) (Description, error) {
	if err := config.CheckName(stage); err != nil {
		return Description{}, err
	}
	d := Description{File: stages.File(stage), Next: "hearthgate token --stage " + stage}
	file := stages.FilePath(stage)
	before, exists, err := existing(file, d.File, stage)
	if err != nil {
		return d, err
	}
	after := before
	if o.Edit != nil {
		o.Edit(&after)
	}
	if after, err = Ask(ctx, after, o); err != nil {
		return d, err
	}
	if after.TokenSource == config.Linked {
		d.Next = "hearthgate deploy --stage " + stage
	}
	d.Region, d.Changes, d.Warnings = after.Region, Changes(before, after), after.Warnings()
	if exists {
		if err := d.confirm(ctx, o); err != nil {
			return d, err
		}
	}
	return d, Write(file, after)
}

// existing returns the stage of a file, which errors call shown, or a new stage if there
// is no file. Wrong values in the file are reported by the questions for them.
func existing(file, shown, name string) (config.Stage, bool, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return config.NewStage(name), false, nil
	}
	if err != nil {
		return config.Stage{}, true, err
	}
	s, err := config.Decode(shown, data)
	return s, true, err
}

// confirm shows what would change in a file and asks whether it may.
func (d Description) confirm(ctx context.Context, o Options) error {
	if len(d.Changes) == 0 {
		return nil
	}
	o.Out.Printf("what changes in %s:\n", d.File)
	t := o.Out.Table("  ")
	for _, c := range d.Changes {
		t.Row(c.Field, cmp.Or(c.Before, "(default)")+" -> "+cmp.Or(c.After, "(default)"))
	}
	t.Flush()
	switch {
	case o.Yes:
		return nil
	case o.Prompt == nil:
		return ui.ErrNoTerminal
	}
	return o.Prompt.Confirm(ctx, "Change the file?")
}

// Show writes the description for a person.
func (d Description) Show(to *ui.Screen) {
	fields := "fields"
	if len(d.Changes) == 1 {
		fields = "field"
	}
	to.Printf("%s %s: region %s, %d %s changed.\n", to.Good("wrote"), d.File, d.Region, len(d.Changes), fields)
	for _, warning := range d.Warnings {
		to.Printf("%s %s\n", to.Bad("warning:"), warning)
	}
	to.Printf("Next: %s\n", to.Bold(d.Next))
}

// A Change is a field of a stage whose value changes.
type Change struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Changes returns what differs between two stages, in the order of [config.Fields].
func Changes(before, after config.Stage) []Change {
	was, is := values(before), values(after)
	var changes []Change
	for _, name := range config.Fields() {
		if was[name] != is[name] {
			changes = append(changes, Change{name, was[name], is[name]})
		}
	}
	return changes
}

// values returns a stage's fields as JSON text.
func values(s config.Stage) map[string]string {
	b, _ := json.Marshal(s) // plain fields: cannot fail
	var raw map[string]json.RawMessage
	_ = json.Unmarshal(b, &raw)
	m := map[string]string{}
	for name, v := range raw {
		m[name] = string(v)
	}
	return m
}

// Write writes a stage's file as a whole or not at all. The region is left out if it
// follows from the locale.
func Write(file string, s config.Stage) error {
	if region, err := config.Region(s.Locale); err == nil && region == s.Region {
		s.Region = ""
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	err = os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = os.WriteFile(file+".new", append(b, '\n'), 0o644)
	}
	if err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		return fmt.Errorf("the stage cannot be written: %w; check that you may write to %s", err, filepath.Dir(file))
	}
	return nil
}
