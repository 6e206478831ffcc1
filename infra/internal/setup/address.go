package setup

import (
	"context"
	"errors"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// urlField is the field with the home's address, which is checked by asking the home.
const urlField = "homeAssistantUrl"

// address sets the home's address and checks that the home answers. Where it does not,
// the owner chooses to try again, to type another address, or to keep it unchecked.
func (i *Interview) address(ctx context.Context, text string) error {
	for {
		before := *i.Stage
		if err := i.set(urlField, text); err != nil {
			return err
		}
		problem := i.reach(ctx)
		if problem == nil {
			return nil
		}
		*i.Stage, before = before, *i.Stage
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		i.keep(urlField, text) // for the next run, should this one end here
		choice, err := i.unreached(ctx, problem)
		switch {
		case err != nil:
			return err
		case choice == "k":
			*i.Stage = before
			if g, ok := gateOf(problem); ok {
				*g.field(i.Stage) = true
				i.keep(g.name, "true")
			}
			return nil
		case choice != "":
			text = choice
		}
	}
}

// unreached says why the home was not reached and what the owner can do, and returns what
// they typed: "" to try again, "k" to keep the address, or another address.
func (i *Interview) unreached(ctx context.Context, problem error) (string, error) {
	i.Out.Printf("  %s\n", ui.Lines(i.Out.Bad(problem.Error())))
	if g, ok := gateOf(problem); ok {
		i.Out.Printf("  Type k to keep this address: `hearthgate %s` then comes next, and checks it. Or press Enter to try again, or type another address.\n", g.command)
	} else {
		i.Out.Printf("  Press Enter to try again, type another address, or type k to keep this one unchecked.\n")
	}
	i.Out.Printf("  [try again] ")
	text, err := i.Prompt.Line(ctx)
	text = strings.TrimSpace(text)
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		i.Out.Printf("\n")
		return "", errors.Join(ErrAnswersEnded, problem)
	case strings.EqualFold(text, "k"):
		return "k", nil
	}
	return text, nil
}

// A gate is something in front of a home that asks for a secret of its own.
type gate struct {
	asks    error // is in the error of a home behind it
	command string
	name    string // of the stage's field that says so
	field   func(*config.Stage) *bool
	what    string // it asks for, and which secret that is for
}

var gates = []gate{
	{ErrLogin, "headers", "secretHeaders", func(s *config.Stage) *bool { return &s.SecretHeaders }, "a login, which the secret headers are for"},
	{ErrCertificate, "certificate", "clientCertificate", func(s *config.Stage) *bool { return &s.ClientCertificate }, "a client certificate"},
}

// gateOf returns the gate that a home is behind.
func gateOf(problem error) (gate, bool) {
	for _, g := range gates {
		if errors.Is(problem, g.asks) {
			return g, true
		}
	}
	return gate{}, false
}

// reach checks that the home answers at the stage's address, unless offline. A gate in
// front of the home is as it should be where the stage has the secret for it.
func (i *Interview) reach(ctx context.Context) error {
	if i.Offline || i.Stage.HasRelay() {
		return nil
	}
	i.Out.Printf("  ")
	i.Out.Progress("asking " + i.Stage.URL)
	err := HomeWith(*i.Stage, nil).Reach(ctx)
	if g, ok := gateOf(err); ok && *g.field(i.Stage) {
		i.Out.Printf("  It asks for %s: `hearthgate %s` checks that.\n", g.what, g.command)
		return nil
	}
	return err
}
