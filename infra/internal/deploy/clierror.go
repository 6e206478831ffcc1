package deploy

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// A CLIError is a run of the CDK CLI, or of npm, that failed.
type CLIError struct {
	Command string // as "cdk deploy hearthgate-home"
	Code    int    // its exit code
	Reason  string // what happened and what to do; "" if what it wrote is not understood
	Said    string // what it wrote, without stack traces; "" if it was shown already
}

func (e *CLIError) Error() string {
	if e.Reason != "" {
		return e.Reason
	}
	return fmt.Sprintf("`%s` failed (exit code %d): the last lines that it wrote say why", e.Command, e.Code)
}

// Details returns what the CLI wrote.
func (e *CLIError) Details() string { return e.Said }

// failure returns the error of a run that failed.
func (c CDK) failure(command string, code int, said string) error {
	e := &CLIError{Command: command, Code: code, Reason: reasonOf(said), Said: withoutTraces(said)}
	if c.Verbose {
		e.Said = ""
	}
	return e
}

// withReason returns the error of a run that failed with a reason that is known better. It
// keeps what the CLI wrote.
func withReason(err error, reason string) error {
	e := &CLIError{Reason: reason}
	if cli, ok := errors.AsType[*CLIError](err); ok {
		e.Command, e.Code, e.Said = cli.Command, cli.Code, cli.Said
	}
	return e
}

// denied finds who may not do what, in the words of IAM.
var denied = regexp.MustCompile(`(?s)(?:User: (\S+) )?is not authorized to perform: ([\w-]+:\w+)(?: on resource: ([^\s"]+))?`)

// policy is what to do about a missing right.
const policy = "attach the policy that `hearthgate iam-policy` prints to whoever deploys, or use credentials of an administrator of the account"

// reasons say what the words of the CLI or of CloudFormation mean. The first that matches
// is the one. $1 and the like are the groups.
var reasons = []struct {
	pattern *regexp.Regexp
	reason  string
}{
	{regexp.MustCompile(`(?i)ExpiredToken|(?:token|credentials)[^.]* (?:is|are|have|has) expired|SSO session.* expired`),
		"the AWS credentials have expired: log in again, with `aws sso login` or as you did before, and deploy again"},
	{regexp.MustCompile(`no credentials have been configured|Unable to resolve AWS account|Could not load credentials`),
		"the CDK found no AWS credentials that it can use: check AWS_PROFILE, and that `aws sts get-caller-identity` answers"},
	{regexp.MustCompile(`requires bootstrap stack version '?(\d+)'?, (?:found|but) \D*'?(\d+)'?`),
		"the account is prepared for an older CDK (version $2, and $1 is needed): run `hearthgate deploy --bootstrap`, which brings it up to date"},
	{regexp.MustCompile(`(?:is not bootstrapped|/cdk-bootstrap/\S+ not found|has not been bootstrapped)`),
		"the account is not prepared for the CDK in this region: run `hearthgate deploy --bootstrap` once"},
	{regexp.MustCompile(`(?i)No bucket named '?([\w.-]+)|NoSuchBucket|bucket does not exist`),
		"the CDK's bucket for what is uploaded is missing, although the account was prepared once: delete the stack CDKToolkit in the console of CloudFormation, and run `hearthgate deploy --bootstrap`"},
	{regexp.MustCompile(`(?i)TerminationProtection is enabled`),
		"the stack is guarded against deletion: write \"production\": false into the stage's file and deploy it first"},
	{regexp.MustCompile(`is in (\w+_IN_PROGRESS) state`),
		"CloudFormation is busy with the stack ($1): run the command again, which waits for it"},
	{regexp.MustCompile(`(?i)Throttling|Rate exceeded|TooManyRequests`),
		"AWS received too many requests of this account at once: wait a minute and run the command again"},
	{regexp.MustCompile(`(?i)(?:Resource)?LimitExceeded|quota has been (?:reached|exceeded)|exceed(?:s|ed)? (?:the|your) (?:\w+ )*(?:limit|quota)`),
		"a quota of the AWS account is used up: delete what is no longer used, or ask for a higher one in the console of Service Quotas"},
	{regexp.MustCompile(`(?i)RequestTimeTooSkewed|Signature (?:not yet current|expired)`),
		"this machine's clock is wrong, so AWS rejects its requests: set the clock and run the command again"},
	{regexp.MustCompile(`(?i)InvalidClientTokenId|security token included in the request is invalid`),
		"AWS does not know these credentials in this region: check AWS_PROFILE, and whether the region is enabled for the account"},
	{regexp.MustCompile(`(?i)getaddrinfo|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ECONNRESET|EAI_AGAIN`),
		"AWS or the registry of npm did not answer: check the connection to the internet, HTTPS_PROXY and AWS_ENDPOINT_URL, and run the command again"},
	{regexp.MustCompile(`ENOSPC|no space left on device`),
		"the disk of this machine is full: free some space and run the command again"},
	{regexp.MustCompile(`make: .*(?:not found|No such file)|(?i)spawn make ENOENT`),
		"make is missing, which builds the function: install it and run the command again"},
}

// reasonOf returns what happened and what to do, "" if the words are not understood.
func reasonOf(said string) string {
	if m := denied.FindStringSubmatch(said); m != nil {
		return deniedReason(m[1], m[2], m[3])
	}
	for _, r := range reasons {
		if m := r.pattern.FindStringSubmatchIndex(said); m != nil {
			return string(r.pattern.ExpandString(nil, r.reason, said, m))
		}
	}
	return ""
}

func deniedReason(who, action, resource string) string {
	what := action
	if resource != "" {
		what += " on " + strings.TrimRight(resource, ".,;")
	}
	if strings.Contains(who, "cfn-exec-role") {
		return fmt.Sprintf("the CDK's role for deployments may not do %s: the account was prepared with a narrower policy than hearthgate needs; have an administrator allow it, or run `cdk bootstrap` again with another --cloudformation-execution-policies", what)
	}
	return fmt.Sprintf("AWS does not allow %s with these credentials: %s", what, policy)
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
