package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup/backup"
)

func (c *command) export() *cobra.Command {
	var stage, file, passphraseFile string
	var yes bool
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Export a stage with its secrets into an encrypted file",
		Long: `export writes the settings of a stage, and the secrets that are stored for it in your AWS
account, into one file that a passphrase encrypts (with age): a backup, or the way to
another machine or AWS account. It reads the passphrase twice without showing it, or from
standard input, or from the file that --passphrase-file names.

Without the passphrase no one can open the file, not even you.`,
		Example: `  hearthgate export
  hearthgate export --stage prod --out /media/stick/prod.age
  pass show hearthgate | hearthgate export --stage prod --yes`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			s, account, err := c.deployed(ctx, stage)
			if err != nil {
				return err
			}
			file := cmp.Or(file, "hearthgate-"+s.Name+".age")
			if _, err := os.Lstat(file); err == nil && !yes {
				if err := c.prompt().Confirm(ctx, file+" is there already. Replace it?"); err != nil {
					return err
				}
			}
			passphrase, err := c.newPassphrase(ctx, passphraseFile)
			if err != nil {
				return err
			}
			bundle, err := backup.Collect(ctx, s, account, time.Now())
			if err != nil {
				return err
			}
			if err := bundle.Write(file, passphrase); err != nil {
				return err
			}
			c.show(bundle.Describe(file))
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().StringVar(&file, "out", "", "the `file` to write (default: hearthgate-STAGE.age in the working directory)")
	cmd.Flags().StringVar(&passphraseFile, "passphrase-file", "", "a `file` whose first line is the passphrase")
	cmd.Flags().BoolVar(&yes, "yes", false, "replace the file if it is there already")
	return cmd
}

func (c *command) importStage() *cobra.Command {
	var stage, passphraseFile string
	var yes bool
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Import a stage that export has written",
		Long: `import decrypts what export has written, shows what it will write (names and versions,
and no secret), asks, stores the secrets in the AWS account of your credentials, and
writes the stage's file. That may be another account than the one of the export. A stage
with an awsProfile goes into the account of that profile, unless AWS_PROFILE is set or
this machine has no such profile.

A stage that has a file which says something else is replaced only with --yes; --stage
imports under another name.`,
		Example: `  hearthgate import hearthgate-dev.age
  hearthgate import prod.age --stage cottage
  pass show hearthgate | hearthgate import prod.age --yes`,
		Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := c.planImport(cmd.Context(), args[0], stage, passphraseFile)
			if err != nil {
				return err
			}
			if !c.json {
				plan.Show(c.errScreen())
			}
			if plan.Overwrites() && !yes {
				return fmt.Errorf("nothing was imported: %s is there already and says something else. Import under another name with --stage, or replace it with --yes", plan.File)
			}
			if !yes {
				if err := c.prompt().Confirm(cmd.Context(), "Import this?"); err != nil {
					return err
				}
			}
			imported, err := plan.Apply(cmd.Context())
			if err != nil {
				return err
			}
			c.show(imported)
			return nil
		},
	}
	stageFlag(cmd, &stage, "", "the name of the `stage` (default: that of the export)")
	cmd.Flags().StringVar(&passphraseFile, "passphrase-file", "", "a `file` whose first line is the passphrase")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask, and replace a stage that says something else")
	return cmd
}

// planImport reads an export and compares it with what is there.
func (c *command) planImport(ctx context.Context, file, stage, passphraseFile string) (backup.Plan, error) {
	folder, err := project.Stages()
	if err != nil {
		return backup.Plan{}, err
	}
	if err := backup.Check(file); err != nil {
		return backup.Plan{}, err
	}
	passphrase, err := c.passphrase(ctx, "Passphrase of the export", passphraseFile)
	if err != nil {
		return backup.Plan{}, err
	}
	bundle, err := backup.Read(file, passphrase)
	if err != nil {
		return backup.Plan{}, err
	}
	s, err := bundle.StageAs(stage)
	if err != nil {
		return backup.Plan{}, err
	}
	s, account, note, err := backup.Target(ctx, s, c.getenv)
	if err != nil {
		return backup.Plan{}, err
	}
	plan, err := bundle.Plan(ctx, s, folder, account)
	if note != "" {
		plan.Notes = append(plan.Notes, note)
	}
	return plan, err
}

// newPassphrase reads a passphrase that is to encrypt something. At a terminal it must be
// typed twice.
func (c *command) newPassphrase(ctx context.Context, file string) (string, error) {
	for {
		passphrase, err := c.passphrase(ctx, "New passphrase for the file", file)
		if err != nil {
			return "", err
		}
		problem := checkPassphrase(passphrase)
		interactive := file == "" && c.prompt().Interactive()
		if problem == nil && interactive {
			again, err := c.passphrase(ctx, "The passphrase again", "")
			if err != nil {
				return "", err
			}
			if again != passphrase {
				problem = errors.New("the two passphrases differ: type it twice")
			}
		}
		if problem == nil || !interactive {
			return passphrase, problem
		}
		c.errScreen().Printf("%v\n", problem)
	}
}

// checkPassphrase rejects a passphrase that is easy to guess.
func checkPassphrase(passphrase string) error {
	const least = 10
	if n := len([]rune(passphrase)); n < least {
		return fmt.Errorf("the passphrase has %d characters, which is easy to guess, and the file holds the keys to your home: use %d or more, such as four words", n, least)
	}
	return nil
}

// passphrase reads a passphrase: the first line of a file or, without one, what is typed
// without being shown or piped in.
func (c *command) passphrase(ctx context.Context, what, file string) (string, error) {
	if file == "" {
		p := c.prompt()
		if p.Interactive() {
			return p.Hidden(ctx, what)
		}
		line, err := p.Line(ctx)
		if err != nil || line == "" {
			return "", errors.Join(ctx.Err(), errors.New("there is no passphrase: pipe it in as a line, or name a file that holds it with --passphrase-file"))
		}
		return line, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("the passphrase cannot be read from %s (%w): name a file that you may read", file, errors.Unwrap(err))
	}
	line, _, _ := strings.Cut(string(b), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", fmt.Errorf("%s has no passphrase: its first line is empty", file)
	}
	return line, nil
}
