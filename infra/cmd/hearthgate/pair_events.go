package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/setup/pairing"
)

// pairEvents brings a home that is paired the credentials with which it reports to Alexa.
func (c *command) pairEvents(ctx context.Context, f pairFlags, args []string) error {
	if f.home == "" || len(args) > 0 {
		return errors.New("--events needs --home with the address of Home Assistant, and nothing else: without it, open hearthgate in Home Assistant, choose Configure, then Report changes to Alexa")
	}
	s, err := project.Home(f.stage)
	if err != nil {
		return err
	}
	if err := (pairing.Desk{Stage: s}).Check(); err != nil {
		return err
	}
	token, events, err := c.readEvents(ctx)
	if err != nil {
		return err
	}
	c.progress("bringing the credentials to Home Assistant")
	done, err := pairing.Home{URL: f.home, Token: token}.SetEvents(ctx, s.RelayName(), events)
	if err == nil {
		c.show(done)
	}
	return err
}

// readEvents returns a token for Home Assistant's API, and the credentials of the skill. They
// are never on the command line: a person at a terminal is asked for each that is missing,
// else standard input has them, a line each. Lines as secrets.yaml has them do too.
func (c *command) readEvents(ctx context.Context) (token string, e pairing.Events, err error) {
	p := c.prompt()
	token = c.getenv(config.EnvToken)
	for _, one := range []struct {
		what string
		into *string
	}{
		{"Long-lived token of an administrator", &token},
		{"Client id of the skill", &e.ClientID},
		{"Client secret of the skill", &e.Secret},
	} {
		if *one.into != "" {
			continue
		}
		var line string
		if p.Interactive() {
			line, err = p.Hidden(ctx, one.what)
		} else {
			line, err = p.Line(ctx)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return "", e, err
		}
		if _, value, ok := strings.Cut(line, ": "); ok {
			line = value
		}
		*one.into = strings.Trim(strings.TrimSpace(line), `"'`)
	}
	token, err = setup.CleanToken(token)
	return token, e, err
}
