package awsaccount

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
)

// unusable returns the error of settings of this machine that cannot be used, by the
// profile that a stage names or, if that is "", the one in use.
func unusable(err error, profile string) error {
	if _, ok := errors.AsType[awsconfig.SharedConfigProfileNotExistError](err); ok && profile != "" {
		return &Error{NoCredentials, fmt.Errorf("there is no AWS profile %q on this machine, which the stage's file names in awsProfile: create it with `aws configure --profile %[1]s`, or change the file", profile)}
	}
	if e, ok := errors.AsType[awsconfig.SharedConfigProfileNotExistError](err); ok {
		return &Error{NoCredentials, fmt.Errorf("there is no AWS profile %q on this machine: set AWS_PROFILE to one of those that `aws configure list-profiles` prints, or create it with `aws configure --profile %[1]s`", e.Profile)}
	}
	if _, ok := errors.AsType[awsconfig.AssumeRoleTokenProviderNotSetError](err); ok {
		return &Error{NoCredentials, errors.New("the AWS profile asks for a code of a second factor (MFA), which only the AWS CLI asks for: run `eval \"$(aws configure export-credentials --format env)\"`, unset AWS_PROFILE, and run this again in the same terminal")}
	}
	return &Error{NoCredentials, fmt.Errorf("the AWS settings of this machine cannot be used: %w; check ~/.aws/config, ~/.aws/credentials and AWS_PROFILE", innermost(err))}
}

// noCredentials returns the error of credentials that were not found or could not be
// renewed, by the profile that a stage names or, if that is "", by those in use.
func noCredentials(ctx context.Context, err error, profile string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	login, named := "`aws sso login`", profile
	if profile = cmp.Or(profile, os.Getenv("AWS_PROFILE")); profile != "" {
		login = "`aws sso login --profile " + profile + "`"
	}
	if _, ok := errors.AsType[*ssocreds.InvalidTokenError](err); ok || strings.Contains(err.Error(), "SSO token") {
		return &Error{Expired, fmt.Errorf("the login of single sign-on has expired, or was never done: run %s and then this again", login)}
	}
	if strings.Contains(err.Error(), "please reauthenticate") {
		return &Error{Expired, errors.New("the login with `aws login` has expired: run it and then this again")}
	}
	if e, ok := errors.AsType[*processcreds.ProviderError](err); ok {
		return &Error{NoCredentials, fmt.Errorf("the program that the AWS profile gets its credentials from (credential_process in ~/.aws/config) failed: %w; run it by hand to see why", innermost(e))}
	}
	if _, ok := errors.AsType[smithy.APIError](err); ok { // of the service that issues them
		return explain("getting AWS credentials", err)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok { // single sign-on needs the network
		return explain("getting AWS credentials", err)
	}
	if named != "" {
		return &Error{NoCredentials, fmt.Errorf("the AWS profile %q, which the stage's file names in awsProfile, has no credentials on this machine: run `aws configure --profile %[1]s` or %s", named, login)}
	}
	return &Error{NoCredentials, fmt.Errorf("there are no AWS credentials here: run `aws login`, `aws configure` or %s, or set AWS_PROFILE to a profile that has them", login)}
}
