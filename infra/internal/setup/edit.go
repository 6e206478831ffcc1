package setup

import (
	"slices"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// SetField sets a field of a stage to what a person typed if that is right: it makes no
// problem, in this field or another, that was not there before. Else the stage is
// unchanged.
func SetField(s *config.Stage, field, typed string) error {
	return edit(s, field, func(after *config.Stage) error { return after.Set(field, typed) })
}

// UnsetField gives a field of a stage its default, as [SetField] sets it.
func UnsetField(s *config.Stage, field string) error {
	return edit(s, field, func(after *config.Stage) error { return after.Unset(field) })
}

func edit(s *config.Stage, field string, change func(*config.Stage) error) error {
	after := *s
	if err := change(&after); err != nil {
		return err
	}
	before := s.Problems()
	for _, p := range after.Problems() {
		known := slices.ContainsFunc(before, func(old *config.FieldError) bool { return old.Field == p.Field && old.Problem == p.Problem })
		if p.Field == field || !known {
			return p
		}
	}
	*s = after
	return nil
}

// An Edited is a stage's file after one field was set.
type Edited struct {
	File     string   `json:"file"`
	Changes  []Change `json:"changes"`            // more than one where the region follows the locale
	Problems []string `json:"problems,omitempty"` // what was wrong before and still is
	Warnings []string `json:"warnings,omitempty"`
	Next     string   `json:"next,omitempty"` // the command to run next
}

// Edit changes a field of a stage that has a file, and writes the file if that changes
// anything.
func Edit(stages project.StageFolder, stage, field string, change func(*config.Stage) error) (Edited, error) {
	before, err := stages.Open(stage)
	if err != nil {
		return Edited{}, err
	}
	after := before
	if err := change(&after); err != nil {
		return Edited{}, err
	}
	e := Edited{File: stages.File(stage), Changes: Changes(before, after), Warnings: after.Warnings()}
	for _, p := range after.Problems() {
		e.Problems = append(e.Problems, p.Error())
	}
	if len(e.Changes) == 0 {
		return e, nil
	}
	e.Next = "hearthgate deploy --stage " + stage
	if err := Write(stages.FilePath(stage), after); err != nil {
		return Edited{}, err
	}
	return e, OpenDraft(stages, stage).Forget(field)
}

// Show writes for a person what was changed.
func (e Edited) Show(to *ui.Screen) {
	if len(e.Changes) == 0 {
		to.Printf("%s: nothing changes.\n", e.File)
	} else {
		to.Printf("%s %s:\n", to.Good("wrote"), e.File)
		ShowChanges(to, e.Changes)
	}
	for _, problem := range e.Problems {
		to.Printf("%s %s\n", to.Bad("still wrong:"), problem)
	}
	for _, warning := range e.Warnings {
		to.Printf("%s %s\n", to.Bad("warning:"), warning)
	}
	if e.Next != "" {
		to.Printf("Next: %s\n", to.Bold(e.Next))
	}
}
