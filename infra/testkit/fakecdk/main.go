// Command fakecdk takes the place of npx in tests that need no CDK: it answers
// `npx --prefix DIR cdk COMMAND` with the calls and the lines of the CDK CLI, for the
// template of fakeaws. The end-to-end tests run the real one.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[slices.Index(os.Args, "cdk")+1:]); err != nil {
		fmt.Printf(" ❌  %v\n    at fail (/cdk/lib/index.js:1:1) {\n  '$fault': 'client',\n  Error: [Object]\n}\n", err)
		os.Exit(1)
	}
}

// A cli is one run for one stack.
type cli struct {
	stack string
	cfn   *cloudformation.Client
	own   aws.Config // of the person
}

func run(ctx context.Context, args []string) error {
	c, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRetryMaxAttempts(1))
	if err != nil {
		return err
	}
	own := c.Copy()
	if args[0] != "bootstrap" {
		assume(ctx, &c, map[string]string{"diff": "lookup"}[args[0]])
	}
	x := &cli{stack: args[1], cfn: cloudformation.NewFromConfig(c), own: own}
	switch args[0] {
	case "bootstrap":
		x.stack = "CDKToolkit"
		return x.bootstrap(ctx)
	case "diff":
		return x.diff(ctx)
	case "deploy":
		return x.deploy(ctx)
	case "rollback":
		_, err := x.cfn.ContinueUpdateRollback(ctx, &cloudformation.ContinueUpdateRollbackInput{StackName: &x.stack})
		if err != nil {
			return short(err)
		}
		return x.wait(ctx, "UPDATE_ROLLBACK_COMPLETE")
	case "destroy":
		return x.destroy(ctx)
	}
	return fmt.Errorf("fakecdk does not know %q", args)
}

// assume takes a role of the CDK, that for deployments if kind is empty. Without the right
// to it the CLI goes on with the credentials that it has.
func assume(ctx context.Context, c *aws.Config, kind string) {
	if kind == "" {
		kind = "deploy"
	}
	role := fmt.Sprintf("arn:aws:iam::%[1]s:role/cdk-hnb659fds-%[2]s-role-%[1]s-%[3]s", fakeaws.AccountID, kind, c.Region)
	out, err := sts.NewFromConfig(*c).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("cdk")})
	if err != nil {
		fmt.Printf("current credentials could not be used to assume '%s', but are for the right account. Proceeding anyway.\n", role)
		return
	}
	k := out.Credentials
	c.Credentials = credentials.NewStaticCredentialsProvider(*k.AccessKeyId, *k.SecretAccessKey, *k.SessionToken)
}

// short returns an error of AWS as the CLI writes it.
func short(err error) error {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return fmt.Errorf("%s: %s", e.ErrorCode(), e.ErrorMessage())
	}
	return err
}

func (x *cli) bootstrap(ctx context.Context) error {
	return x.change(ctx, `{"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "code"}},
		"Version": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/cdk-bootstrap/hnb659fds/version", "Type": "String", "Value": "30"}}}}`, nil)
}

// synthesized returns the stage and its template, or that of the dashboard of all homes.
func (x *cli) synthesized() (config.Stage, string, error) {
	if strings.HasPrefix(x.stack, "hearthgate-overview-") {
		return config.Stage{}, `{"Resources": {"Dashboard": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardName": "hearthgate-overview-` + x.own.Region + `", "DashboardBody": "{}"}}}}`, nil
	}
	s, err := project.Stage(strings.TrimPrefix(x.stack, "hearthgate-"))
	return s, fakeaws.StageTemplate(s), err
}

type template struct {
	Resources map[string]struct {
		Type       string
		Properties any
	}
}

