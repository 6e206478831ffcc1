package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

func (c *command) token() *cobra.Command {
	var stage string
	var rotate, skip bool
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Put the token for Home Assistant where the function reads it",
		Long: `token reads a long-lived access token without showing it, or from standard input,
asks Home Assistant whether it is good, and puts it into a SecureString of your AWS
account. With --rotate it then sees that the deployed function answers with it.

Make the token in Home Assistant: your profile, Security, long-lived access tokens.`,
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
			if s.TokenSource == config.Linked {
				return fmt.Errorf("the stage %s takes the token of the linked account, so there is none to store: `hearthgate init --stage %s --token-source stored` changes that", stage, stage)
			}
			secret, err := c.secret(ctx)
			if err != nil {
				return err
			}
			if !skip {
				c.progress("asking " + s.URL + " whether the token is good")
				home, err := stageHome(ctx, s, account)
				if err == nil {
					err = home.Accepts(ctx, secret)
				}
				if err != nil {
					return err
				}
			}
			version, err := account.PutSecret(ctx, s.TokenParameterName(), secret, "Long-lived token for Home Assistant", s.Name)
			if err != nil {
				return err
			}
			return c.stored(ctx, s, account, version, rotate)
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().BoolVar(&rotate, "rotate", false, "see that the deployed function answers with the new token")
	cmd.Flags().BoolVar(&skip, "offline", false, "do not ask Home Assistant whether the token is good")
	return cmd
}

// secret reads the token: without echo from a terminal, else all of standard input.
func (c *command) secret(ctx context.Context) (string, error) {
	var text string
	var err error
	if c.interactive() {
		text, err = c.hidden(ctx, "Long-lived token")
	} else {
		var b []byte
		b, err = io.ReadAll(io.LimitReader(c.input(ctx), 64<<10))
		text = string(b)
	}
	if err != nil {
		return "", fmt.Errorf("the token cannot be read: %w", err)
	}
	return setup.CleanToken(text)
}

// stored tells where the token is, after a look whether the function takes it.
func (c *command) stored(ctx context.Context, s config.Stage, a *awsaccount.Account, version int64, rotate bool) error {
	next := "hearthgate deploy --stage " + s.Name
	if rotate {
		t := invoke.Deployed(a, config.FunctionName(s.Name), config.Alias)
		c.progress("asking the deployed function whether it answers with the new token")
		if err := afresh(ctx, t); err != nil {
			return fmt.Errorf("the token is stored (version %d), but %w", version, err)
		}
		next = "delete the old token in Home Assistant: your profile, Security"
	}
	if c.json {
		c.print(map[string]any{"account": a.ID, "region": a.Region, "parameter": s.TokenParameterName(), "version": version, "next": next})
		return nil
	}
	out := c.screen()
	out.Printf("%s %s, version %d, in account %s, %s\n", out.Good("stored"), s.TokenParameterName(), version, a.ID, a.Region)
	out.Printf("Next: %s\n", out.Bold(next))
	return nil
}

// afresh has the function read its parameters again and discover the home.
func afresh(ctx context.Context, t *invoke.Target) error {
	r, err := t.Operate(ctx, "initialization.refresh", nil)
	if err != nil {
		return err
	}
	if !r.Success {
		return errors.New("the function could not read it: " + r.Message)
	}
	event, err := invoke.SampleEvent("discover", "", "no-token-of-a-linked-account")
	if err != nil {
		return err
	}
	return discovers(ctx, t, event)
}
