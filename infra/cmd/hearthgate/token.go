package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

// mostInput is how much is read of a secret that is piped in.
const mostInput = 64 << 10

// tokenFlags are the flags of the command that are not about homes.
type tokenFlags struct {
	rotate, offline bool
}

func (c *command) token() *cobra.Command {
	homes := homeFlags{names: project.HomeNames}
	var f tokenFlags
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Store the token for Home Assistant where the function reads it",
		Long: `token reads a long-lived access token without showing it, or from standard input,
asks Home Assistant whether it accepts the token, and stores it in a SecureString of
your AWS account. With --rotate it then checks that the deployed function can use it,
and puts the token before back if not.

Create the token in Home Assistant: your profile, Security, long-lived access tokens.`,
		Example: `  hearthgate token
  hearthgate token --stage prod --rotate
  pass show home-assistant | hearthgate token --stage prod
  hearthgate token --rotate --all < tokens      a line a home: its name and its token`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			stages, many, err := homes.stages(cmd)
			switch {
			case err != nil:
				return err
			case many && !f.rotate:
				return errors.New("several homes need --rotate, which checks each token: write `hearthgate token --rotate --all`")
			case many:
				return c.rotateMany(ctx, eachHome(stages), f)
			}
			s, account, err := c.deployedHome(ctx, stages[0])
			if err != nil {
				return err
			}
			if err := setup.NeedsToken(s); err != nil {
				return err
			}
			token, err := c.readToken(ctx, "Long-lived token")
			if err != nil {
				return err
			}
			stored, err := c.storeToken(ctx, s, account, token, f)
			if err != nil {
				return err
			}
			c.show(stored)
			return nil
		},
	}
	homes.add(cmd, "dev", "all stages, one after the other, up to the first that fails")
	cmd.Flags().BoolVar(&f.rotate, "rotate", false, "check that the deployed function can use the new token, else put the one before back")
	cmd.Flags().BoolVar(&f.offline, "offline", false, "do not ask Home Assistant whether it accepts the token")
	return cmd
}

// eachHome returns the stages, and behind each its further homes.
func eachHome(stages []string) (names []string) {
	for _, stage := range stages {
		names = append(names, stage)
		if s, err := project.Stage(stage); err == nil { // a wrong one is reported in its turn
			for _, at := range s.Each()[1:] {
				names = append(names, at.FullName())
			}
		}
	}
	return names
}

// storeToken checks and stores the token of one home.
func (c *command) storeToken(ctx context.Context, s config.Stage, account *awsaccount.Account, token string, f tokenFlags) (setup.Stored, error) {
	if !f.offline {
		c.progress("asking " + s.URL + " whether it accepts the token")
		if err := setup.CheckToken(ctx, s, account, token); err != nil {
			return setup.Stored{}, err
		}
	}
	if !f.rotate {
		return setup.StoreToken(ctx, s, account, token)
	}
	r := setup.Rotation{Stage: s, Account: account, Function: invoke.Deployed(account, config.FunctionName(s.Name), config.Alias), Progress: c.progress}
	return r.Run(ctx, token)
}

// rotateMany replaces the tokens of several homes, one after the other. At a terminal it
// asks for each when its turn comes; else standard input has a line a home, with its name
// and its token. Homes that take the token of a linked account have none.
func (c *command) rotateMany(ctx context.Context, stages []string, f tokenFlags) error {
	var given map[string]string
	if p := c.prompt(); !p.Interactive() {
		text, err := p.All(ctx, mostInput)
		if err != nil {
			return fmt.Errorf("the tokens cannot be read: %w", err)
		}
		if given, err = tokens(string(text), stages); err != nil {
			return err
		}
	}
	return inTurn(ctx, c, stages, func(ctx context.Context, name string) (setup.Stored, error) {
		s, account, err := c.deployedHome(ctx, name)
		if err != nil {
			return setup.Stored{}, err
		}
		if setup.NeedsToken(s) != nil {
			return setup.Stored{}, nil
		}
		token, ok := given[name]
		if given == nil {
			token, err = c.readToken(ctx, "Long-lived token of "+name)
		} else if !ok {
			err = fmt.Errorf("standard input has no token for %s: write a line with %[1]s, a blank and the token", name)
		}
		if err != nil {
			return setup.Stored{}, err
		}
		return c.storeToken(ctx, s, account, token, f)
	})
}

// tokens reads lines with a stage and its token. The error names no token.
func tokens(text string, stages []string) (map[string]string, error) {
	all := map[string]string{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch _, twice := all[name]; {
		case name == "":
			continue
		case !slices.Contains(stages, name):
			return nil, fmt.Errorf("line %d of standard input does not begin with one of the stages %s: write the stage, a blank and its token; nothing was changed", n, strings.Join(stages, ", "))
		case twice:
			return nil, fmt.Errorf("line %d of standard input has a second token for %s: nothing was changed", n, name)
		}
		token, err := setup.CleanToken(rest)
		if err != nil {
			return nil, fmt.Errorf("line %d of standard input, for %s: %w; nothing was changed", n, name, err)
		}
		all[name] = token
	}
	return all, nil
}

// readToken reads the token: without echo from a terminal, else all of standard
// input.
func (c *command) readToken(ctx context.Context, what string) (string, error) {
	var text string
	var err error
	if p := c.prompt(); p.Interactive() {
		text, err = p.Hidden(ctx, what)
	} else {
		var b []byte
		b, err = p.All(ctx, mostInput)
		text = string(b)
	}
	if err != nil {
		return "", fmt.Errorf("the token cannot be read: %w", err)
	}
	return setup.CleanToken(text)
}
