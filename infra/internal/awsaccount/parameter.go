package awsaccount

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// A Parameter is a parameter without its value.
type Parameter struct {
	Name    string
	Type    string // String, StringList or SecureString
	Version int64
}

// Parameter returns a parameter; the error is [NotFound] if it does not exist.
func (a *Account) Parameter(ctx context.Context, name string) (Parameter, error) {
	out, err := ssm.NewFromConfig(a.config).GetParameter(ctx, &ssm.GetParameterInput{Name: &name})
	if err != nil {
		return Parameter{}, explain("reading the parameter "+name, err)
	}
	return Parameter{name, string(out.Parameter.Type), out.Parameter.Version}, nil
}

// Text returns the value of a String; the error is [NotFound] if it does not exist.
func (a *Account) Text(ctx context.Context, name string) (string, error) {
	out, err := ssm.NewFromConfig(a.config).GetParameter(ctx, &ssm.GetParameterInput{Name: &name})
	if err != nil {
		return "", explain("reading the parameter "+name, err)
	}
	return aws.ToString(out.Parameter.Value), nil
}

// Secret returns the value of a SecureString; the error is [NotFound] if it does not
// exist.
func (a *Account) Secret(ctx context.Context, name string) (string, error) {
	value, _, err := a.SecretVersion(ctx, name)
	return value, err
}

// SecretVersion returns the value of a SecureString and which version of it that is; the
// error is [NotFound] if it does not exist.
func (a *Account) SecretVersion(ctx context.Context, name string) (string, int64, error) {
	out, err := ssm.NewFromConfig(a.config).GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return "", 0, explain("reading the parameter "+name, err)
	}
	return aws.ToString(out.Parameter.Value), out.Parameter.Version, nil
}

// PutSecret puts a SecureString of the standard tier, tagged with the stage, and
// returns its version. A parameter of another type with that name is deleted first,
// because a parameter cannot become a SecureString.
func (a *Account) PutSecret(ctx context.Context, name, value, description, stage string) (int64, error) {
	client := ssm.NewFromConfig(a.config)
	old, err := a.Parameter(ctx, name)
	exists := err == nil
	switch {
	case err != nil && CodeOf(err) != NotFound:
		return 0, err
	case exists && old.Type != string(types.ParameterTypeSecureString):
		if _, err := client.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: &name}); err != nil {
			return 0, explain("deleting the parameter "+name+", which is a "+old.Type, err)
		}
		exists = false
	}
	in := &ssm.PutParameterInput{
		Name: &name, Value: &value, Type: types.ParameterTypeSecureString, Tier: types.ParameterTierStandard,
		Description: &description,
	}
	if exists {
		in.Overwrite = aws.Bool(true) // AWS does not accept it together with tags
	} else {
		in.Tags = []types.Tag{{Key: aws.String("hearthgate:stage"), Value: &stage}}
	}
	out, err := client.PutParameter(ctx, in)
	if err != nil {
		return 0, explain("storing the parameter "+name, err)
	}
	return out.Version, nil
}

// PutText puts a String of the standard tier, which is not secret.
func (a *Account) PutText(ctx context.Context, name, value, description string) error {
	_, err := ssm.NewFromConfig(a.config).PutParameter(ctx, &ssm.PutParameterInput{
		Name: &name, Value: &value, Type: types.ParameterTypeString, Tier: types.ParameterTierStandard,
		Description: &description, Overwrite: aws.Bool(true),
	})
	if err != nil {
		return explain("storing the parameter "+name, err)
	}
	return nil
}

// Bootstrapped returns nil if the account is prepared for the CDK in this region, and
// an error that is [NotFound] if it is not.
func (a *Account) Bootstrapped(ctx context.Context) error {
	const name = "/cdk-bootstrap/hnb659fds/version"
	_, err := a.Parameter(ctx, name)
	if CodeOf(err) == NotFound {
		return &Error{NotFound, fmt.Errorf("the account %s is not prepared for the CDK in %s: run `hearthgate deploy --bootstrap` once, which creates the bucket and roles that the CDK needs", a.ID, a.Region)}
	}
	return err
}

// ParametersBelow returns the names of the parameters that begin with a path, which ends
// with a slash. It reads no secret.
func (a *Account) ParametersBelow(ctx context.Context, path string) (names []string, err error) {
	pages := ssm.NewGetParametersByPathPaginator(ssm.NewFromConfig(a.config), &ssm.GetParametersByPathInput{Path: &path, Recursive: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return names, explain("listing the parameters below "+path, err)
		}
		for _, p := range page.Parameters {
			names = append(names, aws.ToString(p.Name))
		}
	}
	return names, nil
}

// DeleteParameter deletes a parameter and reports whether it existed.
func (a *Account) DeleteParameter(ctx context.Context, name string) (bool, error) {
	_, err := ssm.NewFromConfig(a.config).DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: &name})
	if err = explain("deleting the parameter "+name, err); CodeOf(err) == NotFound {
		return false, nil
	}
	return err == nil, err
}
