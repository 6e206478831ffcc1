package skillsetup

import (
	"context"
	"fmt"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Deleted is what a run of [Setup.Delete] removed.
type Deleted struct {
	Skills []Removed `json:"skills"`
	Login  bool      `json:"login"` // the login was deleted too
	Next   string    `json:"next"`
}

// A Removed is a skill that the stage no longer has.
type Removed struct {
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Existed bool   `json:"existed"` // Amazon had it until now
}

// Delete deletes the stage's skills of these kinds at Amazon and takes their ids out of
// its file. With logout it deletes the login as well, last. It asks first.
func (s *Setup) Delete(ctx context.Context, which []string, logout bool) (Deleted, error) {
	done := Deleted{Skills: []Removed{}, Next: s.command("deploy") + ", which takes the skills' right to invoke the function"}
	var doomed []string
	for _, kind := range which {
		if *id(&s.Stage, kind) != "" {
			doomed = append(doomed, kind)
			s.Out.Printf("the %s %s is deleted at Amazon, and with it what it linked\n", nameOf(kind), *id(&s.Stage, kind))
		}
	}
	if logout {
		s.Out.Printf("the login in %s is deleted\n", s.Stage.LoginParameterName())
	}
	if doomed == nil && !logout {
		return done, fmt.Errorf("the stage %s has no skill to delete", s.Stage.Name)
	}
	if err := s.confirm(ctx, "Delete?"); err != nil {
		return done, err
	}
	if doomed != nil {
		client, err := s.client(ctx)
		if err != nil {
			return done, err
		}
		for _, kind := range doomed {
			skill := *id(&s.Stage, kind)
			existed, err := client.Delete(ctx, skill)
			if err == nil {
				err = s.remember(kind, "")
			}
			if err != nil {
				return done, fmt.Errorf("%w; its id stays in the stage", err)
			}
			done.Skills = append(done.Skills, Removed{kind, skill, existed})
		}
	}
	if !logout {
		return done, nil
	}
	var err error
	done.Login, err = s.Account.DeleteParameter(ctx, s.Stage.LoginParameterName())
	return done, err
}

// Show writes for a person what was deleted.
func (d Deleted) Show(to *ui.Screen) {
	for _, m := range d.Skills {
		if m.Existed {
			to.Printf("%s the %s %s\n", to.Good("deleted"), nameOf(m.Kind), m.ID)
		} else {
			to.Printf("%s the %s %s, which Amazon did not have any more\n", to.Good("forgot"), nameOf(m.Kind), m.ID)
		}
	}
	if d.Login {
		to.Printf("%s the login\n", to.Good("deleted"))
	}
	if len(d.Skills) > 0 {
		to.Printf("Next: %s\n", to.Bold(d.Next))
	}
}
