package setup

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/project/atomicfile"
)

// A Draft keeps the answers about a stage until its file is written, in a file beside it
// that git ignores. Each answer is on the disk before the next question is asked. It holds
// no secrets.
type Draft struct {
	Shown   string // the file, as messages name it
	Damaged bool   // the file could not be read, and its answers are lost

	file    string
	answers map[string]string
}

// OpenDraft returns the draft of a stage. It is empty if no run ended early, and if the
// file is damaged.
func OpenDraft(stages project.StageFolder, stage string) *Draft {
	d := &Draft{
		Shown: stages.File(stage) + ".draft", file: stages.FilePath(stage) + ".draft",
		answers: map[string]string{},
	}
	f, err := os.Open(d.file)
	if errors.Is(err, os.ErrNotExist) {
		return d
	}
	if err == nil {
		defer f.Close()
		const most = 64 << 10 // more than answers need
		var b []byte
		if b, err = io.ReadAll(io.LimitReader(f, most)); err == nil {
			err = json.Unmarshal(b, &d.answers)
		}
	}
	if err != nil || d.answers == nil {
		d.Damaged, d.answers = true, map[string]string{}
	}
	return d
}

// Answer returns the answer to the question about a field.
func (d *Draft) Answer(field string) (text string, ok bool) {
	text, ok = d.answers[field]
	return text, ok
}

// Fields returns what was answered, sorted.
func (d *Draft) Fields() []string { return slices.Sorted(maps.Keys(d.answers)) }

// Keep keeps an answer. The error says that it cannot be kept, and what to do.
func (d *Draft) Keep(field, text string) error {
	d.answers[field] = text
	return d.write()
}

// Forget forgets the answers about some fields.
func (d *Draft) Forget(fields ...string) error {
	before := len(d.answers)
	for _, field := range fields {
		delete(d.answers, field)
	}
	switch {
	case len(d.answers) == 0:
		return d.Delete()
	case len(d.answers) == before:
		return nil
	}
	return d.write()
}

// Delete forgets all answers, and deletes the file.
func (d *Draft) Delete() error {
	d.answers = map[string]string{}
	if err := os.Remove(d.file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func (d *Draft) write() error {
	b, err := json.MarshalIndent(d.answers, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(d.file, append(b, '\n'), 0o600)
}
