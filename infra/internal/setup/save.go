package setup

import (
	"bytes"
	"encoding/json"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/project/atomicfile"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Change is a field of a stage whose value changes.
type Change struct {
	Field  string `json:"field"`
	Before string `json:"before"` // as JSON
	After  string `json:"after"`
}

// Changes returns what differs between two stages, in the order of [config.Fields].
func Changes(before, after config.Stage) []Change {
	changes := []Change{}
	for _, field := range config.Fields() {
		if was, is := before.Value(field), after.Value(field); !bytes.Equal(was, is) {
			changes = append(changes, Change{field, string(was), string(is)})
		}
	}
	return changes
}

// ShowChanges writes for a person what changes.
func ShowChanges(to *ui.Screen, changes []Change) {
	t := to.Table("  ")
	for _, c := range changes {
		t.Row(c.Field, shownValue(c.Before)+" -> "+shownValue(c.After))
	}
	t.Flush()
}

// shownValue returns a value for a person.
func shownValue(json string) string {
	if json == "null" {
		return "(default)"
	}
	return json
}

// Save writes a stage's file into the folder of the stages. Its draft then has no answers
// about its fields any more.
func Save(stages project.StageFolder, s config.Stage) error {
	if err := Write(stages.FilePath(s.Name), s); err != nil {
		return err
	}
	return OpenDraft(stages, s.Name).Forget(config.Fields()...)
}

// Write writes a stage's file as a whole or not at all.
func Write(file string, s config.Stage) error {
	b, err := Marshal(s)
	if err != nil {
		return err
	}
	return atomicfile.Write(file, b, 0o644)
}

// Marshal returns what a stage's file holds. The region is left out if it follows from the
// locale.
func Marshal(s config.Stage) ([]byte, error) {
	if s.IsDefault("region") {
		s.Region = ""
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(s)
	return b.Bytes(), err
}
