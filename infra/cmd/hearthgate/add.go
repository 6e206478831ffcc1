package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

func (c *command) add() *cobra.Command {
	var from, connection, account, profile string
	var skip bool
	answers := map[string]*string{} // by flag
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Add the next home: a stage with the settings of another one",
		Long: `add writes the file of another stage, with the settings of the one that --from names. What
is a home's own is not taken over but asked for, or left empty: its address and how it is
reached, its skills and their users, its AWS account and topic. Its token is stored with
hearthgate token, as for the first home. Without a terminal it asks for nothing.`,
		Example: `  hearthgate add lake --from prod
  hearthgate add lake --from prod --url https://lake.example.com --aws-profile lake --account 111122223333`,
		Args: takes(1, 1),
	}
	cmd.Flags().StringVar(&from, "from", "", "the `stage` whose settings to take (default: the only one)")
	if err := cmd.RegisterFlagCompletionFunc("from", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return project.StageNames(), cobra.ShellCompDirectiveNoFileComp
	}); err != nil {
		panic(err) // the flag exists: it was added above
	}
	for _, q := range setup.Questions() {
		answers[q.Flag] = cmd.Flags().String(q.Flag, "", lowered(q.Text))
	}
	cmd.Flags().StringVar(&connection, "connection", "", "how directives get to the home, https or relay")
	cmd.Flags().StringVar(&account, "account", "", "AWS account, twelve digits (default: that of the credentials in use)")
	cmd.Flags().StringVar(&profile, "aws-profile", "", "AWS profile of this home (default: the credentials in use)")
	cmd.Flags().BoolVar(&skip, "offline", false, "do not check that Home Assistant answers")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		stages, err := project.Stages()
		if err != nil {
			return err
		}
		next, err := nextHome(stages, args[0], from)
		if err != nil {
			return err
		}
		o := setup.Options{From: &next, Given: map[string]string{}, Out: c.errScreen(), Offline: skip}
		for _, q := range setup.Questions() {
			if cmd.Flags().Changed(q.Flag) {
				o.Given[q.Field] = *answers[q.Flag]
			}
		}
		o.Edit = func(s *config.Stage) {
			s.Account, s.AWSProfile = account, profile
			set(cmd, "connection", &s.Connection, config.Connection(connection))
		}
		if p := c.prompt(); p.Interactive() && !c.json {
			o.Prompt = p
		}
		d, err := setup.Describe(cmd.Context(), stages, args[0], o)
		if err != nil {
			return err
		}
		if len(next.Policy) > 0 {
			d.Warnings = append(d.Warnings, "the policy was taken over: check with `hearthgate policy --stage "+args[0]+"` that it names the devices of this home")
		}
		c.show(d)
		return nil
	}
	return cmd
}

// nextHome returns what a new stage takes over from another one; an empty name stands for
// the only one.
func nextHome(stages project.StageFolder, name, from string) (config.Stage, error) {
	if err := config.CheckName(name); err != nil {
		return config.Stage{}, err
	}
	names := stages.Names()
	switch {
	case slices.Contains(names, name):
		return config.Stage{}, fmt.Errorf("there is a stage %s already: `hearthgate init --stage %[1]s` changes it", name)
	case len(names) == 0:
		return config.Stage{}, fmt.Errorf("there is no stage in %s to take settings from: describe the first home with `hearthgate init`", stages.Path)
	case from == "" && len(names) > 1:
		return config.Stage{}, errors.New("there are several stages: name with --from the one whose settings to take")
	case from == "":
		from = names[0]
	}
	s, err := stages.Load(from)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = project.Stage(from) // whose error lists the stages
	}
	return setup.NextHome(s, name), err
}
