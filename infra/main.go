// Command infra is the CDK app: one stack for each stage or, in a clone without stages,
// for each example, and one for each dashboard that stages share. The CDK CLI runs it from the root of the clone, as cdk.json says.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

func main() {
	defer jsii.Close()
	if err := synthesize(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		jsii.Close()
		os.Exit(1)
	}
}

// synthesize writes the templates of all stages into the CLI's output folder.
func synthesize() error {
	root, err := project.Root()
	if err != nil {
		return err
	}
	folder, note, err := project.Synthesized(root)
	if err != nil {
		return err
	}
	if note != "" {
		fmt.Fprintln(os.Stderr, note)
	}
	stages, err := folder.LoadAll()
	if err != nil {
		return err
	}
	code := filepath.Join(root, ".build", "function")
	if err := checkBuilt(code); err != nil {
		return err
	}
	hash, err := project.Hash(filepath.Join(code, "bootstrap"))
	if err != nil {
		return fmt.Errorf("the built function cannot be read: %w", err)
	}
	for _, stage := range stages {
		for _, warning := range stage.Warnings() {
			fmt.Fprintf(os.Stderr, "%s: %s\n", stage.File, warning)
		}
	}
	version := project.Version(context.Background(), root)
	app := awscdk.NewApp(&awscdk.AppProps{})
	layout := monitoring.LayoutOf(stages)
	var stacks []awscdk.Stack
	for _, stage := range stages {
		stacks = append(stacks, NewStack(app, StackProps{
			Stage: stage, Code: awslambda.Code_FromAsset(&code, nil), // a Code belongs to one stack
			Build: hash, Version: version, Layout: layout,
		}))
	}
	for _, overview := range layout.Overviews {
		stacks = append(stacks, NewOverview(app, overview, layout, cmp.Or(version, "unknown")))
	}
	if note != "" {
		for _, stack := range stacks {
			forbidDeployment(stack)
		}
	}
	addNag(app)
	app.Synth(nil)
	return nil
}

// forbidDeployment has CloudFormation reject a stack. An example must not replace the
// deployed stage of the same name, whose file is in another folder.
func forbidDeployment(stack awscdk.Stack) {
	awscdk.NewCfnRule(stack, jsii.String("Example"), &awscdk.CfnRuleProps{
		Assertions: &[]*awscdk.CfnRuleAssertion{{
			Assert:            awscdk.Fn_ConditionEquals("example", "stage"),
			AssertDescription: jsii.String("This is an example. Describe your home with `hearthgate init`, or name the folder of your stages in " + project.EnvStages + "."),
		}},
	})
}

// checkBuilt returns nil if dir contains what `make function` builds. Lambda starts
// only an executable bootstrap, and the asset's hash does not include the file mode.
func checkBuilt(dir string) error {
	bootstrap, err := os.Stat(filepath.Join(dir, "bootstrap"))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return errors.New("the function is not built: run `make function` first")
	case err != nil:
		return fmt.Errorf("the built function cannot be read: %w", err)
	case bootstrap.Mode().Perm()&0o111 == 0:
		return errors.New("the built function is not executable, so Lambda cannot start it: delete .build/function and run `make function` again")
	}
	return nil
}
