// Package awsaccount is the owner's AWS account in one region: the calls that the
// commands make, with errors that say what to do.
//
// Region, credentials and endpoints come from where every AWS tool reads them: the
// environment, ~/.aws and the profile in use.
package awsaccount

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/hearthgate/hearthgate/config"
)

// An Account is an AWS account in one region. It is safe for concurrent use.
type Account struct {
	Region string
	ID     string // twelve digits
	Who    string // ARN of the identity in use

	config aws.Config
}

// Open finds the credentials and asks AWS whose they are. The error says what is
// missing or wrong with them.
func Open(ctx context.Context, region string) (*Account, error) {
	c, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRegion(region), awsconfig.WithLogger(logging.Nop{}))
	if err != nil {
		return nil, fmt.Errorf("the AWS configuration cannot be used: %w; check ~/.aws/config and AWS_PROFILE", err)
	}
	if _, err := c.Credentials.Retrieve(ctx); err != nil {
		if _, ok := errors.AsType[*net.DNSError](err); ok { // single sign-on needs the network
			return nil, explain("getting AWS credentials", err)
		}
		return nil, &Error{Code: NoCredentials, Err: errors.New("there are no AWS credentials here: run `aws configure` or `aws sso login`, or set AWS_PROFILE to a profile that has them")}
	}
	who, err := sts.NewFromConfig(c).GetCallerIdentity(ctx, nil)
	if err != nil {
		return nil, explain("asking whose credentials these are", err)
	}
	return &Account{Region: region, ID: aws.ToString(who.Account), Who: aws.ToString(who.Arn), config: c}, nil
}

// OpenFor opens the account of a stage. Credentials of another account are an error.
func OpenFor(ctx context.Context, s config.Stage) (*Account, error) {
	a, err := Open(ctx, s.Region)
	if err != nil {
		return nil, err
	}
	if s.Account != "" && s.Account != a.ID {
		return nil, fmt.Errorf("the stage %s belongs to the AWS account %s, and these credentials are of %s: set AWS_PROFILE to a profile of the account %[2]s", s.Name, s.Account, a.ID)
	}
	return a, nil
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

// Codes of an [Error]. It may also have one of AWS's own.
const (
	NoCredentials = "NoCredentials"
	Expired       = "Expired"
	Denied        = "Denied"
	NotFound      = "NotFound"
	Unreachable   = "Unreachable"
	Unreadable    = "Unreadable" // something answered, and not as AWS does
	Unsent        = "Unsent"     // the request could not be made
)

// An Error is a failed call to AWS.
type Error struct {
	Code string // one of the codes above, or AWS's own
	Err  error  // what happened and what to do
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of an error of this package, "" for another.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// codes are our codes for those of AWS's services.
var codes = map[string]string{
	"ExpiredToken": Expired, "ExpiredTokenException": Expired, "RequestExpired": Expired,
	"AccessDenied": Denied, "AccessDeniedException": Denied, "UnauthorizedOperation": Denied,
	"InvalidClientTokenId": NoCredentials, "UnrecognizedClientException": NoCredentials,
	"SignatureDoesNotMatch": NoCredentials, "InvalidSignatureException": NoCredentials,
	"ResourceNotFoundException": NotFound, "ParameterNotFound": NotFound,
}

// explain returns the error of a failed call for a person. "doing" is what was tried.
func explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		if answered(err) {
			return &Error{Unreadable, fmt.Errorf("%s: the answer is not one of AWS (%w): check what AWS_ENDPOINT_URL and HTTPS_PROXY name, and whether something on the way answers instead of AWS", doing, innermost(err))}
		}
		if unsent(err) {
			return &Error{Unsent, fmt.Errorf("%s: the request to AWS could not be made: %w; check the region and the AWS settings of this machine", doing, innermost(err))}
		}
		return &Error{Unreachable, fmt.Errorf("%s: AWS did not answer: %w; check the connection to the internet, AWS_ENDPOINT_URL and the region", doing, innermost(err))}
	}
	code := codes[api.ErrorCode()]
	switch code {
	case Expired:
		return &Error{code, fmt.Errorf("%s: the AWS credentials have expired (%s): log in again, with `aws sso login` or as you did before", doing, api.ErrorCode())}
	case Denied:
		return &Error{code, fmt.Errorf("%s: AWS does not allow it with these credentials (%s): %s; use credentials of an administrator of the account, or have this action allowed", doing, api.ErrorCode(), api.ErrorMessage())}
	case NoCredentials:
		return &Error{code, fmt.Errorf("%s: AWS does not know these credentials (%s): check AWS_PROFILE, ~/.aws/credentials and this machine's clock", doing, api.ErrorCode())}
	case "":
		code = api.ErrorCode()
		if strings.Contains(api.ErrorMessage(), "does not exist") {
			code = NotFound
		}
	}
	return &Error{code, fmt.Errorf("%s: %s: %s", doing, api.ErrorCode(), api.ErrorMessage())}
}

// answered reports whether there was a response, which the SDK could not read.
func answered(err error) bool {
	_, unreadable := errors.AsType[*smithy.DeserializationError](err)
	res, ok := errors.AsType[*smithyhttp.ResponseError](err)
	return unreadable || ok && res.Response != nil && res.HTTPStatusCode() != 0
}

// unsent reports whether the SDK rejected a request before it sent anything.
func unsent(err error) bool {
	_, serialization := errors.AsType[*smithy.SerializationError](err)
	_, parameter := errors.AsType[smithy.InvalidParamsError](err)
	return serialization || parameter
}

// innermost returns the last of a chain of errors, which has the reason.
func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
