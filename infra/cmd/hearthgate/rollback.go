package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/infra/internal/deploy"
)

func (c *command) rollback() *cobra.Command {
	var homes homeFlags
	var to int
	var list bool
	cmd := &cobra.Command{
		Use:   "rollback",
		Short: "Put the version of the function before the last deployment in use again",
		Long: `rollback moves the alias that the skill calls to the version before the one in use, at
once, and sends a directive through it. It changes nothing else: parameters, alarms and
permissions stay as they were deployed last. The next deploy puts what it deploys in use
again. --list shows the versions that are there.`,
		Example: `  hearthgate rollback --stage prod
  hearthgate rollback --stage prod --list
  hearthgate rollback --stage prod --to 7`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("to") && to < 1 {
				return fmt.Errorf("--to is %d: write the number of a version, as `hearthgate rollback --list` shows it", to)
			}
			stages, many, err := homes.stages(cmd)
			switch {
			case err != nil:
				return err
			case many && to != 0:
				return errors.New("--to is the number of a version of one home: name one stage")
			case list:
				return forHomes(cmd.Context(), c, "asking", stages, many, func(ctx context.Context, name string) (deploy.Versions, error) {
					s, account, err := c.deployed(ctx, name)
					if err != nil {
						return nil, err
					}
					return deploy.ListVersions(ctx, s, account)
				})
			}
			back := func(ctx context.Context, name string) (deploy.Rollback, error) {
				s, account, err := c.deployed(ctx, name)
				if err != nil {
					return deploy.Rollback{}, err
				}
				return deploy.RollBack(ctx, s, account, to)
			}
			if many {
				return sideBySide(cmd.Context(), c, "rolling back", stages, back)
			}
			r, err := back(cmd.Context(), stages[0])
			if err != nil {
				return err
			}
			c.show(r)
			return c.shown(r.Err())
		},
	}
	homes.add(cmd, "dev", inLines)
	cmd.Flags().IntVar(&to, "to", 0, "the `version` to put in use; default: the one before")
	cmd.Flags().BoolVar(&list, "list", false, "only show the versions")
	return cmd
}

// shown returns the exit code of a result that was shown and is not good: err says why, and
// in JSON the result itself does.
func (c *command) shown(err error) error {
	if err == nil {
		return nil
	}
	if !c.json {
		c.failed(err)
	}
	return exit(1)
}
