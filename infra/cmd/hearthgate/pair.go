package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/setup/pairing"
)

// pairFlags are the flags of the command.
type pairFlags struct {
	stage, home, install string
	list, renew, events  bool
	revoke               []string
}

func (c *command) pair() *cobra.Command {
	var f pairFlags
	cmd := &cobra.Command{
		Use:   "pair [LINE]",
		Short: "Connect Home Assistant with the relay, without an open port or a token",
		Long: `pair gives Home Assistant the certificate with which it connects to AWS, in a stage with
"connection": "relay". Home Assistant makes the key, which stays in the house, and shows a
line; pair asks for that line, or reads it from its argument or standard input, and prints
one to paste back.

With --home it does both over Home Assistant's own API. That needs a long-lived token of an
administrator, which it asks for or takes from HOME_ASSISTANT_TOKEN or standard input, and
keeps nowhere.

With --events Home Assistant, once paired, reports to Alexa what changes: doorbells, sensors,
switches. It asks for the client id and the client secret that "hearthgate skill events" has,
or reads them from standard input, a line each, after that of the token.`,
		Example: `  hearthgate pair --install root@homeassistant.local:/config
  hearthgate pair --home http://homeassistant.local:8123
  hearthgate pair
  hearthgate pair --list
  hearthgate pair --renew --home http://homeassistant.local:8123
  hearthgate pair --events --home http://homeassistant.local:8123`,
		Args: takes(0, 1),
	}
	homeFlag(cmd, &f.stage)
	cmd.Flags().StringVar(&f.home, "home", "", "pair over the API of the Home Assistant at this `address`")
	cmd.Flags().StringVar(&f.install, "install", "", "copy the integration into this `folder` of Home Assistant's configuration, such as root@homeassistant.local:/config")
	cmd.Flags().BoolVar(&f.list, "list", false, "list the certificates with which Home Assistant may connect")
	cmd.Flags().StringSliceVar(&f.revoke, "revoke", nil, "end the certificate whose `id` begins so; all ends every one")
	cmd.Flags().BoolVar(&f.renew, "renew", false, "replace key and certificate of a home that is paired")
	cmd.Flags().BoolVar(&f.events, "events", false, "have a home that is paired report changes to Alexa; with --home")
	cmd.MarkFlagsMutuallyExclusive("home", "list", "revoke", "install")
	cmd.MarkFlagsMutuallyExclusive("renew", "list", "revoke", "install", "events")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return c.runPair(cmd.Context(), f, args) }
	return cmd
}

func (c *command) runPair(ctx context.Context, f pairFlags, args []string) error {
	if f.install != "" {
		root, err := project.Root()
		if err != nil {
			return err
		}
		c.progress("copying the integration to " + f.install)
		done, err := pairing.Install(ctx, root, f.install)
		if err == nil {
			c.show(done)
		}
		return err
	}
	if f.events {
		return c.pairEvents(ctx, f, args)
	}
	d, err := c.desk(ctx, f)
	if err != nil {
		return err
	}
	switch {
	case f.list:
		all, err := d.Certificates(ctx)
		if err == nil {
			c.show(pairing.List{Stage: d.Stage.FullName(), Certificates: all})
		}
		return err
	case len(f.revoke) > 0:
		done, err := c.revoke(ctx, d, f.revoke)
		if len(done.Revoked) > 0 || err == nil {
			c.show(done)
		}
		return err
	}
	if err := d.Check(); err != nil {
		return err
	}
	p, err := c.pairHome(ctx, d, f, args)
	if err == nil {
		c.show(p)
	}
	return err
}

// desk opens what pairs a home. Certificates of a home that the stage does not have any more
// can be listed and ended.
func (c *command) desk(ctx context.Context, f pairFlags) (pairing.Desk, error) {
	if stage, home := config.SplitHome(f.stage); home != config.FirstHome && (f.list || len(f.revoke) > 0) {
		s, account, err := c.deployed(ctx, stage)
		at, _ := s.At(home)
		return pairing.Desk{Stage: at, Account: account}, err
	}
	s, account, err := c.deployedHome(ctx, f.stage)
	return pairing.Desk{Stage: s, Account: account}, err
}

func (c *command) revoke(ctx context.Context, d pairing.Desk, ids []string) (pairing.Revoked, error) {
	if len(ids) == 1 && ids[0] == "all" {
		all, err := d.Certificates(ctx)
		if err != nil {
			return pairing.Revoked{}, err
		}
		ids = nil
		for _, one := range all {
			ids = append(ids, one.ID)
		}
	}
	return d.Revoke(ctx, ids...)
}

// pairHome pairs a home over its API, or by the line that the owner pastes.
func (c *command) pairHome(ctx context.Context, d pairing.Desk, f pairFlags, args []string) (p pairing.Paired, err error) {
	if f.renew {
		before, err := d.Certificates(ctx)
		switch {
		case err != nil:
			return p, err
		case len(before) == 0:
			return p, pairing.ErrUnpaired
		}
	}
	if f.home != "" {
		if len(args) > 0 {
			return p, errors.New("a line and --home are two ways to pair: use only one of them")
		}
		token, err := c.administrator(ctx)
		if err != nil {
			return p, err
		}
		return d.PairAt(ctx, pairing.Home{URL: f.home, Token: token}, f.renew, c.progress)
	}
	line, err := c.signingLine(ctx, args)
	if err != nil {
		return p, err
	}
	c.progress("having AWS make a certificate")
	return d.Pair(ctx, line)
}

// signingLine returns the line that Home Assistant shows.
func (c *command) signingLine(ctx context.Context, args []string) (string, error) {
	if len(args) > 0 {
		return args[0], nil
	}
	p := c.prompt()
	if p.Interactive() {
		c.errScreen().Printf("In Home Assistant open Settings, Devices & services, add hearthgate, and paste the line that it shows: ")
	}
	line, err := p.Line(ctx)
	if err != nil && strings.TrimSpace(line) == "" && ctx.Err() == nil {
		return "", nil // an error of its own says what is missing
	}
	return line, err
}

// administrator returns a token for Home Assistant's API, which is never on the command
// line.
func (c *command) administrator(ctx context.Context) (string, error) {
	if token := c.getenv(config.EnvToken); token != "" {
		return setup.CleanToken(token)
	}
	token, err := c.readToken(ctx, "Long-lived token of an administrator")
	if err != nil {
		return "", fmt.Errorf("%w; it is needed once, to add the integration", err)
	}
	return token, nil
}
