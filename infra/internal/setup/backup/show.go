package backup

import (
	"fmt"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Exported is what a file holds, without the values of secrets.
type Exported struct {
	File       string   `json:"file"`
	Stage      string   `json:"stage"`
	Account    string   `json:"account"`
	Region     string   `json:"region"`
	Parameters []Stored `json:"parameters"`
	Missing    []string `json:"missing"` // secrets that no command has stored for the stage
}

// Stored is a SecureString, without its value.
type Stored struct {
	Name    string `json:"name"`
	Version int64  `json:"version"`
}

// Imported is what an import has written.
type Imported struct {
	Plan
	Stored []Stored `json:"stored"` // without what was there already
}

// Describe returns what a file with the bundle holds.
func (b Bundle) Describe(file string) Exported {
	e := Exported{File: file, Stage: b.Stage, Account: b.Account, Region: b.Region, Parameters: []Stored{}, Missing: []string{}}
	versions := map[string]int64{}
	for _, p := range b.Parameters {
		versions[p.Name] = p.Version
	}
	for _, name := range b.stage().SecretParameters() {
		whole := config.ParameterPrefix(b.Stage) + name
		if version, ok := versions[name]; ok {
			e.Parameters = append(e.Parameters, Stored{whole, version})
		} else {
			e.Missing = append(e.Missing, whole)
		}
	}
	return e
}

// Show writes for a person what was exported.
func (e Exported) Show(to *ui.Screen) {
	to.Printf("%s %s: the settings of the stage %s, and these secrets of the account %s, %s:\n", to.Good("wrote"), e.File, e.Stage, e.Account, e.Region)
	t := to.Table("  ")
	for _, p := range e.Parameters {
		t.Row(p.Name, fmt.Sprint("version ", p.Version))
	}
	for _, name := range e.Missing {
		t.Row(name, to.Dim("not stored, so not exported"))
	}
	t.Flush()
	to.Printf("Only the passphrase opens the file: keep the two in different places. `hearthgate import` brings the stage back.\n")
}

// Show writes for a person what an import writes.
func (p Plan) Show(to *ui.Screen) {
	if p.Exists {
		to.Printf("%s is there already, and changes:\n", p.File)
	} else {
		to.Printf("%s is new:\n", p.File)
	}
	setup.ShowChanges(to, p.Changes)
	if len(p.Changes) == 0 {
		to.Printf("  nothing\n")
	}
	to.Printf("secrets in the account %s, %s:\n", p.Account, p.Region)
	t := to.Table("  ")
	for _, parameter := range p.Parameters {
		switch {
		case parameter.Same:
			t.Row(parameter.Name, fmt.Sprint("stays: version ", parameter.Replaces, " is the same"))
		case parameter.Replaces > 0:
			t.Row(parameter.Name, fmt.Sprint("replaces version ", parameter.Replaces))
		default:
			t.Row(parameter.Name, "is new")
		}
	}
	t.Flush()
	if len(p.Parameters) == 0 {
		to.Printf("  none\n")
	}
	for _, note := range p.Notes {
		to.Printf("%s %s\n", to.Bad("note:"), ui.Lines(note))
	}
}

// Show writes for a person what was imported.
func (i Imported) Show(to *ui.Screen) {
	to.Printf("%s %s\n", to.Good("wrote"), i.File)
	for _, s := range i.Stored {
		to.Printf("%s %s, version %d, in account %s, %s\n", to.Good("stored"), s.Name, s.Version, i.Account, i.Region)
	}
	to.Printf("Next: %s\n", to.Bold(i.Next))
}
