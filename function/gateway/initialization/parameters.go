package initialization

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// secrets are the settings that a parameter must keep encrypted, each with the
// command that puts it there.
var secrets = map[string]string{config.EnvToken: "token", config.EnvHeaders: "headers"}

// parameters reads the parameters that stand for settings, all in one call, and
// returns them by the environment variable that each stands for. It warns of a
// token that is not kept as a secret.
func (s *Starter) parameters(ctx context.Context, env *environment) (values map[string]string, warnings []string, err error) {
	names := env.wanted()
	if len(names) == 0 {
		return nil, nil, nil
	}
	in := &ssm.GetParametersInput{WithDecryption: aws.Bool(true)}
	for name := range names {
		in.Names = append(in.Names, name)
	}
	var out *ssm.GetParametersOutput
	err = s.opts.Guard(ctx, func(ctx context.Context) (err error) {
		out, err = s.ssm().GetParameters(ctx, in)
		return judged(err)
	})
	if err != nil {
		return nil, nil, s.explain(err, in.Names)
	}
	values = map[string]string{}
	for _, p := range out.Parameters {
		if p.Type == types.ParameterTypeSecureString {
			s.decrypted.Add(1)
		}
		stands := names[aws.ToString(p.Name)]
		values[stands] = aws.ToString(p.Value)
		if command, secret := secrets[stands]; secret && p.Type != types.ParameterTypeSecureString {
			warnings = append(warnings, fmt.Sprintf("the parameter %s is of type %s, so the %s in it is not encrypted: delete it and put it again with `hearthgate %s`, which makes a SecureString", aws.ToString(p.Name), p.Type, command, command))
		}
	}
	return values, warnings, s.missing(out.InvalidParameters, names)
}

// Decryptions returns how many encrypted parameters were read so far, each of which
// asks KMS once.
func (s *Starter) Decryptions() int64 { return s.decrypted.Load() }

// wanted returns the names of the parameters to read, each with the environment
// variable that it stands for. What the environment has is not asked for.
func (e *environment) wanted() map[string]string {
	names := map[string]string{}
	want := func(parameter, variable string) {
		if parameter != "" && e.get(variable) == "" {
			names[parameter] = variable
		}
	}
	if prefix := e.get(config.EnvParameterPrefix); prefix != "" {
		want(prefix+config.URLParameter, config.EnvURL)
		want(prefix+config.LogLevelParameter, config.EnvLogLevel)
	}
	if e.get(config.EnvTokenSource) != string(config.Linked) {
		want(e.get(config.EnvTokenParameter), config.EnvToken)
	}
	want(e.get(config.EnvHeadersParam), config.EnvHeaders)
	return names
}

// missing says which parameters that are needed are not there.
func (s *Starter) missing(invalid []string, names map[string]string) error {
	var needed []string
	for _, name := range invalid {
		if names[name] != config.EnvLogLevel {
			needed = append(needed, name)
		}
	}
	if len(needed) == 0 {
		return nil
	}
	return fmt.Errorf("there is no parameter %s in region %s: the stack makes those of the stage, `hearthgate token` the one with the token, and `hearthgate headers` the one with headers",
		strings.Join(needed, " and no parameter "), s.opts.Getenv("AWS_REGION"))
}

// ssm returns the client, made at its first use. It is made without the SDK's
// config package, which costs 15 ms and 4 MB at a cold start: region and
// credentials are in the environment, where Lambda puts them.
func (s *Starter) ssm() *ssm.Client {
	s.clientOnce.Do(func() {
		o := ssm.Options{
			Region: s.opts.Getenv("AWS_REGION"),
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{
					AccessKeyID:     s.opts.Getenv("AWS_ACCESS_KEY_ID"),
					SecretAccessKey: s.opts.Getenv("AWS_SECRET_ACCESS_KEY"),
					SessionToken:    s.opts.Getenv("AWS_SESSION_TOKEN"),
				}, nil
			}),
			// The SDK would pause for seconds between its tries, with a person
			// waiting, and in the end not tell why.
			Retryer: retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 150 * time.Millisecond }),
		}
		if s.opts.Transport != nil {
			o.HTTPClient = &http.Client{Transport: s.opts.Transport}
		}
		for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSM"} {
			if endpoint := s.opts.Getenv(name); endpoint != "" {
				o.BaseEndpoint = aws.String(endpoint)
			}
		}
		s.client = ssm.New(o)
	})
	return s.client
}

// judged returns err with the kind that says whether the store is in trouble, or only
// refused what was asked of it.
func judged(err error) error {
	if err == nil {
		return nil
	}
	kind := core.Unreachable
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		switch code := e.ErrorCode(); {
		case code == "ThrottlingException" || code == "TooManyUpdates":
			kind = core.RateLimited
		case e.ErrorFault() != smithy.FaultServer:
			kind = core.Forbidden
		}
	}
	return &core.Error{Kind: kind, Err: err}
}

// explain says what an error of the parameter store means and what to do.
func (s *Starter) explain(err error, names []string) error {
	list := strings.Join(names, ", ")
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		switch e.ErrorCode() {
		case "AccessDeniedException":
			return fmt.Errorf("the function's role may not read %s: deploy the stack again, which grants it (%s)", list, e.ErrorCode())
		case "ThrottlingException", "TooManyUpdates":
			return fmt.Errorf("the parameter store is busy; %s will be read again in a moment (%s)", list, e.ErrorCode())
		case "ExpiredTokenException", "UnrecognizedClientException", "InvalidSignatureException":
			return fmt.Errorf("the credentials are not valid, so %s cannot be read: check that they belong to the account and that the clock is right (%s)", list, e.ErrorCode())
		}
		return fmt.Errorf("%s cannot be read: %s", list, e.ErrorCode())
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the parameter store did not answer in time, so %s is not known", list)
	}
	return fmt.Errorf("%s cannot be read: %w", list, err)
}
