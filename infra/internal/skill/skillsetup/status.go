package skillsetup

import (
	"context"

	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

// A Status is what Amazon has of the stage's skills.
type Status struct {
	Skills  []SkillStatus `json:"skills"`
	Differs Differences   `json:"differs"` // empty: all is as the stage needs it
	Next    string        `json:"next,omitempty"`
}

// A SkillStatus is what Amazon has of one skill.
type SkillStatus struct {
	Kind     string `json:"kind"`
	ID       string `json:"id"`
	Endpoint string `json:"endpoint"` // "" for none
	Enabled  bool   `json:"enabled"`  // for the developer
	Events   bool   `json:"events"`   // it may send events; of a Smart Home skill
}

// Status compares the skills as Amazon has them with the stage. It changes nothing.
func (s *Setup) Status(ctx context.Context) (Status, error) {
	status := Status{Skills: []SkillStatus{}, Differs: Differences{}}
	client, err := s.client(ctx)
	if err != nil {
		return status, err
	}
	if s.Stage.SmartHomeSkillID == "" && s.Stage.CustomSkillID == "" {
		status.Next = s.command("skill create")
		return status, nil
	}
	plans, err := s.plans(ctx, client, LinkOptions{})
	if err != nil {
		return status, err
	}
	for _, p := range plans {
		status.Differs = append(status.Differs, p.differences...)
		status.Skills = append(status.Skills, SkillStatus{
			Kind: p.kind, ID: p.id, Endpoint: p.endpoint, Enabled: p.enabled, Events: p.kind == smapi.SmartHome && !p.eventsWanted,
		})
	}
	if len(status.Differs) > 0 {
		status.Next = s.command("skill link")
	}
	return status, nil
}

// Summary returns in a line whether Amazon has what the stage needs. The exit code is 3 if
// it has not.
func (s Status) Summary() fleet.Summary {
	const differs = 3
	switch {
	case len(s.Skills) == 0:
		return fleet.Summary{Level: fleet.Notice, Text: "the stage has no skill yet: " + s.Next, Code: differs}
	case len(s.Differs) == 0:
		return fleet.Summary{Text: "Amazon has the skills as the stage needs them"}
	}
	return fleet.Summary{Level: fleet.Trouble, Text: s.Differs.String() + ": " + s.Next, Code: differs, Weight: len(s.Differs)}
}

// Show writes the status for a person.
func (s Status) Show(to *ui.Screen) {
	if len(s.Skills) == 0 {
		to.Printf("There is no skill of the stage yet.\nNext: %s\n", to.Bold(s.Next))
		return
	}
	t := to.Table("  ")
	for _, k := range s.Skills {
		t.Title(to.Bold(nameOf(k.Kind)) + " " + k.ID)
		t.Row("endpoint", orNone(k.Endpoint))
		t.Row("enabled", yes(k.Enabled, "no: in the Alexa app, More, Skills & Games, Your Skills, Dev"))
		if k.Kind == smapi.SmartHome {
			t.Row("may send events", yes(k.Events, "no"))
		}
	}
	t.Flush()
	if len(s.Differs) == 0 {
		to.Printf("%s\n", to.Good("Amazon has the skills as the stage needs them."))
		return
	}
	to.Printf("%s\n", to.Bad("Amazon has other values than the stage needs:"))
	s.Differs.Show(to)
	to.Printf("Next: %s\n", to.Bold(s.Next))
}

func yes(b bool, no string) string {
	if b {
		return "yes"
	}
	return no
}

func orNone(text string) string {
	if text == "" {
		return "(none)"
	}
	return text
}
