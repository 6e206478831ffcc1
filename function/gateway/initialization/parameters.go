package initialization

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
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

// secrets are the settings whose parameter must be encrypted, each with the command
// that stores it.
var secrets = map[string]string{config.EnvToken: "token", config.EnvHeaders: "headers", config.EnvClientCertificate: "certificate", cfClientSecret: "headers"}

// parameters reads the parameters that hold settings, all in one call, and returns
// their values by the environment variable that each stands for. It warns of secrets
// that are not encrypted.
func (l *Loader) parameters(ctx context.Context, env *environment) (values map[string]string, warnings []string, err error) {
	names := env.parameterNames()
	if len(names) == 0 {
		return nil, nil, nil
	}
	found, invalid, err := l.read(ctx, slices.Sorted(maps.Keys(names)))
	if err != nil {
		return nil, nil, err
	}
	values = map[string]string{}
	for _, p := range found {
		if p.Type == types.ParameterTypeSecureString {
			l.opts.Decryptions.Add(1)
		}
		variable := names[aws.ToString(p.Name)]
		values[variable] = aws.ToString(p.Value)
		setting, _, _ := strings.Cut(variable, "__") // of whichever home
		if command, secret := secrets[setting]; secret && p.Type != types.ParameterTypeSecureString {
			warnings = append(warnings, fmt.Sprintf("the parameter %s is of type %s, so the %s in it is not encrypted: delete it and put it again with `hearthgate %s`, which makes a SecureString", aws.ToString(p.Name), p.Type, command, command))
		}
	}
	return values, warnings, l.missing(invalid, names)
}

// read reads parameters, in one call unless there are several homes with many of them.
// It returns the names of those that do not exist, too.
func (l *Loader) read(ctx context.Context, names []string) (found []types.Parameter, invalid []string, err error) {
	const most = 10 // of one call
	for some := range slices.Chunk(names, most) {
		var out *ssm.GetParametersOutput
		err := l.opts.Guard(ctx, func(ctx context.Context) (err error) {
			out, err = l.ssm().GetParameters(ctx, &ssm.GetParametersInput{Names: some, WithDecryption: aws.Bool(true)})
			return classify(err)
		})
		if err != nil {
			return nil, nil, l.explain(err, some)
		}
		found, invalid = append(found, out.Parameters...), append(invalid, out.InvalidParameters...)
	}
	return found, invalid, nil
}

// parameterNames returns the names of the parameters to read, each with the environment
// variable that it stands for. A variable that is set needs no parameter.
func (e *environment) parameterNames() map[string]string {
	names := map[string]string{}
	add := func(parameter, variable string) {
		if parameter != "" && e.get(variable) == "" {
			names[parameter] = variable
		}
	}
	relayed := e.get(config.EnvConnection) == string(config.Relay)
	if prefix := e.get(config.EnvParameterPrefix); prefix != "" {
		if !relayed {
			add(prefix+config.URLParameter, config.EnvURL)
		}
		add(prefix+config.LogLevelParameter, config.EnvLogLevel)
		add(prefix+config.OperationsParameter, config.EnvOperationsUntil)
		add(prefix+config.PauseParameter, config.EnvPause)
	}
	if !relayed && e.get(config.EnvTokenSource) != string(config.Linked) {
		add(e.get(config.EnvTokenParameter), config.EnvToken)
	}
	add(e.get(config.EnvHeadersParam), config.EnvHeaders)
	add(e.get(config.EnvClientCertificateParam), config.EnvClientCertificate)
	e.homeParameters(add)
	for _, a := range accessVariables {
		if parameter := strings.TrimSpace(e.getenv(a.variable)); isParameterName(parameter) {
			names[parameter] = a.variable
		}
	}
	return names
}

// missing returns an error that names the required parameters that do not exist. Those of
// a further home are a problem of that home.
func (l *Loader) missing(invalid []string, names map[string]string) error {
	var needed []string
	for _, name := range invalid {
		if variable := names[name]; variable != config.EnvLogLevel && variable != config.EnvOperationsUntil && variable != config.EnvPause && !strings.Contains(variable, "__") {
			needed = append(needed, name)
		}
	}
	if len(needed) == 0 {
		return nil
	}
	return fmt.Errorf("there is no parameter %s in region %s: `hearthgate deploy` makes those of the stage, `hearthgate token` the one with the token, `hearthgate headers` the one with headers, and `hearthgate certificate` the one with a client certificate",
		strings.Join(needed, " and no parameter "), l.opts.Getenv("AWS_REGION"))
}

// ssm returns the client, made at its first use. It does without the SDK's config
// package, which costs 15 ms and 4 MB at a cold start: Lambda puts region and
// credentials into the environment.
func (l *Loader) ssm() *ssm.Client {
	l.clientOnce.Do(func() {
		o := ssm.Options{
			Region:      l.opts.Getenv("AWS_REGION"),
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return credentials(l.opts.Getenv), nil }),
			// By default the SDK pauses for seconds between its attempts, with a person
			// waiting, and then loses the reason.
			Retryer: retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 150 * time.Millisecond }),
		}
		if l.opts.Transport != nil {
			o.HTTPClient = &http.Client{Transport: l.opts.Transport}
		}
		for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSM"} {
			if endpoint := l.opts.Getenv(name); endpoint != "" {
				o.BaseEndpoint = aws.String(endpoint)
			}
		}
		l.client = ssm.New(o)
	})
	return l.client
}

// classify returns err with a kind: whether the store is unreachable or throttles, or
// rejected the request.
func classify(err error) error {
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

// explain returns an error of the parameter store with its reason and what to do.
func (l *Loader) explain(err error, names []string) error {
	list := strings.Join(names, ", ")
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		switch e.ErrorCode() {
		case "AccessDeniedException":
			return fmt.Errorf("the function's role may not read %s: `hearthgate deploy` grants it for the parameters of the stage (%s)", list, e.ErrorCode())
		case "ThrottlingException", "TooManyUpdates":
			return fmt.Errorf("the parameter store is busy; the function will read %s again in a moment (%s)", list, e.ErrorCode())
		case "ExpiredTokenException", "UnrecognizedClientException", "InvalidSignatureException":
			return fmt.Errorf("the credentials are not valid, so %s cannot be read: check that they belong to the account and that the clock is right (%s)", list, e.ErrorCode())
		}
		return fmt.Errorf("%s cannot be read: %s", list, e.ErrorCode())
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the parameter store did not answer in time, so %s is not known: the function will try again in a moment", list)
	}
	return fmt.Errorf("%s cannot be read: %w", list, err)
}
