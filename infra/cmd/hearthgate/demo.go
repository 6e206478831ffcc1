package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/demo"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

func (c *command) demo() *cobra.Command {
	var o demo.Options
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See it work: the function, a home and six directives, on this machine",
		Long: `demo builds the function, starts it as AWS Lambda would, and sends it directives
as Alexa does. The home behind it is a small one that is built in. With
` + config.EnvURL + ` and ` + config.EnvToken + ` in the environment it is
that Home Assistant, of which it only reads, unless --switch names what it may
switch (and switches back).

The exit code is 1 if anything was not answered as it should be.`,
		Example: `  hearthgate demo
  hearthgate demo --json | jq '.steps[] | {title, ok, took_ms}'
  read -rs ` + config.EnvToken + ` && export ` + config.EnvToken + `
  ` + config.EnvURL + `=https://home.example.com hearthgate demo --switch light.kitchen`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if o, err = c.demoOptions(o); err != nil {
				return err
			}
			report, err := demo.Run(cmd.Context(), o)
			if err != nil {
				return err
			}
			if c.json {
				c.print(report)
			} else {
				report.Show(c.screen())
			}
			if !report.OK {
				return exit(1)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&o.Switch, "switch", "", "the `entity` of your Home Assistant that may be switched, such as light.kitchen")
	return cmd
}

// demoOptions completes the options from the environment.
func (c *command) demoOptions(o demo.Options) (demo.Options, error) {
	var err error
	if o.Root, err = project.Root(); err != nil {
		return o, err
	}
	o.URL, o.Token = c.getenv(config.EnvURL), c.getenv(config.EnvToken)
	switch {
	case o.URL != "" && o.Token == "":
		return o, errors.New(config.EnvURL + " is set and " + config.EnvToken + " is not: set both for your Home Assistant, or neither for the home that is built in")
	case o.URL == "":
		o.Token = ""
	}
	if o.URL == "" && o.Switch != "" {
		return o, errors.New("--switch is for a Home Assistant of yours: set " + config.EnvURL + " and " + config.EnvToken + " too")
	}
	for _, name := range []string{config.EnvCA, config.EnvVerifySSL, config.EnvTimeout, config.EnvLogLevel} {
		if v := c.getenv(name); v != "" {
			o.Env = append(o.Env, name+"="+v)
		}
	}
	o.Progress = c.progress
	if !c.json {
		s := c.screen()
		o.Show = func(step demo.Step) { step.Show(s) }
	}
	return o, nil
}
