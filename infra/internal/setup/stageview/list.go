// Package stageview shows the owner's stages and their fields.
package stageview

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A List is the stages of a folder.
type List struct {
	Folder string  `json:"folder"` // absolute
	Stages []Stage `json:"stages"` // sorted by name
}

// A Stage is what one home differs in from another.
type Stage struct {
	Name             string             `json:"name"`
	File             string             `json:"file"` // below the root of the clone, or absolute
	Connection       config.Connection  `json:"connection"`
	URL              string             `json:"homeAssistantUrl"`
	Region           string             `json:"region"`
	SmartHomeSkillID string             `json:"smartHomeSkillId"`
	CustomSkillID    string             `json:"customSkillId"`
	TokenSource      config.TokenSource `json:"tokenSource"`
	Production       bool               `json:"production"`
	Problem          string             `json:"problem,omitempty"` // what is wrong with the file; the rest may be missing then
}

// NewList returns the stages of a folder. One whose file is broken is in it, with its
// problem. The error says that there is none, and what to do.
func NewList(stages project.StageFolder) (List, error) {
	list := List{Folder: stages.Dir}
	for _, name := range stages.Names() {
		s, err := stages.Load(name)
		entry := Stage{
			Name: name, File: stages.File(name), Connection: cmp.Or(s.Connection, config.HTTPS), URL: s.URL, Region: s.Region, TokenSource: s.TokenSource, Production: s.Production,
			SmartHomeSkillID: s.SmartHomeSkillID, CustomSkillID: s.CustomSkillID,
		}
		if err != nil {
			entry.Problem = err.Error()
		}
		list.Stages = append(list.Stages, entry)
	}
	if len(list.Stages) == 0 {
		return list, fmt.Errorf("there is no stage in %s yet: describe your home with `hearthgate init`, or name the folder of your stages in %s", stages.Path, project.EnvStages)
	}
	return list, nil
}

// Show writes the list for a person.
func (l List) Show(to *ui.Screen) {
	t := to.Table("")
	t.Row(to.Dim("stage"), to.Dim("home"), to.Dim("region"), to.Dim("skills"), to.Dim("token"), to.Dim("production"))
	for _, s := range l.Stages {
		production := "no"
		if s.Production {
			production = "yes"
		}
		home, token := cmp.Or(s.URL, "-"), cmp.Or(string(s.TokenSource), "-")
		if s.Connection == config.Relay {
			home, token = "by a relay", "-"
		}
		t.Row(s.Name, home, cmp.Or(s.Region, "-"), s.skills(), token, production)
	}
	t.Flush()
	for _, s := range l.Stages {
		if s.Problem != "" {
			to.Printf("%s %s\n", to.Bad("problem:"), ui.Lines(s.Problem))
		}
	}
}

// skills names the skills that a stage has.
func (s Stage) skills() string {
	var all []string
	if s.SmartHomeSkillID != "" {
		all = append(all, "Smart Home")
	}
	if s.CustomSkillID != "" {
		all = append(all, "custom")
	}
	return cmp.Or(strings.Join(all, ", "), "none")
}
