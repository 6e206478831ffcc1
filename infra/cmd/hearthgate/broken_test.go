package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// impatient has the SDK not try again, so that a broken call fails at once.
var impatient = "AWS_MAX_ATTEMPTS=1"

// working returns an owner whose stage is deployed, with a version to go back to.
func working(t *testing.T) *owner {
	t.Helper()
	o := prepared(t)
	o.env = append(o.env, impatient)
	o.sees(o.types("", "deploy", "--bootstrap"), 0)
	o.sees(o.types("", "init", "--custom-skill", skillID, "--alarm-email", "owner@example.com", "--yes"), 0)
	o.sees(o.types("", "deploy"), 0)
	return o
}

// clean fails if the command showed words of the SDK or of its operations, or a secret.
func (o *owner) clean(r result) {
	o.t.Helper()
	for _, odd := range []string{
		canary, "operation error", "api error", "https response", "RequestID", "SDK ", "WARN ", "smithy", "deserializ", "exceeded maximum number of attempts", "panic",
		"circuit_breaker.", "http_client.", "lambda.process", "index.js",
	} {
		if strings.Contains(r.out+r.err, odd) {
			o.t.Errorf("%q is shown: %s%s", odd, r.out, r.err)
		}
	}
}

// brokenCommands are commands that call AWS, and what they end with when nothing is broken.
var brokenCommands = []struct {
	in   string
	args []string
	// tolerant are calls without which the command works, because it only shows less.
	tolerant string
}{
	{canary, []string{"token"}, ""},
	{canary, []string{"token", "--rotate"}, "lambda.GetFunctionConfiguration"},
	{"X-Gate: canary-secret", []string{"headers", "--offline"}, ""},
	{"", []string{"status"}, "ssm.GetParameter"},
	{"", []string{"logs"}, ""},
	{"", []string{"cost"}, "freetier.GetAccountPlanState freetier.GetFreeTierUsage"}, // they become warnings
	{"", []string{"policy"}, ""},
	{"", []string{"invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"}, ""},
	{"", []string{"op", "--allow", "--stage", "dev"}, ""},
	{"", []string{"alarm", "--test"}, "sns.ListSubscriptionsByTopic"},
	{"", []string{"alarm", "--list"}, ""},
	{"", []string{"alarm", "--mute", "1h"}, ""},
	{"", []string{"rollback", "--list"}, ""},
	{"", []string{"history"}, "cloudtrail.LookupEvents"},
	{"", []string{"iam-policy"}, ""},
	{"", []string{"doctor"}, ""},
	{"", []string{"deploy"}, "iam.SimulatePrincipalPolicy cloudformation.DescribeStackEvents cloudformation.DescribeStackResources lambda.GetAlias lambda.GetPolicy lambda.GetFunctionConfiguration"},
}

// TestEveryCallBroken breaks each call that each command makes, in two or three ways: the
// command fails with a sentence that says what to do, or shows less; and a second run
// works.
func TestEveryCallBroken(t *testing.T) {
	o := working(t)
	kinds := []struct {
		name, want string
		broke      func(call string)
	}{
		{"a right", "attach the policy that `hearthgate iam-policy`", func(call string) { o.cloud.Deny(call, "AccessDeniedException", "no") }},
		{"throttled", "wait a minute", func(call string) { o.cloud.Deny(call, "ThrottlingException", "Rate exceeded") }},
		{"garbage", "check what AWS_ENDPOINT_URL and HTTPS_PROXY name", o.cloud.Garble},
	}
	// A call that is throttled is waited for, which takes seconds: one of each protocol.
	throttled := map[string]bool{"sts.GetCallerIdentity": true, "ssm.PutParameter": true, "lambda.GetAlias": true, "monitoring.SetAlarmState": true}
	broken := 0
	for _, does := range brokenCommands {
		before := len(o.cloud.CallsBy(fakeaws.Person))
		o.sees(o.types(does.in, does.args...), 0)
		calls := o.cloud.CallsBy(fakeaws.Person)[before:]
		slices.Sort(calls)
		calls = slices.DeleteFunc(slices.Compact(calls), func(call string) bool { return call == "sts.AssumeRole" }) // the CDK's
		for _, call := range calls {
			for _, kind := range kinds {
				if kind.name == "throttled" {
					if !throttled[call] {
						continue
					}
					throttled[call] = false
				}
				t.Run(fmt.Sprintf("%s %s %s", strings.Join(does.args, " "), call, kind.name), func(t *testing.T) {
					kind.broke(call)
					r := o.types(does.in, does.args...)
					o.cloud.Allow()
					broken++
					tolerated := strings.Contains(does.tolerant, call)
					switch {
					case r.code == 0 && does.args[0] == "doctor":
						if !strings.Contains(r.out, "\n? ") || !strings.Contains(r.out, kind.want) {
							t.Errorf("it does not say that something could not be checked: %s%s", r.out, r.err)
						}
					case r.code == 0 && !tolerated:
						t.Errorf("nothing failed: %s%s", r.out, r.err)
					case r.code != 0 && tolerated && does.args[0] == "deploy":
						t.Errorf("code %d: %s%s", r.code, r.out, r.err)
					case r.code != 0 && !strings.Contains(r.out+r.err, kind.want):
						t.Errorf("no %q in %s%s", kind.want, r.out, r.err)
					}
					o.clean(r)
					if r.code == 0 {
						return
					}
					if again := o.types(does.in, does.args...); again.code != 0 {
						t.Errorf("a second run: code %d: %s%s", again.code, again.out, again.err)
					}
				})
			}
		}
	}
	t.Logf("%d calls were broken", broken)
}

