// Package awsaccount is the owner's AWS account in one region: the calls that the
// commands make, with errors that say what to do.
//
// Region, credentials and endpoints come from where every AWS tool reads them: the
// environment, ~/.aws and the profile in use.
package awsaccount

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
)

// An Account is an AWS account in one region. It is safe for concurrent use.
type Account struct {
	Region string
	ID     string // twelve digits
	Who    string // ARN of the identity in use

	config aws.Config
	trail  *trail
}

// Open finds the credentials in use and asks AWS whose they are. The error says what is
// missing or wrong with them.
func Open(ctx context.Context, region string) (*Account, error) { return open(ctx, region, "") }

// open opens an account with the credentials of a profile; "" stands for those in use.
// All calls share one retryer, so that a service that throttles one slows all of them; it
// makes five attempts unless AWS_MAX_ATTEMPTS says another number.
func open(ctx context.Context, region, profile string) (*Account, error) {
	env, err := awsconfig.NewEnvConfig()
	if err != nil {
		return nil, unusable(err, profile)
	}
	const attempts = 5
	retryer := retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
		o.StandardOptions = append(o.StandardOptions, func(s *retry.StandardOptions) { s.MaxAttempts = cmp.Or(env.RetryMaxAttempts, attempts) })
	})
	c, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRegion(region), awsconfig.WithLogger(logging.Nop{}),
		awsconfig.WithSharedConfigProfile(profile), awsconfig.WithRetryer(func() aws.Retryer { return retryer }))
	if err != nil {
		return nil, unusable(err, profile)
	}
	if _, err := c.Credentials.Retrieve(ctx); err != nil {
		return nil, noCredentials(ctx, err, profile)
	}
	who, err := sts.NewFromConfig(c).GetCallerIdentity(ctx, nil)
	if err != nil {
		return nil, explain("asking whose credentials these are", err)
	}
	return &Account{Region: region, ID: aws.ToString(who.Account), Who: aws.ToString(who.Arn), config: c, trail: new(trail)}, nil
}

// Expiry returns when the credentials end; the zero time if they do not, or if that is
// not known.
func (a *Account) Expiry(ctx context.Context) time.Time {
	keys, err := a.config.Credentials.Retrieve(ctx)
	if err != nil || !keys.CanExpire {
		return time.Time{}
	}
	return keys.Expires
}

// Environment returns the credentials, the region and the endpoints as environment
// variables, for a program that does not read profiles.
func (a *Account) Environment(ctx context.Context, getenv func(string) string) ([]string, error) {
	keys, err := a.config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, explain("reading the AWS credentials", err)
	}
	env := []string{
		"AWS_REGION=" + a.Region, "AWS_DEFAULT_REGION=" + a.Region,
		"AWS_ACCESS_KEY_ID=" + keys.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + keys.SecretAccessKey,
	}
	if keys.SessionToken != "" {
		env = append(env, "AWS_SESSION_TOKEN="+keys.SessionToken)
	}
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSM"} {
		if v := getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env, nil
}

// RegionOf returns the region that an ARN names, "" for a name that is not an ARN.
func RegionOf(name string) string {
	a, err := arn.Parse(name)
	if err != nil {
		return ""
	}
	return a.Region
}
