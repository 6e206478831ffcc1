package skillsetup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Kinds returns the kinds of skill that a person names: smart-home, custom or both.
func Kinds(text string) ([]string, error) {
	var all []string
	for _, k := range kinds {
		if text == k.flag || text == "both" {
			all = append(all, k.kind)
		}
	}
	if all == nil {
		return nil, fmt.Errorf("%q is no kind of skill: write smart-home (for \"Alexa, turn on ...\"), custom (for sentences of your own) or both", text)
	}
	return all, nil
}

// A Made is a skill of the stage.
type Made struct {
	Kind string `json:"kind"` // [smapi.SmartHome] or [smapi.Custom]
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	New  bool   `json:"new"` // it did not exist before
}

// Created is what a run of [Setup.Create] made or found.
type Created struct {
	Skills []Made `json:"skills"`
	File   string `json:"file"` // of the stage, which has the ids
	Next   string `json:"next"`
}

// Create creates the stage's skills of these kinds, and writes their ids into its file
// at once. What exists already is found, and not created a second time. The name is the
// owner's choice; default: one with the stage's.
func (s *Setup) Create(ctx context.Context, kinds []string, name string) (Created, error) {
	done := Created{File: s.Stage.File, Next: s.command("deploy") + ", then " + s.command("skill link")}
	client, err := s.client(ctx)
	if err != nil {
		return done, err
	}
	for _, kind := range kinds {
		made, err := s.ensure(ctx, client, kind, skillName(s.Stage, kind, name, len(kinds) > 1))
		if err != nil {
			return done, err
		}
		done.Skills = append(done.Skills, made)
	}
	return done, nil
}

// ensure returns the stage's skill of a kind: that of its file, one that an earlier run
// left at Amazon, or a new one.
func (s *Setup) ensure(ctx context.Context, client *smapi.Client, kind, name string) (Made, error) {
	if known := *id(&s.Stage, kind); known != "" {
		s.Out.Progress("asking Amazon for the " + nameOf(kind) + " of the stage")
		return Made{Kind: kind, ID: known}, s.known(client.Await(ctx, known, smapi.ManifestResource), kind)
	}
	if n := utf8.RuneCountInString(name); n < 2 || n > 50 {
		return Made{}, fmt.Errorf("the name %q has %d characters, and Amazon accepts 2 to 50: give another with --name", name, n)
	}
	// An id that the stage cannot take would be lost.
	changed := s.Stage
	*id(&changed, kind) = someSkill
	if err := changed.Validate(); err != nil {
		return Made{}, err
	}
	found, err := s.find(ctx, client, kind, name)
	if err != nil || found != "" {
		if err == nil {
			err = s.remember(kind, found)
		}
		return Made{Kind: kind, ID: found, Name: name}, err
	}
	s.Out.Progress("creating the " + nameOf(kind) + " " + name)
	made := Made{Kind: kind, Name: name, New: true}
	// Amazon's own tool creates skills without an endpoint. Where Amazon asks for one, the
	// later one is given, though the function does not exist yet.
	for _, endpoint := range []string{"", s.ARN()} {
		m, err := s.Manifest(kind, name, endpoint)
		if err != nil {
			return made, err
		}
		made.ID, err = s.create(ctx, client, kind, m)
		if err == nil || !aboutEndpoint(err) || endpoint != "" {
			return made, err
		}
	}
	return made, nil
}

