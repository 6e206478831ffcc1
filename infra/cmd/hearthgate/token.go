package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

// mostInput is how much is read of a secret that is piped in.
const mostInput = 64 << 10

func (c *command) token() *cobra.Command {
	var stage string
	var rotate, skip bool
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
  pass show home-assistant | hearthgate token --stage prod`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			s, account, err := c.deployed(ctx, stage)
			if err != nil {
				return err
			}
			if err := setup.NeedsToken(s); err != nil {
				return err
			}
			token, err := c.readToken(ctx)
			if err != nil {
				return err
			}
			if !skip {
				c.progress("asking " + s.URL + " whether it accepts the token")
				if err := setup.CheckToken(ctx, s, account, token); err != nil {
					return err
				}
			}
			if rotate {
				r := setup.Rotation{Stage: s, Account: account, Function: invoke.Deployed(account, config.FunctionName(s.Name), config.Alias), Progress: c.progress}
				stored, err := r.Run(ctx, token)
				if err != nil {
					return err
				}
				c.show(stored)
				return nil
			}
			stored, err := setup.StoreToken(ctx, s, account, token)
			if err != nil {
				return err
			}
			c.show(stored)
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().BoolVar(&rotate, "rotate", false, "check that the deployed function can use the new token, else put the one before back")
	cmd.Flags().BoolVar(&skip, "offline", false, "do not ask Home Assistant whether it accepts the token")
	return cmd
}

// readToken reads the token: without echo from a terminal, else all of standard
// input.
func (c *command) readToken(ctx context.Context) (string, error) {
	var text string
	var err error
	if p := c.prompt(); p.Interactive() {
		text, err = p.Hidden(ctx, "Long-lived token")
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
