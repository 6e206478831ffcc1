package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/deploy/iampolicy"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

func (c *command) iamPolicy() *cobra.Command {
	var stage, purpose, account string
	cmd := &cobra.Command{
		Use:   "iam-policy",
		Short: "Print the IAM policy that a person needs for a stage",
		Long: `iam-policy prints a policy for AWS's Identity and Access Management (IAM) that allows a
person what hearthgate does with their credentials, and nothing else: by the names of the
stage's resources. infra/docs/iam.md explains each part and how to attach it.

--for read     logs, costs, and the state of the stage
--for operate  also directives, ` + "`hearthgate status`" + `, tokens, rollback and the test of alarms
--for deploy   also deploy and destroy (the default)

The policy does not allow to prepare an account for the CDK (` + "`hearthgate deploy --bootstrap`" + `),
which an administrator does once: that creates roles with the rights to deploy.`,
		Example: `  hearthgate iam-policy --stage prod > policy.json
  hearthgate iam-policy --for operate --account 111122223333`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(iampolicy.Purposes, iampolicy.Purpose(purpose)) {
				return fmt.Errorf("--for is %q: write read, operate or deploy", purpose)
			}
			s, err := project.Stage(stage)
			if err != nil {
				return err
			}
			if account, err = accountID(cmd.Context(), s, account); err != nil {
				return err
			}
			p := iampolicy.For(s, account, iampolicy.Purpose(purpose))
			c.show(p)
			if !c.json {
				p.Explain(c.errScreen())
			}
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().StringVar(&purpose, "for", string(iampolicy.Deploy), "what the person does: read, operate or deploy")
	cmd.Flags().StringVar(&account, "account", "", "the AWS account `id`; default: that of the stage, or of the credentials in use")
	return cmd
}

var twelveDigits = regexp.MustCompile(`^\d{12}$`)

// accountID returns the account of a stage, or the one that is given, or that of the
// credentials in use.
func accountID(ctx context.Context, s config.Stage, given string) (string, error) {
	switch {
	case given != "" && !twelveDigits.MatchString(given):
		return "", fmt.Errorf("--account is %q: write the twelve digits of the AWS account", given)
	case given != "":
		return given, nil
	case s.Account != "":
		return s.Account, nil
	}
	a, err := awsaccount.Open(ctx, s.Region)
	if err != nil {
		return "", fmt.Errorf("the account is not known (%w); or give it with --account", err)
	}
	return a.ID, nil
}