// create creates a skill, writes its id into the stage, and waits until it is made. A
// skill that Amazon could not make is removed again.
func (s *Setup) create(ctx context.Context, client *smapi.Client, kind string, m smapi.Manifest) (string, error) {
	made, err := client.Create(ctx, m)
	if err != nil {
		return "", s.stopped(ctx, err, "whether the "+nameOf(kind)+" was created is not known; `"+s.command("skill create")+"` looks for it first")
	}
	if err := s.remember(kind, made); err != nil {
		return made, fmt.Errorf("the %s is created (%s), and its id could not be written into the stage: %w; mend that and run it again, which finds the skill", nameOf(kind), made, err)
	}
	err = client.Await(ctx, made, smapi.ManifestResource)
	switch {
	case err == nil:
		return made, nil
	case smapi.CodeOf(err) == smapi.Invalid:
		if _, gone := client.Delete(ctx, made); gone != nil {
			return made, fmt.Errorf("%w; the unfinished skill %s could not be deleted (%w) and stays in the stage: `%s` removes both", err, made, gone, s.command("skill delete"))
		}
		return made, errors.Join(err, s.remember(kind, ""))
	}
	err = fmt.Errorf("%w; the id of the new skill (%s) is in the stage", err, made)
	return made, s.stopped(ctx, err, fmt.Sprintf("the %s is created, and its id (%s) is in the stage; `%s` goes on", nameOf(kind), made, s.command("skill create")))
}

// known explains the error of a skill that the stage names.
func (s *Setup) known(err error, kind string) error {
	if smapi.CodeOf(err) != smapi.NotFound {
		return err
	}
	return fmt.Errorf("%w; `%s` takes the %s out of the stage, `%s` logs in with another account", err, s.command("skill delete"), nameOf(kind), s.command("skill login"))
}

// find returns the skill that an earlier run created for this stage and kind; "" for
// none. Another skill of the same name is an error: no one could tell them apart.
func (s *Setup) find(ctx context.Context, client *smapi.Client, kind, name string) (string, error) {
	s.Out.Progress("looking for a " + nameOf(kind) + " that an earlier run created")
	all, err := client.Skills(ctx)
	if err != nil {
		return "", err
	}
	all = slices.DeleteFunc(all, func(k smapi.Summary) bool { return !k.Is(kind) })
	const most = 20 // skills whose manifest is read, those of the name first
	called := func(k smapi.Summary) bool { return k.Names[s.Stage.Locale] == name }
	slices.SortStableFunc(all, func(a, b smapi.Summary) int {
		switch {
		case called(a) == called(b):
			return 0
		case called(a):
			return -1
		}
		return 1
	})
	for _, k := range all[:min(len(all), most)] {
		m, _, err := client.Manifest(ctx, k.ID)
		if smapi.CodeOf(err) == smapi.NotFound && called(k) { // it is new
			if err = client.Await(ctx, k.ID, smapi.ManifestResource); err == nil {
				m, _, err = client.Manifest(ctx, k.ID)
			}
		}
		if err != nil && smapi.CodeOf(err) != smapi.NotFound {
			return "", err
		}
		if m.Text(markerPath) == s.marker(kind) {
			return k.ID, nil
		}
	}
	for _, k := range all {
		if called(k) {
			return "", fmt.Errorf("your Amazon account has a %s with the name %q that hearthgate did not make (%s): use it with `%s`, or give another name with --name", nameOf(kind), name, k.ID, s.command("init "+initFlag(kind)+" "+k.ID))
		}
	}
	return "", nil
}

// initFlag returns the flag of `hearthgate init` for the skill of a kind.
func initFlag(kind string) string {
	if kind == smapi.Custom {
		return "--custom-skill"
	}
	return "--smart-home-skill"
}

// someSkill is a valid skill id that no skill has.
const someSkill = "amzn1.ask.skill.00000000-0000-0000-0000-000000000000"

// aboutEndpoint reports whether Amazon rejected a skill for its endpoint.
func aboutEndpoint(err error) bool {
	return smapi.CodeOf(err) == smapi.Invalid && strings.Contains(strings.ToLower(smapi.FieldOf(err)+" "+err.Error()), "endpoint")
}

// Show writes for a person which skills there are now.
func (c Created) Show(to *ui.Screen) {
	for _, m := range c.Skills {
		what := "found"
		if m.New {
			what = "created"
		}
		to.Printf("%s the %s %s %s\n", to.Good(what), nameOf(m.Kind), m.Name, m.ID)
	}
	to.Printf("The ids are in %s.\nNext: %s\n", c.File, to.Bold(c.Next))
}
