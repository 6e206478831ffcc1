package main

import (
	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
)

func (c *command) status() *cobra.Command {
	var target targetFlags
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the function's health report",
		Long: `status asks the deployed function of a stage (default: dev) for its health report: a
score from 0 to 100 and the reason for each missing point, what it answered, and the
figures of each gateway that are not zero. The report covers one process of the
function. With --local, or with ` + config.EnvURL + ` set, it starts the function on
this machine instead. --json prints every figure.`,
		Example: `  hearthgate status
  hearthgate status --stage prod --json`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if target == (targetFlags{}) && c.getenv(config.EnvURL) == "" {
				target.stage = "dev"
			}
			t, err := c.open(cmd.Context(), target)
			if err != nil {
				return err
			}
			defer t.Close()
			s, r, err := t.Status(cmd.Context())
			if err != nil {
				return err
			}
			if c.json || !r.Success {
				return c.response("lambda.status", r)
			}
			invoke.ShowStatus(c.screen(), s, t.Where)
			return nil
		},
	}
	target.add(cmd)
	return cmd
}
