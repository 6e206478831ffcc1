package main

import (
	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/demo"
)

func (c *command) demo() *cobra.Command {
	var entity string
	var relay bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See it work: the function, a home and six directives, on this machine",
		Long: `demo builds the function, starts it as AWS Lambda would, and sends it directives
as Alexa does. The home behind it is a small one that is built in. With
` + config.EnvURL + ` and ` + config.EnvToken + ` in the environment it is
that Home Assistant instead, from which demo only reads; --switch names an entity that
it may switch, and switches back. With --relay the built-in home has no address: it holds
a connection to a broker, as Home Assistant does behind a relay.

The exit code is 1 if a directive was not answered as it should be.`,
		Example: `  hearthgate demo
  hearthgate demo --relay
  hearthgate demo --json | jq '.steps[] | {title, ok, took_ms}'
  read -rs ` + config.EnvToken + ` && export ` + config.EnvToken + `
  ` + config.EnvURL + `=https://home.example.com hearthgate demo --switch light.kitchen`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := demo.FromEnvironment(c.getenv, entity, relay)
			if err != nil {
				return err
			}
			report, err := demo.Perform(cmd.Context(), o, c.screen(), c.errScreen(), c.json)
			if err != nil {
				return err
			}
			c.show(report)
			if !report.OK {
				return exit(1)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&entity, "switch", "", "the `entity` of your Home Assistant that may be switched, such as light.kitchen")
	cmd.Flags().BoolVar(&relay, "relay", false, "have the built-in home behind a relay, without an address")
	cmd.MarkFlagsMutuallyExclusive("relay", "switch")
	return cmd
}