// TestBroken has AWS fail in the ways that only one command, or only one service, has. Each
// row names cause and mend, leaves nothing half done unsaid, and works when it is mended.
func TestBroken(t *testing.T) {
	o := working(t)
	deny := func(call, code, message string) func() { return func() { o.cloud.Deny(call, code, message) } }
	const stack = "hearthgate-dev"
	memory := 200
	changed := func(breaks func()) func() {
		return func() { // something that is not deployed yet
			memory++
			file := regexp.MustCompile(`"memory": \d+`).ReplaceAllString(o.read("config/stages/dev.json"), fmt.Sprintf(`"memory": %d`, memory))
			o.write("config/stages/dev.json", file)
			breaks()
		}
	}
	for _, tt := range []struct {
		name   string
		breaks func()
		env    []string
		in     string
		args   []string
		code   int
		want   []string
	}{
		{"init needs no AWS", deny("*", "ExpiredToken", "expired"), nil, "", []string{"init", "--yes"}, 0, []string{"0 fields changed"}},
		{"expired", deny("*", "ExpiredToken", "expired"), nil, canary, []string{"token"}, 1, []string{"the AWS credentials have expired (ExpiredToken): log in again"}},
		{"expired in the middle", changed(deny("cloudformation.CreateChangeSet", "ExpiredToken", "The security token included in the request is expired")), nil, "", []string{"deploy"}, 1, []string{"the AWS credentials have expired: log in again"}},
		{"unknown key", deny("sts.GetCallerIdentity", "InvalidClientTokenId", "The security token included in the request is invalid."), nil, "", []string{"deploy"}, 1, []string{"- credentials", "AWS does not know these credentials"}},
		{"the clock", deny("sts.GetCallerIdentity", "SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2"), nil, "", []string{"status"}, 1, []string{"this machine's clock is wrong", "set the clock"}},
		{"region that is not enabled", deny("sts.GetCallerIdentity", "RegionDisabledException", "STS is not activated in this region for account:1"), nil, "", []string{"logs"}, 1, []string{"it is not enabled for the account", "Account, AWS Regions"}},
		{"suspended account", deny("*", "AccountProblem", "Your account is suspended"), nil, "", []string{"cost"}, 1, []string{"log in to the console of AWS"}},
		{"no credentials", nil, []string{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="}, "", []string{"deploy"}, 1, []string{"- credentials  there are no AWS credentials here: run `aws login`, `aws configure`"}},
		{"no such profile", nil, []string{"AWS_PROFILE=work"}, "", []string{"doctor"}, 2, []string{`there is no AWS profile "work" on this machine`}},
		{"unreachable", nil, []string{"AWS_ENDPOINT_URL=http://127.0.0.1:1"}, "", []string{"rollback"}, 1, []string{"AWS did not answer while asking whose credentials these are", "check the connection to the internet"}},
		{"unreachable in the CDK", nil, []string{"AWS_ENDPOINT_URL=http://127.0.0.1:1"}, "", []string{"deploy"}, 1, []string{"AWS did not answer"}},
		{"another account", nil, nil, "", []string{"destroy", "--yes", "--stage", "theirs"}, 1, []string{"belongs to the AWS account 999900001111", "set AWS_PROFILE"}},
		{"a page of the network", func() { o.cloud.Garble("*") }, nil, "", []string{"cost"}, 1, []string{"the login page of a network"}},

		{"token in a parameter that is too often changed", deny("ssm.PutParameter", "TooManyUpdates", ""), nil, canary, []string{"token"}, 1, []string{"while storing the parameter", "wait a minute"}},
		{"too many parameters", deny("ssm.PutParameter", "ParameterLimitExceeded", ""), nil, canary, []string{"token", "--rotate"}, 1, []string{"Service Quotas", "The token that was stored before is still in place"}},
		{"the key of the parameter", deny("ssm.GetParameter", "InvalidKeyId", "key is disabled"), nil, canary, []string{"token", "--rotate"}, 1, []string{"nothing was stored", "console of KMS"}},
		{"headers without the right", deny("ssm.PutParameter", "AccessDeniedException", "User: a is not authorized to perform: ssm:PutParameter on resource: arn:aws:ssm:eu-west-1:1:parameter/hearthgate/dev/home-assistant/headers"), nil, "X-Gate: canary-secret", []string{"headers", "--offline"}, 1, []string{"ssm:PutParameter on arn:aws:ssm:eu-west-1:1:parameter/hearthgate/dev/home-assistant/headers"}},
		{"SSM has a failure", deny("ssm.PutParameter", "InternalServerError", ""), nil, "X-Gate: canary-secret", []string{"headers", "--offline"}, 1, []string{"AWS has a failure of its own while storing the parameter", "wait some minutes"}},

		{"no right to the change set", changed(deny("cloudformation.CreateChangeSet", "AccessDenied", "User: arn:aws:sts::1:assumed-role/cdk-hnb659fds-deploy-role-1-eu-west-1/x is not authorized to perform: cloudformation:CreateChangeSet on resource: b")), nil, "", []string{"deploy"}, 1, []string{"cloudformation:CreateChangeSet on b"}},
		{"throttled change set", changed(deny("cloudformation.CreateChangeSet", "Throttling", "Rate exceeded")), nil, "", []string{"deploy"}, 1, []string{"wait a minute and run it again"}},
		{"change set that cannot be executed", changed(deny("cloudformation.ExecuteChangeSet", "InvalidChangeSetStatus", "ChangeSet is in an odd state")), nil, "", []string{"deploy"}, 1, []string{"`cdk deploy hearthgate-dev", "what it wrote", "ChangeSet is in an odd state"}},
		{"another deployment began meanwhile", changed(deny("cloudformation.ExecuteChangeSet", "ValidationError", "Stack:a is in UPDATE_IN_PROGRESS state and can not be updated.")), nil, "", []string{"deploy"}, 1, []string{"AWS is still busy with an earlier change"}},
		{"no bucket", changed(deny("s3.PutObject", "NoSuchBucket", "The specified bucket does not exist")), nil, "", []string{"deploy"}, 1, []string{"delete the stack CDKToolkit", "hearthgate deploy --bootstrap"}},
		{"a quota in the stack", changed(func() {
			o.cloud.Break("AWS::Lambda::Function", "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [10]. (Service: Lambda, Status Code: 400, Request ID: 1)")
		}), nil, "", []string{"deploy"}, 1, []string{"the Lambda Function Function could not be updated", "remove reservedConcurrency from the stage's file", "the version before is in effect again"}},
		{"a name that is taken", changed(func() { o.cloud.Break("AWS::Lambda::Function", "hearthgate-dev already exists in stack arn:x") }), nil, "", []string{"deploy"}, 1, []string{"delete what has this name"}},
		{"the version cannot be tested", deny("lambda.Invoke", "TooManyRequestsException", "Rate Exceeded."), nil, "", []string{"deploy"}, 1, []string{"it does not answer", "the stack is deployed, and AWS received too many requests", "hearthgate doctor --stage dev"}},
		{"bootstrap without the right", func() {
			o.cloud.SetParameter("eu-west-1", fakeaws.Parameter{Name: "/cdk-bootstrap/hnb659fds/version"})
			o.cloud.Deny("cloudformation.CreateChangeSet", "AccessDenied", "User: arn:aws:iam::1:user/a is not authorized to perform: cloudformation:CreateChangeSet on resource: arn:aws:cloudformation:eu-west-1:1:stack/CDKToolkit/*")
		}, nil, "", []string{"deploy", "--bootstrap"}, 1, []string{"could not be prepared for the CDK: arn:aws:iam::1:user/a may not do cloudformation:CreateChangeSet on arn:aws:cloudformation:eu-west-1:1:stack/CDKToolkit/*. Have an administrator of the account run `hearthgate deploy --bootstrap` once"}},

		{"a function that is being updated", deny("lambda.Invoke", "ResourceConflictException", "The operation cannot be performed at this time. The function is currently in the following state: Pending"), nil, "", []string{"status"}, 1, []string{"AWS is still busy with an earlier change while invoking hearthgate-dev"}},
		{"a function that may not be invoked", deny("lambda.Invoke", "AccessDeniedException", "User: a is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:1:function:hearthgate-dev:live because no identity-based policy allows the lambda:InvokeFunction action"), nil, "", []string{"invoke", "discover", "--stage", "dev"}, 1, []string{"lambda:InvokeFunction on arn:aws:lambda:eu-west-1:1:function:hearthgate-dev:live"}},
		{"an organization that forbids it", deny("logs.FilterLogEvents", "AccessDeniedException", "User: a is not authorized to perform: logs:FilterLogEvents on resource: b with an explicit deny in a service control policy"), nil, "", []string{"logs"}, 1, []string{"a policy of the account or of its organization forbids reading the log", "who manages the account"}},
		{"a log that was deleted", deny("logs.FilterLogEvents", "ResourceNotFoundException", "The specified log group does not exist."), nil, "", []string{"logs"}, 1, []string{"AWS has not found it while reading the log"}},
		{"doctor without figures", deny("monitoring.DescribeAlarms", "Throttling", "Rate exceeded"), nil, "", []string{"doctor"}, 0, []string{"? alarms_now", "wait a minute"}},
		{"costs without the right", deny("monitoring.GetMetricStatistics", "AccessDenied", "no"), nil, "", []string{"cost"}, 1, []string{"(cloudwatch:GetMetricStatistics)"}},
		{"alarm without the right", deny("monitoring.SetAlarmState", "AccessDenied", "no"), nil, "", []string{"alarm", "--test"}, 1, []string{"(cloudwatch:SetAlarmState)"}},
		{"a rollback that AWS rejects", deny("lambda.UpdateAlias", "ResourceConflictException", "An update is in progress for resource"), nil, "", []string{"rollback", "--to", "1"}, 1, []string{"AWS is still busy with an earlier change while moving the alias live"}},
		{"a rollback without the right", deny("lambda.UpdateAlias", "AccessDeniedException", "no"), nil, "", []string{"rollback", "--to", "1"}, 1, []string{"(lambda:UpdateAlias)"}},

		{"a stack that cannot be deleted", func() { o.cloud.Break("AWS::SNS::Topic", "Resource is in use") }, nil, "", []string{"destroy", "--yes"}, 1, []string{"hearthgate-dev is not deleted: the SNS Topic Topic could not be deleted: Resource is in use; remove the cause and run `hearthgate destroy --stage dev` again"}},
		{"a stack that may not be deleted", deny("cloudformation.DeleteStack", "AccessDenied", "User: a is not authorized to perform: cloudformation:DeleteStack on resource: b"), nil, "", []string{"destroy", "--yes"}, 1, []string{"cloudformation:DeleteStack on b"}},
		{"a secret that cannot be deleted", deny("ssm.DeleteParameter", "AccessDeniedException", "no"), nil, "", []string{"destroy", "--yes"}, 1, []string{"the stack hearthgate-dev is deleted, but not all secrets are", "(ssm:DeleteParameter)", "run `hearthgate destroy --stage dev` again"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func(outer *testing.T) { o.t = outer }(o.t)
			o.t = t
			file := o.read("config/stages/dev.json")
			if tt.breaks != nil {
				tt.breaks()
			}
			if slices.Contains(tt.args, "theirs") {
				o.write("config/stages/theirs.json", strings.Replace(file, `"locale"`, `"account": "999900001111", "locale"`, 1))
			}
			env := o.env
			o.env = append(slices.Clone(o.env), tt.env...)
			r := o.types(tt.in, tt.args...)
			o.sees(r, tt.code, tt.want...)
			o.clean(r)
			o.env = env
			o.cloud.Allow()
			o.cloud.Mend()
			if o.cloud.Parameter("eu-west-1", "/cdk-bootstrap/hnb659fds/version") == nil {
				o.sees(o.types("", "deploy", "--bootstrap"), 0)
			}
			if !slices.Contains(tt.args, "theirs") && tt.args[0] != "rollback" {
				o.sees(o.types(tt.in, tt.args...), 0)
			}
			o.write("config/stages/dev.json", file)
			if tt.args[0] == "destroy" {
				o.sees(o.types(canary, "token", "--offline"), 0)
			}
			if o.cloud.Status(stack) == "" {
				o.sees(o.types("", "deploy"), 0)
			}
		})
	}
}

func (o *owner) read(name string) string {
	o.t.Helper()
	b, err := os.ReadFile(filepath.Join(o.clone, name))
	if err != nil {
		o.t.Fatal(err)
	}
	return string(b)
}
