package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// targetFlags are the flags that choose the function that a command is for.
type targetFlags struct {
	stage    string
	function string // name or ARN
	local    bool
}

// add adds the flags to a command.
func (f *targetFlags) add(cmd *cobra.Command) {
	stageFlag(cmd, &f.stage, "", "the deployed function of this `stage`")
	cmd.Flags().StringVar(&f.function, "function", "", "the deployed function of this name or `ARN`, alias included")
	cmd.Flags().BoolVar(&f.local, "local", false, "the function on this machine; with --stage it has that stage's settings")
}

// open returns the function that the flags choose. Default: one on this machine, with
// the home of the environment or a demo home.
func (c *command) open(ctx context.Context, f targetFlags) (*invoke.Target, error) {
	switch {
	case f.function != "" && (f.stage != "" || f.local):
		return nil, errors.New("--function chooses one function, and --stage or --local another: use only one of them")
	case f.function != "":
		account, err := awsaccount.Open(ctx, awsaccount.RegionOf(f.function))
		if err != nil {
			return nil, err
		}
		return invoke.Deployed(account, f.function, ""), nil
	case f.stage != "" && !f.local:
		stage, account, err := c.deployed(ctx, f.stage)
		if err != nil {
			return nil, err
		}
		return invoke.Deployed(account, config.FunctionName(stage.Name), config.Alias), nil
	}
	root, err := project.Root()
	if err != nil {
		return nil, err
	}
	env, err := c.environment(ctx, f.stage)
	if err != nil {
		return nil, err
	}
	c.progress("building the function and starting it on this machine")
	return invoke.Local(ctx, root, env)
}

// environment returns the settings of a function on this machine: those of a stage,
// else those of our environment, else none.
func (c *command) environment(ctx context.Context, stage string) ([]string, error) {
	if stage != "" {
		s, account, err := c.deployed(ctx, stage)
		if err != nil {
			return nil, err
		}
		keys, err := account.Environment(ctx, c.getenv)
		env := append(invoke.Environment(s), keys...)
		if err == nil && s.AnyRelay() {
			var host string
			host, err = account.Text(ctx, s.EndpointParameterName())
			env = append(env, config.EnvRelayEndpoint+"="+host)
		}
		return env, err
	}
	if c.getenv(config.EnvURL) == "" {
		return nil, nil
	}
	env := []string{config.EnvStage + "=local"}
	pass := func(name string) {
		if v := c.getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	ofHome := []string{config.EnvURL, config.EnvToken, config.EnvTokenSource, config.EnvTimeout, config.EnvVerifySSL, config.EnvCA,
		config.EnvHeaders, config.EnvAgent, config.EnvConfirm, config.EnvPolicy, config.EnvLabel}
	homes := []string{""}
	if further := c.getenv(config.EnvHomes); further != "" {
		homes = append(homes, strings.Split(further, ",")...)
	}
	for _, home := range homes {
		for _, name := range ofHome {
			pass(config.HomeVariable(name, home))
		}
	}
	for _, name := range []string{config.EnvLogLevel, config.EnvSkillIDs, config.EnvAllowedUsers, config.EnvConversation, config.EnvAmazonClientID, config.EnvHomes} {
		pass(name)
	}
	return env, nil
}

// deployed loads a stage and opens the account that it is deployed in.
func (c *command) deployed(ctx context.Context, name string) (config.Stage, *awsaccount.Account, error) {
	stage, err := project.Stage(name)
	if err != nil {
		return stage, nil, err
	}
	account, err := c.accounts.For(ctx, stage)
	return stage, account, err
}

// deployedHome loads a stage, or one of its homes, and opens the account that it is deployed
// in; see [project.Home].
func (c *command) deployedHome(ctx context.Context, name string) (config.Stage, *awsaccount.Account, error) {
	stage, err := project.Home(name)
	if err != nil {
		return stage, nil, err
	}
	account, err := c.accounts.For(ctx, stage)
	return stage, account, err
}

// homeFlag adds the flag of a command that is for one home of a stage.
func homeFlag(cmd *cobra.Command, stage *string) {
	cmd.Flags().StringVar(stage, "stage", "dev", "the `stage`, a file in "+config.StagesDir+"; with several homes one of them, such as prod/cabin")
	complete(cmd, project.HomeNames)
}

// complete completes the flag that names a stage.
func complete(cmd *cobra.Command, names func() []string) {
	err := cmd.RegisterFlagCompletionFunc("stage", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return names(), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // the flag exists: it was added before
	}
}

// stageFlag adds the flag of a command that is for one stage.
func stageFlag(cmd *cobra.Command, stage *string, value, usage string) {
	cmd.Flags().StringVar(stage, "stage", value, usage)
	complete(cmd, project.StageNames)
}