func (x *cli) diff(ctx context.Context) error {
	_, text, err := x.synthesized()
	if err != nil {
		return err
	}
	var before, after template
	if err := json.Unmarshal([]byte(text), &after); err != nil {
		return err
	}
	out, err := x.cfn.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &x.stack})
	if err == nil {
		_ = json.Unmarshal([]byte(aws.ToString(out.TemplateBody)), &before) // it is empty before the first deployment
	} else if !strings.Contains(err.Error(), "does not exist") {
		return short(err)
	}
	n := 0
	for id, r := range after.Resources {
		if old, ok := before.Resources[id]; !ok {
			fmt.Printf("[+] %s %s %s\n", r.Type, id, id)
			n = 1
		} else if !reflect.DeepEqual(old, r) {
			fmt.Printf("[~] %s %s %s\n └─ [~] Properties\n", r.Type, id, id)
			n = 1
		}
	}
	for id, r := range before.Resources {
		if _, ok := after.Resources[id]; !ok {
			fmt.Printf("[-] %s %s %s destroy\n", r.Type, id, id)
			n = 1
		}
	}
	fmt.Printf("\n✨  Number of stacks with differences: %d\n", n)
	return nil
}

func (x *cli) deploy(ctx context.Context) error {
	s, text, err := x.synthesized()
	if err != nil {
		return err
	}
	fmt.Printf("%s: start: Publishing\n", x.stack)
	publisher := x.own.Copy()
	assume(ctx, &publisher, "file-publishing")
	if err := upload(ctx, publisher, "/code/function.zip"); err != nil {
		return err
	}
	if st, err := x.status(ctx); err == nil && strings.HasPrefix(st, "ROLLBACK_") {
		if err := x.destroy(ctx); err != nil {
			return err
		}
	}
	return x.change(ctx, text, &s)
}

// upload puts something into a bucket.
func upload(ctx context.Context, c aws.Config, path string) error {
	const body = "zip"
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, aws.ToString(c.BaseEndpoint)+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	keys, err := c.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	if err := v4.NewSigner().SignHTTP(ctx, keys, r, "UNSIGNED-PAYLOAD", "s3", c.Region, time.Now()); err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	said, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s", said)
	}
	return nil
}

// change has CloudFormation make a template. The stage is nil for the bootstrap.
func (x *cli) change(ctx context.Context, text string, s *config.Stage) error {
	fmt.Printf("%s: creating CloudFormation changeset...\n", x.stack)
	var tags []types.Tag
	if s != nil {
		version := project.Version(ctx, ".")
		if version == "" {
			version = "unknown"
		}
		tags = []types.Tag{{Key: aws.String("hearthgate:version"), Value: &version}}
	}
	kind := types.ChangeSetTypeUpdate
	if _, err := x.status(ctx); err != nil {
		kind = types.ChangeSetTypeCreate
	}
	name := aws.String("cdk-deploy-change-set")
	if _, err := x.cfn.CreateChangeSet(ctx, &cloudformation.CreateChangeSetInput{StackName: &x.stack, ChangeSetName: name, ChangeSetType: kind, TemplateBody: &text, Tags: tags}); err != nil {
		return short(err)
	}
	if s != nil {
		if _, err := x.cfn.UpdateTerminationProtection(ctx, &cloudformation.UpdateTerminationProtectionInput{StackName: &x.stack, EnableTerminationProtection: &s.Production}); err != nil {
			return short(err)
		}
	}
	if _, err := x.cfn.ExecuteChangeSet(ctx, &cloudformation.ExecuteChangeSetInput{StackName: &x.stack, ChangeSetName: name}); err != nil {
		return short(err)
	}
	return x.wait(ctx, "CREATE_COMPLETE", "UPDATE_COMPLETE")
}

func (x *cli) destroy(ctx context.Context) error {
	if _, err := x.cfn.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &x.stack}); err != nil {
		return short(err)
	}
	if err := x.wait(ctx); err != nil && !strings.Contains(err.Error(), "does not exist") {
		return err
	}
	return nil
}

func (x *cli) status(ctx context.Context) (string, error) {
	out, err := x.cfn.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &x.stack})
	if err != nil {
		return "", short(err)
	}
	return string(out.Stacks[0].StackStatus), nil
}

// wait waits until CloudFormation has ended in one of these states.
func (x *cli) wait(ctx context.Context, good ...string) error {
	for {
		status, err := x.status(ctx)
		switch {
		case err != nil:
			return err
		case slices.Contains(good, status):
			return nil
		case !strings.HasSuffix(status, "_IN_PROGRESS"):
			return fmt.Errorf("the stack named %s failed to deploy: %s", x.stack, status)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
