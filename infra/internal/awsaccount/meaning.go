package awsaccount

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"
)

// A meaning is what an error of AWS means for a person.
type meaning struct {
	pattern *regexp.Regexp // of AWS's code and message
	code    string
	what    string
	mend    string
	about   bool // what was tried is worth saying
}

// unavailable is what a failure of AWS itself means.
var unavailable = &meaning{nil, Unavailable, "AWS has a failure of its own", "wait some minutes and run it again; https://health.aws.amazon.com/health/status shows outages", true}

// meanings are tried in this order: the first whose pattern matches is the one.
var meanings = []*meaning{
	{regexp.MustCompile(`(?i)RequestTimeTooSkewed|RequestExpired|Signature (?:not yet current|expired)|RequestInTheFuture`), Clock,
		"this machine's clock is wrong, so AWS rejects its requests", "set the clock and run it again", false},
	{regexp.MustCompile(`(?i)ExpiredToken|(?:token|credentials|session)[^.:]* (?:is|are|have|has) expired`), Expired,
		"the AWS credentials have expired", "log in again, with `aws sso login` or as you did before, and run it again", false},
	{regexp.MustCompile(`(?i)RegionDisabled|OptInRequired|not (?:opted in|enabled) (?:in|to|for) (?:this|the) region|Credential should be scoped to a valid region|AuthorizationHeaderMalformed`), Region,
		"the region is not the right one for these credentials, or it is not enabled for the account", "enable it in the console (Account, AWS Regions), and check AWS_REGION and AWS_ENDPOINT_URL", false},
	{regexp.MustCompile(`(?i)account[^.:]* (?:is|has been) (?:suspended|closed)|AccountProblem|SubscriptionRequired|not signed up`), "Suspended",
		"the AWS account is suspended, closed or not set up to the end", "log in to the console of AWS, which says what is missing", false},
	{regexp.MustCompile(`(?i)multi-?factor|\bMFA\b`), NoCredentials,
		"AWS asks for a code of a second factor (MFA)", "get credentials with `aws sts get-session-token --serial-number ARN --token-code CODE`, put them into the environment, and run it again", false},
	{regexp.MustCompile(`InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignature|AuthFailure`), NoCredentials,
		"AWS does not know these credentials", "check AWS_PROFILE and ~/.aws/credentials: a key may be deleted or copied only in part; in a region that is not enabled AWS says the same", false},
	{regexp.MustCompile(`(?i)KMS\w*(?:InvalidState|Disabled|NotFound)|\bKMS key\b[^.]* (?:is disabled|pending deletion|does not exist)|InvalidKeyId`), "KMS",
		"the key that encrypts it (KMS) cannot be used", "check in the console of KMS that the key exists and is enabled", true},
	{regexp.MustCompile(`AccessDenied|UnauthorizedOperation|AuthorizationError|NotAuthorized|KMSAccessDenied|UnauthorizedException|is not authorized to perform`), Denied, "", "", true},
	{regexp.MustCompile(`(?i)(?:CodeStorage|ParameterLimit|Limit|MaxVersionLimit|Quota)\w*Exceeded|LimitExceeded|quota has been (?:reached|exceeded)|exceed(?:s|ed)? (?:the|your) (?:\w+ )*(?:limit|quota)`), Quota,
		"a quota of the AWS account is used up", "delete what is no longer used, or ask for a higher one in the console of Service Quotas", true},
	{regexp.MustCompile(`(?i)Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|TooManyUpdates|Rate exceeded|PriorRequestNotComplete`), Throttled,
		"AWS received too many requests of this account at once", "wait a minute and run it again", true},
	{regexp.MustCompile(`(?i)is in \w+_IN_PROGRESS state|ResourceConflict|OperationInProgress|update is in progress|ConcurrentModification|ResourceInUse`), Conflict,
		"AWS is still busy with an earlier change", "wait a minute and run it again", true},
	{regexp.MustCompile(`(?i)No bucket named|NoSuchBucket|bucket does not exist`), "Bucket",
		"the CDK's bucket for what is uploaded is missing, although the account was prepared once", "delete the stack CDKToolkit in the console of CloudFormation, and run `hearthgate deploy --bootstrap`", false},
	{regexp.MustCompile(`ServiceUnavailable|InternalFailure|InternalError|InternalServer|ServiceException|RequestTimeout`), Unavailable, unavailable.what, unavailable.mend, true},
}

// meaningOf returns what AWS's code and message mean, nil if that is not known.
func meaningOf(text string) *meaning {
	for _, m := range meanings {
		if m.pattern.MatchString(text) {
			return m
		}
	}
	return nil
}

// Understand returns what a text of AWS means that a program has written, and what to do,
// as a sentence; "" if that is not known.
func Understand(text string) string {
	switch m := meaningOf(text); {
	case m == nil:
		return ""
	case m.code == Denied:
		return Denial(text).sentence("", "")
	default:
		return m.what + ": " + m.mend
	}
}

// notFound reports whether something does not exist.
func notFound(code, message string) bool {
	switch code {
	case "ResourceNotFoundException", "ParameterNotFound", "NotFound", "NoSuchEntity", "ChangeSetNotFound":
		return true
	}
	return strings.Contains(message, "does not exist")
}

// A Denial is a message of IAM that something is not allowed.
type Denial string

var denied = regexp.MustCompile(`(?s)(?:User: (\S+) )?is not authorized to perform: ([\w-]+:\w+)(?: on resource: ([^\s"]+))?`)

// Missing returns who lacks which right on what; each is "" if the message does not say it.
func (d Denial) Missing() (who, action, resource string) {
	m := denied.FindStringSubmatch(string(d))
	if m == nil {
		return "", "", ""
	}
	return m[1], m[2], strings.TrimRight(m[3], ".,;")
}

// sentence says what is not allowed, and what to do. The operation is that of the call,
// for a message that does not name it.
func (d Denial) sentence(doing, operation string) string {
	who, action, resource := d.Missing()
	if action == "" {
		action = operation
	}
	right := action
	if resource != "" && resource != "*" {
		right += " on " + resource
	}
	switch {
	case doing == "" && right == "":
		doing = "this"
	case doing == "":
		doing = right
	case right != "":
		doing += " (" + right + ")"
	}
	switch {
	case strings.Contains(who, "cfn-exec-role"):
		return fmt.Sprintf("the CDK's role for deployments may not do %s: the account was prepared with a narrower policy than hearthgate needs; have an administrator allow it, or run `cdk bootstrap` again with another --cloudformation-execution-policies", right)
	case strings.Contains(string(d), "explicit deny"):
		return fmt.Sprintf("a policy of the account or of its organization forbids %s: no policy that you attach changes that; ask who manages the account", doing)
	}
	return fmt.Sprintf("AWS does not allow %s with these credentials: attach the policy that `hearthgate iam-policy` prints, or use credentials of an administrator of the account", doing)
}

// operation returns the right that a call needs, "" if that is not known.
func operation(err error) string {
	op, ok := errors.AsType[*smithy.OperationError](err)
	if !ok {
		return ""
	}
	service := map[string]string{"CloudWatch Logs": "logs"}[op.Service()]
	if service == "" {
		service = strings.ToLower(op.Service())
	}
	name := op.Operation()
	if service == "lambda" && name == "Invoke" {
		name = "InvokeFunction"
	}
	return service + ":" + name
}
