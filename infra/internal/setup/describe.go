package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Description is the file of a stage as it was written.
type Description struct {
	File    string   `json:"file"` // below the root of the clone, or absolute
	Region  string   `json:"region"`
	New     bool     `json:"new"`     // there was no such file before
	Changes []Change `json:"changes"` // from what was there or, in a new file, from the defaults
	Next    string   `json:"next"`    // the command to run next

	Warnings []string `json:"warnings,omitempty"` // what the owner should know of the stage
}

// describe returns the description of a stage that is to be written.
func describe(stages project.StageFolder, before, after config.Stage, isNew bool) Description {
	d := Description{
		File: stages.File(after.Name), Region: after.Region, New: isNew,
		Changes: Changes(before, after), Warnings: after.Warnings(),
		Next: "hearthgate token --stage " + after.Name,
	}
	switch {
	case after.HasRelay():
		d.Next = "hearthgate deploy --stage " + after.Name
	case after.SecretHeaders && !before.SecretHeaders:
		d.Next = "hearthgate headers --stage " + after.Name
	case after.TokenSource == config.Linked:
		d.Next = "hearthgate deploy --stage " + after.Name
	}
	return d
}

// existing returns the stage of a file, or a new stage if there is no file. Wrong values
// in the file are reported by the questions for them.
func existing(stages project.StageFolder, name string) (config.Stage, bool, error) {
	s, err := stages.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return config.NewStage(name), false, nil
	}
	return s, true, err
}

// confirm shows what would change in a file and asks whether it may.
func (d Description) confirm(ctx context.Context, o Options) error {
	if len(d.Changes) == 0 {
		return nil
	}
	o.Out.Printf("what changes in %s:\n", d.File)
	ShowChanges(o.Out, d.Changes)
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
	if d.New {
		to.Printf("%s %s: region %s.\n", to.Good("wrote"), d.File, d.Region)
		t := to.Table("  ")
		for _, c := range d.Changes {
			t.Row(c.Field, c.After)
		}
		t.Flush()
	} else {
		to.Printf("%s %s: region %s, %s changed.\n", to.Good("wrote"), d.File, d.Region, count(len(d.Changes), "field"))
	}
	for _, warning := range d.Warnings {
		to.Printf("%s %s\n", to.Bad("warning:"), warning)
	}
	to.Printf("Next: %s\n", to.Bold(d.Next))
}

// count returns a number with its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprint(n, " ", noun)
}
