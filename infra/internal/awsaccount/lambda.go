package awsaccount

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// An Invocation is what a function returned for an event.
type Invocation struct {
	Payload       []byte
	FunctionError string   // why the function failed instead of answering; default: it answered
	Version       string   // of the function that answered
	Lines         []string // the end of its log
}

// Invoke sends an event to a function, given by its name or ARN, and to an alias or
// version of it unless qualifier is empty. It is never retried.
func (a *Account) Invoke(ctx context.Context, function, qualifier string, event []byte) (Invocation, error) {
	in := &lambda.InvokeInput{FunctionName: &function, Payload: event, LogType: types.LogTypeTail}
	if qualifier != "" {
		in.Qualifier = &qualifier
	}
	out, err := lambda.NewFromConfig(a.config, once).Invoke(ctx, in)
	if err != nil {
		return Invocation{}, a.notDeployed(function, explain("invoking "+function, err))
	}
	if out.ExecutedVersion == nil && !json.Valid(out.Payload) { // Lambda always says the version
		return Invocation{}, unreadable("invoking "+function, errors.New("it is not JSON"))
	}
	v := Invocation{Payload: out.Payload, FunctionError: aws.ToString(out.FunctionError), Version: aws.ToString(out.ExecutedVersion)}
	if tail, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult)); err == nil {
		v.Lines = strings.Split(strings.TrimSpace(string(tail)), "\n")
	}
	if v.FunctionError != "" {
		v.FunctionError += ": " + string(out.Payload)
	}
	return v, nil
}

// notDeployed returns the error of a function that does not exist with what to do.
func (a *Account) notDeployed(name string, err error) error {
	if CodeOf(err) != NotFound {
		return err
	}
	return &Error{NotFound, fmt.Errorf("there is no function %s in the account %s, %s: deploy its stage with `hearthgate deploy`, or check the name, the account and the region", name, a.ID, a.Region)}
}

// once disables retries: a directive must not be sent twice.
func once(o *lambda.Options) { o.Retryer = aws.NopRetryer{} }
