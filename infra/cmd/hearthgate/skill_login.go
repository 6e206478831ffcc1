package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/skill/skillsetup"
)

func (c *command) skillLogin() *cobra.Command {
	var f skillFlags
	var o skillsetup.LoginOptions
	var noBrowser bool
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Let hearthgate manage your Alexa skills",
		Long: `login connects hearthgate with your Amazon developer account, through a security
profile of Login with Amazon that is yours. It says what to enter on the one page that
is needed for it, opens your browser for your consent, and stores the login in a
SecureString of your AWS account, which the function cannot read.

The browser comes back to a port of this machine. Where it runs on another machine,
paste the address at which it ends. Without a terminal the client secret is read from
standard input.`,
		Example: `  hearthgate skill login
  hearthgate skill login --stage prod --no-browser
  pass show lwa | hearthgate skill login --vendor-id M2AB3CDEF4GH5 --client-id amzn1.application-oa2-client.0123`,
		Args: takes(0, 0),
	}
	stageFlag(cmd, &f.stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().DurationVar(&f.wait, "wait", 10*time.Minute, "how long to wait for the browser")
	cmd.Flags().StringVar(&o.VendorID, "vendor-id", "", "your vendor `id` (default: asked for, or found out)")
	cmd.Flags().StringVar(&o.ClientID, "client-id", "", "client `id` of the security profile (default: asked for)")
	cmd.Flags().IntVar(&o.Port, "port", skillsetup.DefaultPort, "`port` of this machine to which the browser comes back")
	cmd.Flags().BoolVar(&noBrowser, "no-browser", false, "show the address, and do not open the browser")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		o.Wait, f.wait = f.wait, f.wait+2*time.Minute // for what Amazon has to do afterwards
		return c.setUp(cmd, f, func(ctx context.Context, s *skillsetup.Setup) (shown, error) {
			if !noBrowser {
				o.Open = skillsetup.Browser(c.getenv)
			}
			if !s.Prompt.Interactive() {
				b, err := s.Prompt.All(ctx, mostInput)
				if err != nil {
					return nil, fmt.Errorf("the client secret cannot be read: %w", err)
				}
				o.ClientSecret = string(b)
			}
			return s.Login(ctx, o)
		})
	}
	return cmd
}
