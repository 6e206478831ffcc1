package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

func (c *command) headers() *cobra.Command {
	var stage string
	var names []string
	var skip bool
	cmd := &cobra.Command{
		Use:   "headers",
		Short: "Put secret headers for the home, such as those of Cloudflare Access",
		Long: `headers reads the value of each header without showing it, or from standard input
all headers, as lines "Name: value" or as a JSON object. It asks the home whether it
lets the request in with them, and puts them into a SecureString of your AWS account.
The function sends them with every request to the home, and to nobody else.

Cloudflare Access lets a service token in by two headers, which are the default: make
the token in Zero Trust, Access, Service credentials, and give the application a policy
of the action "Service Auth" for it.`,
		Example: `  hearthgate headers
  hearthgate headers --stage prod --header X-Gate-Key
  pass show gate | hearthgate headers --stage prod`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			s, account, err := c.deployed(ctx, stage)
			if err != nil {
				return err
			}
			secret, err := c.secretHeaders(ctx, names)
			if err != nil {
				return err
			}
			if !skip {
				c.progress("asking " + s.URL + " whether it lets a request in with them")
				if err := home(s, secret).Reach(ctx); err != nil {
					return err
				}
			}
			version, err := account.PutSecret(ctx, s.HeadersParameterName(), secret.JSON(), "Secret headers for Home Assistant", s.Name)
			if err != nil {
				return err
			}
			c.storedHeaders(s, account, secret.Names(), version)
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().StringSliceVar(&names, "header", setup.AccessHeaders, "the `name` of a header; may be given more than once")
	cmd.Flags().BoolVar(&skip, "offline", false, "do not ask the home whether they are good")
	return cmd
}

// secretHeaders reads the values of the headers one by one from a terminal, else
// all headers from standard input.
func (c *command) secretHeaders(ctx context.Context, names []string) (setup.Headers, error) {
	if !c.interactive() {
		b, err := io.ReadAll(io.LimitReader(c.input(ctx), 64<<10))
		if err != nil {
			return nil, fmt.Errorf("the headers cannot be read: %w", err)
		}
		return setup.ParseHeaders(string(b))
	}
	h := setup.Headers{}
	for _, name := range names {
		value, err := c.hidden(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("the value of %s cannot be read: %w", name, err)
		}
		h[name] = strings.TrimSpace(value)
	}
	return h, h.Check()
}

func (c *command) storedHeaders(s config.Stage, a *awsaccount.Account, names []string, version int64) {
	next := "hearthgate deploy --stage " + s.Name
	if !s.SecretHeaders {
		next = "hearthgate init --stage " + s.Name + " --secret-headers, then " + next
	}
	if c.json {
		c.print(map[string]any{"account": a.ID, "region": a.Region, "parameter": s.HeadersParameterName(), "version": version, "headers": names, "next": next})
		return
	}
	out := c.screen()
	out.Printf("%s %s, version %d, in account %s, %s: %s\n", out.Good("stored"), s.HeadersParameterName(), version, a.ID, a.Region, strings.Join(names, ", "))
	out.Printf("Next: %s\n", out.Bold(next))
}

// home returns the Home Assistant of a stage.
func home(s config.Stage, secret setup.Headers) setup.Home {
	return setup.Home{URL: s.URL, Insecure: !s.VerifySSL, CA: s.CA, Headers: secret}
}

// stageHome returns the Home Assistant of a stage, with the secret headers that are
// stored for it.
func stageHome(ctx context.Context, s config.Stage, a *awsaccount.Account) (setup.Home, error) {
	if !s.SecretHeaders {
		return home(s, nil), nil
	}
	text, err := a.Secret(ctx, s.HeadersParameterName())
	if awsaccount.CodeOf(err) == awsaccount.NotFound {
		return setup.Home{}, fmt.Errorf("the stage %s has secret headers, and none are stored: run `hearthgate headers --stage %[1]s` first", s.Name)
	}
	if err != nil {
		return setup.Home{}, err
	}
	secret, err := setup.ParseHeaders(text)
	if err != nil {
		return setup.Home{}, fmt.Errorf("what is stored in %s cannot be used: %w; run `hearthgate headers --stage %s`", s.HeadersParameterName(), err, s.Name)
	}
	return home(s, secret), nil
}
