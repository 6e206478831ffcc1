package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// A where says which function a command is for.
type where struct {
	stage    string
	function string // name or ARN
	local    bool
}

// flags adds the flags that say it.
func (w *where) flags(cmd *cobra.Command) {
	stageFlag(cmd, &w.stage, "", "the deployed function of this `stage`")
	cmd.Flags().StringVar(&w.function, "function", "", "the deployed function of this name or `ARN`, alias included")
	cmd.Flags().BoolVar(&w.local, "local", false, "the function on this machine, with --stage that stage's settings")
}

// open returns the function: the one that the flags name, else the one of this
// machine, with the home of the environment or a demo home.
func (c *command) open(ctx context.Context, w where) (*invoke.Target, error) {
	switch {
	case w.function != "" && (w.stage != "" || w.local):
		return nil, errors.New("--function is one function, and --stage or --local another: say one of them")
	case w.function != "":
		account, err := awsaccount.Open(ctx, awsaccount.RegionOf(w.function))
		if err != nil {
			return nil, err
		}
		return invoke.Deployed(account, w.function, ""), nil
	case w.stage != "" && !w.local:
		stage, account, err := c.deployed(ctx, w.stage)
		if err != nil {
			return nil, err
		}
		return invoke.Deployed(account, config.FunctionName(stage.Name), config.Alias), nil
	}
	root, err := project.Root()
	if err != nil {
		return nil, err
	}
	env, err := c.environment(ctx, w.stage)
	if err != nil {
		return nil, err
	}
	c.progress("building and starting the function on this machine")
	return invoke.Local(ctx, root, env)
}

// environment returns the settings of a function of this machine: those of a
// stage, else those of our environment, else none.
func (c *command) environment(ctx context.Context, stage string) ([]string, error) {
	if stage != "" {
		s, account, err := c.deployed(ctx, stage)
		if err != nil {
			return nil, err
		}
		keys, err := account.Environment(ctx, c.getenv)
		return append(invoke.Environment(s), keys...), err
	}
	var env []string
	for _, name := range []string{config.EnvURL, config.EnvToken, config.EnvTokenSource, config.EnvTimeout, config.EnvVerifySSL, config.EnvCA, config.EnvLogLevel} {
		if v := c.getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	if c.getenv(config.EnvURL) == "" {
		return nil, nil
	}
	return append(env, config.EnvStage+"=local"), nil
}

// deployed loads a stage and opens the account that it is deployed in.
func (c *command) deployed(ctx context.Context, name string) (config.Stage, *awsaccount.Account, error) {
	stage, err := c.load(name)
	if err != nil {
		return stage, nil, err
	}
	account, err := awsaccount.Open(ctx, stage.Region)
	if err != nil {
		return stage, nil, err
	}
	if stage.Account != "" && stage.Account != account.ID {
		return stage, nil, fmt.Errorf("the stage %s belongs to the AWS account %s, and these credentials are of %s: set AWS_PROFILE to the other account", name, stage.Account, account.ID)
	}
	return stage, account, nil
}

// load loads a stage of the clone that we are in.
func (c *command) load(name string) (config.Stage, error) {
	root, err := project.Root()
	if err != nil {
		return config.Stage{}, err
	}
	if err := config.CheckName(name); err != nil {
		return config.Stage{}, err
	}
	stage, err := config.Load(os.DirFS(root), path.Join(config.StagesDir, name+".json"))
	if errors.Is(err, os.ErrNotExist) {
		there := "there are " + strings.Join(stageNames(), ", ")
		if len(stageNames()) == 0 {
			there = "there is none yet"
		}
		err = fmt.Errorf("there is no stage %q, %s: name one of them, or have `hearthgate init --stage %s` write it", name, there, name)
	}
	return stage, err
}

// stageFlag adds the flag of a command that is for one stage.
func stageFlag(cmd *cobra.Command, stage *string, value, usage string) {
	cmd.Flags().StringVar(stage, "stage", value, usage)
	err := cmd.RegisterFlagCompletionFunc("stage", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return stageNames(), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // the flag is there: it was added above
	}
}

// stageNames returns the stages of the clone that we are in.
func stageNames() []string {
	root, err := project.Root()
	if err != nil {
		return nil
	}
	return config.Names(os.DirFS(root), config.StagesDir)
}
