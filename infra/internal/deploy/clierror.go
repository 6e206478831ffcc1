package deploy

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// A CLIError is a run of the CDK CLI, or of npm, that failed.
type CLIError struct {
	Command string // as "cdk deploy hearthgate-home"
	Code    int    // its exit code
	Reason  string // what happened and what to do; "" if what it wrote is not understood
	Said    string // what it wrote, without stack traces
	Shown   bool   // it was shown already
}

func (e *CLIError) Error() string {
	if e.Reason != "" {
		return e.Reason
	}
	return fmt.Sprintf("`%s` failed (exit code %d): the last lines that it wrote say why", e.Command, e.Code)
}

// Details returns what the CLI wrote, "" if it was shown already.
func (e *CLIError) Details() string {
	if e.Shown {
		return ""
	}
	return e.Said
}

// failure returns the error of a run that failed.
func (c CDK) failure(command string, code int, said string) error {
	return &CLIError{Command: command, Code: code, Reason: reasonOf(said), Said: withoutTraces(said), Shown: c.Verbose}
}

// withReason returns the error of a run that failed with a reason that is known better. It
// keeps what the CLI wrote.
func withReason(err error, reason string) error {
	e := &CLIError{Reason: reason}
	if cli, ok := errors.AsType[*CLIError](err); ok {
		e.Command, e.Code, e.Said, e.Shown = cli.Command, cli.Code, cli.Said, cli.Shown
	}
	return e
}

// reasons say what words of the CLI mean that are not AWS's. The first that matches is the
// one. $1 and the like are the groups.
var reasons = []struct {
	pattern *regexp.Regexp
	reason  string
}{
	{regexp.MustCompile(`(?s)could not be used to assume '([^']+)'.*is not authorized to perform`),
		"these credentials may not use the CDK's role $1 (sts:AssumeRole): attach the policy that `hearthgate iam-policy` prints, or use credentials of an administrator of the account"},
	{regexp.MustCompile(`no credentials have been configured|Unable to resolve AWS account|Could not load credentials`),
		"the CDK found no AWS credentials that it can use: check AWS_PROFILE, and that `aws sts get-caller-identity` answers"},
	{regexp.MustCompile(`requires bootstrap stack version '?(\d+)'?, (?:found|but) \D*'?(\d+)'?`),
		"the account is prepared for an older CDK (version $2, and $1 is needed): run `hearthgate deploy --bootstrap`, which brings it up to date"},
	{regexp.MustCompile(`is not bootstrapped|/cdk-bootstrap/\S+ not found|has not been bootstrapped`),
		"the account is not prepared for the CDK in this region: run `hearthgate deploy --bootstrap` once"},
	{regexp.MustCompile(`(?i)TerminationProtection is enabled`),
		"the stack is guarded against deletion: write \"production\": false into the stage's file and deploy it first"},
	{regexp.MustCompile(`(?i)getaddrinfo|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ECONNRESET|EAI_AGAIN`),
		"AWS or the registry of npm did not answer: check the connection to the internet, HTTPS_PROXY and AWS_ENDPOINT_URL, and run the command again"},
	{regexp.MustCompile(`ENOSPC|no space left on device`),
		"the disk of this machine is full: free some space and run the command again"},
	{regexp.MustCompile(`make: .*(?:not found|No such file)|(?i)spawn make ENOENT`),
		"make is missing, which builds the function: install it and run the command again"},
}

// reasonOf returns what happened and what to do, "" if the words are not understood.
func reasonOf(said string) string {
	for _, r := range reasons {
		if m := r.pattern.FindStringSubmatchIndex(said); m != nil {
			return string(r.pattern.ExpandString(nil, r.reason, said, m))
		}
	}
	return awsaccount.Understand(said)
}

// details returns what the CLI wrote, "" if it is not its error.
func details(err error) string {
	if cli, ok := errors.AsType[*CLIError](err); ok {
		return cli.Said
	}
	return ""
}

var traceLine = regexp.MustCompile(`^\s+at .+[:)]\d*|^\s+'?[$\w]+'?: .+,?$|^}$|^\s+Error: \[Object\]`)

// withoutTraces returns text without the stack traces of JavaScript and the objects that
// it prints behind them.
func withoutTraces(said string) string {
	var out strings.Builder
	traced := false
	for line := range strings.Lines(said) {
		at := strings.HasPrefix(strings.TrimSpace(line), "at ") && strings.Contains(line, ":")
		if at || traced && traceLine.MatchString(strings.TrimRight(line, "\n")) {
			traced = true
			continue
		}
		traced = false
		out.WriteString(line)
	}
	return out.String()
}
