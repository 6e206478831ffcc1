package main

import (
	"cmp"
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func (c *command) init() *cobra.Command {
	var stage, account string
	var production, secretHeaders, skip, yes bool
	answers := map[string]*string{}
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Describe your home: write the file of a stage",
		Long: `init asks what a stage needs to know, checks each answer as it is given, and
writes ` + config.StagesDir + `/STAGE.json. What is given as a flag is not asked for; without a
terminal nothing is. It shows what would change in a file that is there, and changes
it only when you say so.`,
		Example: `  hearthgate init
  hearthgate init --stage prod --production --account 111122223333
  hearthgate init --locale de-DE --url https://home.example.com --yes`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := config.CheckName(stage); err != nil {
				return err
			}
			root, err := project.Root()
			if err != nil {
				return err
			}
			file := path.Join(config.StagesDir, stage+".json")
			before, exists, err := existing(root, file, stage)
			if err != nil {
				return err
			}
			o := setup.Options{Given: map[string]string{}, Out: ui.New(c.err, c.getenv), Skip: skip}
			for _, q := range setup.Questions() {
				if cmd.Flags().Changed(q.Flag) {
					o.Given[q.Field] = *answers[q.Flag]
				}
			}
			if c.interactive() && !c.json {
				o.In = c.input(cmd.Context())
			}
			after := before
			if cmd.Flags().Changed("account") {
				after.Account = account
			}
			if cmd.Flags().Changed("production") {
				after.Production = production
			}
			if cmd.Flags().Changed("secret-headers") {
				after.SecretHeaders = secretHeaders
			}
			if after, err = setup.Ask(cmd.Context(), after, o); err != nil {
				return err
			}
			changes := setup.Changes(before, after)
			if len(changes) > 0 && exists {
				c.changes(o.Out, file, changes)
				if err := c.confirm(o, yes, "Change the file?"); err != nil {
					return err
				}
			}
			if err := setup.Write(filepath.Join(root, file), after); err != nil {
				return err
			}
			return c.written(file, stage, after, changes)
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, which is the file's name")
	for _, q := range setup.Questions() {
		answers[q.Flag] = cmd.Flags().String(q.Flag, "", strings.ToLower(q.Text[:1])+q.Text[1:])
	}
	cmd.Flags().StringVar(&account, "account", "", "AWS account, twelve digits; default: that of the credentials in use")
	cmd.Flags().BoolVar(&production, "production", false, "guard the stack against deletion")
	cmd.Flags().BoolVar(&secretHeaders, "secret-headers", false, "send the home the headers that hearthgate headers has stored")
	cmd.Flags().BoolVar(&skip, "offline", false, "do not ask Home Assistant whether it is there")
	cmd.Flags().BoolVar(&yes, "yes", false, "change the file without asking")
	return cmd
}

// existing returns the stage of a file, or a new one if there is no file. What is
// wrong with the values of the file is told when they are asked for.
func existing(root, file, name string) (config.Stage, bool, error) {
	data, err := os.ReadFile(filepath.Join(root, file))
	if errors.Is(err, os.ErrNotExist) {
		return config.NewStage(name), false, nil
	}
	if err != nil {
		return config.Stage{}, true, err
	}
	s, err := config.Decode(file, data)
	return s, true, err
}

func (c *command) changes(s *ui.Screen, file string, changes []setup.Change) {
	s.Printf("what changes in %s:\n", file)
	for _, ch := range changes {
		s.Printf("  %-20s %s -> %s\n", ch.Field, cmp.Or(ch.Before, "(default)"), cmp.Or(ch.After, "(default)"))
	}
}

func (c *command) written(file, name string, s config.Stage, changes []setup.Change) error {
	next := "hearthgate token --stage " + name
	if s.TokenSource == config.Linked {
		next = "hearthgate deploy --stage " + name
	}
	if c.json {
		c.print(map[string]any{"file": file, "region": s.Region, "changes": changes, "next": next})
		return nil
	}
	out := c.screen()
	out.Printf("%s %s: region %s, %d fields changed.\n", out.Good("wrote"), file, s.Region, len(changes))
	out.Printf("Next: %s\n", out.Bold(next))
	return nil
}
