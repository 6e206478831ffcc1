package up

import (
	"context"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/skill"
	"github.com/hearthgate/hearthgate/infra/internal/skill/skillsetup"
	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
)

// skills has the skills made, so that the function can be told who may call it. Their
// endpoint comes later.
func (w *way) skills(ctx context.Context) (string, error) {
	kinds, err := skillsetup.Kinds(w.choices.kind)
	if err != nil {
		return "", err
	}
	s := w.setup()
	loggedIn, err := s.HasLogin(ctx)
	if err != nil {
		return "", err
	}
	if w.choices.by == "" {
		w.choices.by = byHand
		if loggedIn {
			w.choices.by = byAPI
		}
	}
	if w.choices.by == byHand {
		return w.byHand(ctx, kinds)
	}
	if !loggedIn {
		done, err := s.Login(ctx, w.Login)
		if err != nil {
			return "", err
		}
		done.ShowReturnURLs(w.Out)
	}
	created, err := s.Create(ctx, kinds, "")
	w.stage = s.Stage
	if err != nil {
		return "", err
	}
	var found []string
	for _, made := range created.Skills {
		found = append(found, made.ID)
	}
	return strings.Join(found, ", "), nil
}

// byHand asks for the ids of the skills that the owner creates in the console.
func (w *way) byHand(ctx context.Context, kinds []string) (string, error) {
	s := w.stage
	i := &setup.Interview{Stage: &s, Out: w.Out, Prompt: w.Prompt, Offline: true}
	var found []string
	for _, kind := range kinds {
		field := "smartHomeSkillId"
		if kind == smapi.Custom {
			field = "customSkillId"
		}
		q, _ := setup.QuestionFor(field)
		q.Optional = false
		q.Help = []string{"Create it at " + alexa.SkillsPage + " with the Amazon account that your Echo uses: Create Skill, locale " + s.Locale + ", then copy the id that begins with amzn1.ask.skill."}
		for s.Text(field) == "" {
			if w.Prompt == nil {
				return "", fmt.Errorf("the skill has no id yet: create it at %s, and give its id with --%s", alexa.SkillsPage, q.Flag)
			}
			if err := i.Ask(ctx, q); err != nil {
				return "", err
			}
		}
		found = append(found, s.Text(field))
	}
	return strings.Join(found, ", "), w.save(s)
}

// link gives the skills their endpoint and their account linking: by Amazon's API, or it
// prints what to type.
func (w *way) link(ctx context.Context) (string, error) {
	if w.choices.by == byHand {
		if w.choices.first {
			skill.NewConsole(w.stage, w.rollout.Endpoint).Show(w.Out)
		}
		return "`hearthgate skill fields --stage " + w.Stage + "` prints what the developer console has to have", nil
	}
	s := w.setup()
	s.Yes = w.Yes || w.choices.first // it is new: nothing of the owner's is overwritten
	linked, err := s.Link(ctx, skillsetup.LinkOptions{})
	if err != nil {
		return "", err
	}
	if len(linked.Changed) == 0 {
		return "Amazon has everything as the function needs it", nil
	}
	return fmt.Sprintf("%d values changed at Amazon", len(linked.Changed)), nil
}

func (w *way) setup() *skillsetup.Setup {
	return &skillsetup.Setup{Stages: w.Stages, Stage: w.stage, Account: w.account, Out: w.Out, Prompt: w.Prompt, Yes: w.Yes, Draft: w.draft}
}
