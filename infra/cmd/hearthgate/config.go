package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/setup/stageview"
)

func (c *command) config() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show and change the settings of a stage",
		Long: `config shows and changes the fields of a stage's file. infra/docs/settings.md explains
each field. A change takes effect with the next deploy. Tokens and secret headers are not
fields: hearthgate token and hearthgate headers store them in your AWS account.`,
		Example: `  hearthgate config get
  hearthgate config get logLevel --stage prod
  hearthgate config set alarmEmail owner@example.com
  hearthgate config set confirm lock,garage
  hearthgate config set policy --file rules.json
  hearthgate config unset budget`,
		Args: known,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.configGet(), c.configSet(), c.configUnset())
	return cmd
}

func (c *command) configGet() *cobra.Command {
	var stage string
	cmd := &cobra.Command{
		Use:   "get [FIELD]",
		Short: "Print a field of a stage; without one, all of them",
		Long: `get prints the value of a field as config set takes it. Without a field it prints all of
them, and marks those that have their default.`,
		Example: `  hearthgate config get
  hearthgate config get policy > rules.json`,
		Args:              takes(0, 1),
		ValidArgsFunction: completeFields(1),
		RunE: func(_ *cobra.Command, args []string) error {
			folder, err := project.Stages()
			if err != nil {
				return err
			}
			s, err := folder.Open(stage)
			switch {
			case err != nil:
				return err
			case len(args) == 0:
				c.show(stageview.NewFields(s))
				return nil
			}
			f, err := stageview.NewField(s, args[0])
			if err != nil {
				return err
			}
			c.show(f)
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	return cmd
}

func (c *command) configSet() *cobra.Command {
	var stage, file string
	cmd := &cobra.Command{
		Use:   "set FIELD VALUE",
		Short: "Set a field of a stage",
		Long: `set checks a value and writes it into the stage's file: text as it is, true or false, a
number, a list with commas between its items, and JSON for the policy. Quote what has
spaces in it. --file reads the value from a file, which is for certificates and rules;
--file - reads it from standard input.`,
		Example: `  hearthgate config set memory 256
  hearthgate config set allowedUsers amzn1.account.ONE,amzn1.account.TWO
  hearthgate config set ca --file ca.pem`,
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("file") {
				return takes(1, 1)(cmd, args)
			}
			return takes(2, 2)(cmd, args)
		},
		ValidArgsFunction: completeFields(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			value := args[len(args)-1]
			if cmd.Flags().Changed("file") {
				var err error
				if value, err = c.readValue(cmd, file); err != nil {
					return err
				}
			}
			return c.edit(stage, args[0], func(s *config.Stage) error { return setup.SetField(s, args[0], value) })
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w. A value that begins with - goes behind --, as in `hearthgate config set FIELD -- VALUE`", misused(cmd, err))
	})
	cmd.Flags().StringVar(&file, "file", "", "the `file` that has the value; - for standard input")
	return cmd
}

func (c *command) configUnset() *cobra.Command {
	var stage string
	cmd := &cobra.Command{
		Use:               "unset FIELD",
		Short:             "Give a field of a stage its default",
		Example:           `  hearthgate config unset budget --stage prod`,
		Args:              takes(1, 1),
		ValidArgsFunction: completeFields(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return c.edit(stage, args[0], func(s *config.Stage) error { return setup.UnsetField(s, args[0]) })
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	return cmd
}

// edit changes a field of a stage and shows the change.
func (c *command) edit(stage, field string, change func(*config.Stage) error) error {
	folder, err := project.Stages()
	if err != nil {
		return err
	}
	edited, err := setup.Edit(folder, stage, field, change)
	if f, ok := errors.AsType[*config.FieldError](err); ok {
		return fmt.Errorf("%s %s", f.Field, f.Problem) // the file is not at fault
	}
	if err != nil {
		return err
	}
	c.show(edited)
	return nil
}

// readValue reads the value of a field from a file or from standard input.
func (c *command) readValue(cmd *cobra.Command, file string) (string, error) {
	if file == "-" {
		b, err := c.prompt().All(cmd.Context(), mostInput)
		if err != nil {
			return "", fmt.Errorf("the value cannot be read: %w", err)
		}
		return string(b), nil
	}
	return readFile("value", file)
}

// readFile reads the beginning of a file, which has what a person calls so.
func readFile(what, file string) (string, error) {
	var b []byte
	f, err := os.Open(file)
	if err == nil {
		defer f.Close()
		b, err = io.ReadAll(io.LimitReader(f, mostInput))
	}
	if err != nil {
		return "", fmt.Errorf("the %s cannot be read from %s (%w): name a file that you may read", what, file, errors.Unwrap(err))
	}
	return string(b), nil
}

// completeFields completes the name of a field and, where most is 2, its values.
func completeFields(most int) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		switch {
		case len(args) == 0:
			return config.Fields(), cobra.ShellCompDirectiveNoFileComp
		case len(args) < most:
			return slices.Clone(config.Choices(args[0])), cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
}
