package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount/links"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/skill/skillsetup"
)

// pages are what `hearthgate open` opens, in AWS's console.
var pages = map[string]func(context.Context, *awsaccount.Account, config.Stage) ([]links.Page, error){
	"dashboard": links.Dashboards, "log": links.Log, "console": links.Stack,
}

func (c *command) openPage() *cobra.Command {
	var stage string
	var printOnly bool
	cmd := &cobra.Command{
		Use:   "open dashboard|log|console|skill",
		Short: "Open a page of a stage in the browser: dashboards, log, stack, skill",
		Long: `open prints the addresses of pages about a stage, and opens the first of them in your
browser. Where there is no display, as in a session of SSH, it only prints them.

  dashboard   the dashboards, in CloudWatch
  log         the log of the function, in CloudWatch
  console     the stack, in CloudFormation
  skill       the skills, in the Alexa developer console`,
		Example: `  hearthgate open dashboard
  hearthgate open log --stage prod --print`,
		Args:      takes(1, 1),
		ValidArgs: []string{"dashboard", "log", "console", "skill"},
		RunE: func(cmd *cobra.Command, args []string) error {
			found, err := c.pages(cmd.Context(), args[0], stage)
			if err != nil {
				return err
			}
			var failure error
			if open := skillsetup.Browser(c.getenv); open != nil && !printOnly && !c.json {
				failure = open(found.Pages[0].URL)
				found.Opened = failure == nil
			}
			c.show(found)
			if failure != nil {
				return fmt.Errorf("the browser cannot be opened (%w): open the address above yourself", failure)
			}
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().BoolVar(&printOnly, "print", false, "only print the addresses")
	return cmd
}

// pages returns the pages of a kind about a stage.
func (c *command) pages(ctx context.Context, kind, stage string) (links.Pages, error) {
	if kind == "skill" {
		s, err := project.Stage(stage)
		if err != nil {
			return links.Pages{}, err
		}
		all, err := links.Skills(s)
		return links.Pages{Pages: all}, err
	}
	find, ok := pages[kind]
	if !ok {
		return links.Pages{}, errors.New("there is no page " + kind + ": write dashboard, log, console or skill")
	}
	s, account, err := c.deployed(ctx, stage)
	if err != nil {
		return links.Pages{}, err
	}
	all, err := find(ctx, account, s)
	return links.Pages{Account: account.ID, Pages: all}, err
}
