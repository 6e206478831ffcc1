package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

func (c *command) headers() *cobra.Command {
	var stage string
	var names []string
	var skip bool
	cmd := &cobra.Command{
		Use:   "headers",
		Short: "Store secret headers for the home, such as those of Cloudflare Access",
		Long: `headers reads the value of each header without showing it, or all headers from
standard input, as lines "Name: value" or as a JSON object. It checks that the home
admits a request with them, and stores them in a SecureString of your AWS account. The
function sends them with every request to the home, and nowhere else.

Cloudflare Access admits a service token by two headers, which are the default: create
the token in Zero Trust, Access, Service credentials, and give the application a policy
with the action "Service Auth" for it.`,
		Example: `  hearthgate headers
  hearthgate headers --stage prod --header X-Gate-Key
  pass show gate | hearthgate headers --stage prod`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			s, account, err := c.deployedHome(ctx, stage)
			if err != nil {
				return err
			}
			h, err := c.readHeaders(ctx, names)
			if err != nil {
				return err
			}
			if !skip {
				c.progress("asking " + s.URL + " whether it admits a request with them")
				with := s
				with.SecretHeaders = false // these, not those that are stored
				home, err := setup.StoredHome(ctx, with, account)
				if err != nil {
					return err
				}
				home.Headers = h
				if err := home.Reach(ctx); err != nil {
					return err
				}
			}
			stored, err := setup.StoreHeaders(ctx, s, account, h)
			if err != nil {
				return err
			}
			c.show(stored)
			return nil
		},
	}
	homeFlag(cmd, &stage)
	cmd.Flags().StringSliceVar(&names, "header", setup.AccessHeaders, "the `name` of a header; may be given more than once")
	cmd.Flags().BoolVar(&skip, "offline", false, "do not check that the home admits a request with them")
	return cmd
}

// readHeaders reads the values of the headers one by one from a terminal, else all
// headers from standard input.
func (c *command) readHeaders(ctx context.Context, names []string) (setup.Headers, error) {
	p := c.prompt()
	if !p.Interactive() {
		b, err := p.All(ctx, mostInput)
		if err != nil {
			return nil, fmt.Errorf("the headers cannot be read: %w", err)
		}
		return setup.ParseHeaders(string(b))
	}
	h, err := setup.AskHeaders(ctx, p, names)
	if err != nil {
		return nil, err
	}
	return h, h.Check()
}
