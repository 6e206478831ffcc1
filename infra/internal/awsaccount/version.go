package awsaccount

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// A Version is a published version of a function.
type Version struct {
	Number    int
	Published time.Time
	Build     string // SHA-256 of its program; "" if it does not say it
}

// Versions returns the published versions of a function, oldest first; the error is
// [NotFound] if the function does not exist. Build is read from the environment variable
// of this name.
func (a *Account) Versions(ctx context.Context, function, build string) ([]Version, error) {
	pages := lambda.NewListVersionsByFunctionPaginator(lambda.NewFromConfig(a.config), &lambda.ListVersionsByFunctionInput{FunctionName: &function})
	var all []Version
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, a.notDeployed(function, explain("reading the versions of "+function, err))
		}
		for _, v := range page.Versions {
			number, err := strconv.Atoi(aws.ToString(v.Version))
			if err != nil {
				continue // $LATEST, which is no published one
			}
			found := Version{Number: number}
			// Lambda writes the zone without a colon.
			if found.Published, err = time.Parse("2006-01-02T15:04:05.000-0700", aws.ToString(v.LastModified)); err != nil {
				found.Published, _ = time.Parse(time.RFC3339, aws.ToString(v.LastModified))
			}
			if v.Environment != nil {
				found.Build = v.Environment.Variables[build]
			}
			all = append(all, found)
		}
	}
	slices.SortFunc(all, func(v, w Version) int { return cmp.Compare(v.Number, w.Number) })
	return all, nil
}

// An Alias names a version of a function.
type Alias struct {
	Version  int
	Shifting bool // a gradual deployment is in progress
	Revision string
}

// FunctionAlias returns an alias of a function; the error is [NotFound] if it does not exist.
func (a *Account) FunctionAlias(ctx context.Context, function, name string) (Alias, error) {
	out, err := lambda.NewFromConfig(a.config).GetAlias(ctx, &lambda.GetAliasInput{FunctionName: &function, Name: &name})
	if err != nil {
		return Alias{}, a.notDeployed(function, explain("reading the alias "+name+" of "+function, err))
	}
	number, err := strconv.Atoi(aws.ToString(out.FunctionVersion))
	if err != nil {
		return Alias{}, fmt.Errorf("the alias %s of %s is at %q, which is no published version: deploy the stage again", name, function, aws.ToString(out.FunctionVersion))
	}
	return Alias{number, out.RoutingConfig != nil && len(out.RoutingConfig.AdditionalVersionWeights) > 0, aws.ToString(out.RevisionId)}, nil
}

// MoveAlias moves an alias to a version, unless something else has changed it since it was
// read, which is [Conflict].
func (a *Account) MoveAlias(ctx context.Context, function, name string, from Alias, version int) error {
	_, err := lambda.NewFromConfig(a.config).UpdateAlias(ctx, &lambda.UpdateAliasInput{
		FunctionName: &function, Name: &name, FunctionVersion: aws.String(strconv.Itoa(version)), RevisionId: aws.String(from.Revision),
	})
	if err = explain("moving the alias "+name+" of "+function, err); CodeOf(err) == "PreconditionFailedException" {
		return &Error{Conflict, fmt.Errorf("the alias %s was changed by something else at the same time, and was left as that made it: run it again", name)}
	}
	return err
}

// StackVersion returns the version of the function that a stack has deployed, 0 if it does
// not say.
func (a *Account) StackVersion(ctx context.Context, stack string) (int, error) {
	out, err := cloudformation.NewFromConfig(a.config).DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{StackName: &stack})
	if err != nil {
		return 0, explain("reading the stack "+stack, err)
	}
	for _, r := range out.StackResources {
		if name := aws.ToString(r.PhysicalResourceId); aws.ToString(r.ResourceType) == "AWS::Lambda::Version" {
			number, _ := strconv.Atoi(name[strings.LastIndex(name, ":")+1:])
			return number, nil
		}
	}
	return 0, nil
}
