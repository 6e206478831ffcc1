package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

const skillID = "amzn1.ask.skill.00000000-0000-0000-0000-000000000001"

// fakeCDK returns a folder with what takes the place of npx and npm, built once.
var fakeCDK = sync.OnceValues(func() (string, error) {
	bin := filepath.Join(dir, "fakecdk")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(bin, "npm"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		return "", err
	}
	said, err := exec.Command("go", "build", "-o", filepath.Join(bin, "npx"), "../../testkit/fakecdk").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, said)
	}
	return bin, err
})

// prepared returns an owner with a CDK, a described stage and a stored token.
func prepared(t *testing.T) *owner {
	t.Helper()
	o := newOwner(t)
	bin, err := fakeCDK()
	if err != nil {
		t.Fatal(err)
	}
	o.env = append(o.env, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", homeURL, "--smart-home-skill", skillID), 0)
	o.sees(o.types(canary, "token"), 0)
	return o
}

func TestDeploy(t *testing.T) {
	o := prepared(t)
	o.sees(o.types("", "deploy"), 1, "- bootstrap ", "is not prepared for the CDK in eu-west-1", "hearthgate deploy --bootstrap", "marked with - above")
	r := o.types("", "deploy", "--bootstrap")
	if m := regexp.MustCompile(`eu-west-1, (\d+) of (\d+) resources: `).FindStringSubmatch(r.err); m == nil || m[1] != m[2] || m[1] == "0" {
		t.Errorf("the resources are %q", m)
	}
	o.sees(r, 0,
		"checking the account and the stage ...\n+ checking the account and the stage: ", "+ preparing the account for the CDK: ",
		"+ building the function: ", "+ synthesizing the stack and comparing it with the deployed one: ", "+ uploading the function: ",
		"+ deploying hearthgate-dev into account 111122223333, ", "+ testing it with a directive: ",
		"deployed hearthgate-dev; it answers\n", "What to type into the Alexa developer console")

	t.Run("nothing changes", func(t *testing.T) {
		before := len(o.cloud.Calls())
		r := o.types("", "deploy")
		o.sees(r, 0, "hearthgate-dev: nothing changed since ", "; it answers\n")
		for _, call := range []string{"cloudformation.CreateChangeSet", "cloudformation.ExecuteChangeSet", "s3.PutObject"} {
			if slices.Contains(o.cloud.Calls()[before:], call) {
				t.Errorf("it called %s", call)
			}
		}
		if strings.Contains(r.out+r.err, "developer console") {
			t.Errorf("it repeats what to type: %s%s", r.out, r.err)
		}
		o.sees(o.types("", "deploy", "--json"), 0, `"changed": false`, `"console": [`, `"since": "`)
	})
	t.Run("a change", func(t *testing.T) {
		o.sees(o.types("", "init", "--alarm-email", "owner@example.com", "--yes"), 0)
		o.sees(o.types("", "deploy", "--dry-run"), 0, "[+] AWS::SNS::Subscription")
		r := o.types("", "deploy")
		o.sees(r, 0, "  + SNS Subscription           Subscription\n", "2 of 2 resources", "has not changed: `hearthgate skill fields --stage dev` prints it")
		if strings.Contains(r.err, "changeset") {
			t.Errorf("the CDK's own lines are shown: %s", r.err)
		}
	})
	t.Run("every line", func(t *testing.T) {
		o.sees(o.types("", "init", "--alarm-email", "", "--yes"), 0)
		o.sees(o.types("", "deploy", "--verbose"), 0, "hearthgate-dev: creating CloudFormation changeset...\n", "[-] AWS::SNS::Subscription Subscription Subscription destroy\n")
	})
	t.Run("a protection that was removed in the console", func(t *testing.T) {
		o.sees(o.types("", "init", "--production", "--account", "111122223333", "--yes"), 0)
		o.sees(o.types("", "deploy", "--json"), 0, `"changed": true`)
		o.sees(o.types("", "destroy", "--yes"), 1, "guarded against deletion")
	})
}

// TestDeployFails has a resource fail: the reason comes first, then what is left, and a
// second run works.
func TestDeployFails(t *testing.T) {
	o := prepared(t)
	const reason = `Resource handler returned message: "Invalid request provided: the topic is odd. (Service: Sns, Status Code: 400, Request ID: 1)" (RequestToken: 2, HandlerErrorCode: InvalidRequest)`
	o.cloud.Break("AWS::SNS::Topic", reason)
	r := o.types("", "deploy", "--bootstrap")
	o.sees(r, 1, "- deploying hearthgate-dev into account", "hearthgate: the SNS Topic Topic could not be created: Invalid request provided: the topic is odd; nothing of it is left in use",
		"what it wrote:\nhearthgate-dev: start: Publishing", "failed to deploy: ROLLBACK_COMPLETE")
	if strings.Contains(r.err, "index.js") || strings.Contains(r.err, "RequestToken") {
		t.Errorf("a stack trace is shown: %s", r.err)
	}
	o.sees(o.types("", "deploy", "--json"), 1, `"error": "the SNS Topic Topic could not be created`, `"output": "hearthgate-dev: start`)
	o.cloud.Mend()
	o.sees(o.types("", "deploy"), 0, "The first deployment of hearthgate-dev failed (The following resource(s) failed to create: [Topic]); what is left of it is deleted first.", "it answers", "What to type")

	o.cloud.Break("AWS::SNS::Subscription", "User: arn:aws:sts::111122223333:assumed-role/cdk-hnb659fds-cfn-exec-role-1/AWSCloudFormation is not authorized to perform: SNS:Subscribe on resource: arn:aws:sns:eu-west-1:111122223333:x")
	o.sees(o.types("", "init", "--alarm-email", "owner@example.com", "--yes"), 0)
	o.sees(o.types("", "deploy"), 1, "the CDK's role for deployments may not do SNS:Subscribe on", "the version before is in effect again")
	o.cloud.Mend()
	o.sees(o.types("", "deploy"), 0, "it answers")

	t.Run("rights", func(t *testing.T) {
		o.sees(o.types("", "init", "--alarm-email", "", "--yes"), 0)
		o.cloud.Deny("cloudformation.CreateChangeSet", "AccessDenied", "User: arn:aws:iam::111122223333:user/owner is not authorized to perform: cloudformation:CreateChangeSet on resource: arn:aws:cloudformation:eu-west-1:111122223333:stack/hearthgate-dev/*")
		defer o.cloud.Allow()
		o.sees(o.types("", "deploy"), 1, "hearthgate: AWS does not allow cloudformation:CreateChangeSet on arn:aws:cloudformation:eu-west-1:111122223333:stack/hearthgate-dev/* with these credentials: attach the policy that `hearthgate iam-policy` prints")
	})
}

// TestDeployStates has a stack in each state that something else has left.
func TestDeployStates(t *testing.T) {
	o := prepared(t)
	o.sees(o.types("", "deploy", "--bootstrap"), 0)
	for _, tt := range []struct {
		status string
		code   int
		want   string
	}{
		{"UPDATE_ROLLBACK_FAILED", 0, "An earlier update of hearthgate-dev failed and was not rolled back (because); CloudFormation tries that again first.\nrolling back the earlier update ...\n+ rolling back"},
		{"UPDATE_FAILED", 0, "CloudFormation tries that again first"},
		{"UPDATE_ROLLBACK_COMPLETE", 0, "nothing changed since"},
		{"DELETE_FAILED", 1, "could not be deleted (because): run `hearthgate destroy --stage dev` again"},
		{"CREATE_FAILED", 1, "delete the stack in the console of CloudFormation"},
	} {
		t.Run(tt.status, func(t *testing.T) {
			o.cloud.SetStatus("eu-west-1", "hearthgate-dev", tt.status, "because")
			o.sees(o.types("", "deploy"), tt.code, tt.want)
		})
	}
	o.cloud.SetStatus("eu-west-1", "hearthgate-dev", "UPDATE_ROLLBACK_FAILED", "because")
	o.cloud.Break("AWS::Lambda::Alias", "the alias is gone")
	o.sees(o.types("", "deploy"), 1, "cannot be rolled back: the Lambda Alias Broken could not be updated: the alias is gone; remove the cause", "Continue update rollback", "what it wrote")
	o.cloud.Mend()
	o.sees(o.types("", "deploy"), 0, "it answers")
	o.cloud.SetStatus("eu-west-1", "hearthgate-dev", "DELETE_FAILED", "because")
	o.cloud.SetParameter("eu-west-1", fakeaws.Parameter{Name: loginParameter, Type: "SecureString", Value: "{}"})
	o.sees(o.types("", "destroy", "--yes"), 0, "deleted hearthgate-dev")
	if p := o.cloud.Parameter("eu-west-1", loginParameter); p != nil {
		t.Errorf("the login for skills is left: %+v", p)
	}
	o.sees(o.types("", "destroy", "--yes"), 0) // a second run
	o.cloud.SetStatus("eu-west-1", "hearthgate-dev", "REVIEW_IN_PROGRESS", "")
	o.sees(o.types(canary, "token"), 0)
	o.sees(o.types("", "deploy"), 0, "was stopped before it created anything", "it answers")
}

// TestDeployWithoutSecrets lacks the secrets that the stage says it has.
func TestDeployWithoutSecrets(t *testing.T) {
	o := prepared(t)
	o.sees(o.types("", "config", "set", "clientCertificate", "true"), 0)
	o.sees(o.types("", "config", "set", "secretHeaders", "true"), 0)
	o.sees(o.types("", "deploy", "--bootstrap"), 1,
		"/hearthgate/dev/home-assistant/headers in eu-west-1: run `hearthgate headers --stage dev`",
		"/hearthgate/dev/home-assistant/client-certificate in eu-west-1: run `hearthgate certificate --stage dev`")
}

// TestDestroyWithoutAList lacks the right to list what is stored: the secrets that are known
// are deleted, and the error names the right.
func TestDestroyWithoutAList(t *testing.T) {
	o := prepared(t)
	o.sees(o.types("", "deploy", "--bootstrap"), 0, "it answers")
	const other = "/hearthgate/dev/homes/old/home-assistant/token"
	o.cloud.SetParameter("eu-west-1", fakeaws.Parameter{Name: other, Type: "SecureString", Value: canary})
	o.cloud.Deny("ssm.GetParametersByPath", "AccessDeniedException", "no")
	o.sees(o.types("", "destroy", "--yes"), 1, "the stack hearthgate-dev is deleted, but not all secrets are", "(ssm:GetParametersByPath)", "run `hearthgate destroy --stage dev` again")
	if o.cloud.Parameter("eu-west-1", "/hearthgate/dev/home-assistant/token") != nil {
		t.Error("the token is left")
	}
	o.cloud.Allow()
	r := o.types("", "destroy", "--yes", "--json")
	o.sees(r, 0, `"token_deleted": true`, `"headers_deleted": false`, other)
	o.clean(r)
	if o.cloud.Parameter("eu-west-1", other) != nil {
		t.Error("the token of the home that the stage had before is left")
	}
}

// TestDeployStopped stops a deployment in its phases with Ctrl-C, and runs it again.
func TestDeployStopped(t *testing.T) {
	o := prepared(t)
	o.sees(o.types("", "deploy", "--bootstrap"), 0)
	o.sees(o.types("", "init", "--alarm-email", "owner@example.com", "--yes"), 0)
	stopped := func(what, want string) {
		t.Helper()
		term := o.sits([]string{"TERM=xterm"}, "deploy")
		term.Interrupt(what)
		code, shown := term.End()
		if code != 130 || !strings.Contains(shown, want) || strings.Contains(shown, "hearthgate:") {
			t.Errorf("stopped at %q: code %d, want %q: %s", what, code, want, shown)
		}
	}
	stopped("building the function", "stopped: nothing was deployed; `hearthgate deploy --stage dev` begins again")

	o.cloud.Pause()
	stopped("1 of 2 resources", "stopped: CloudFormation goes on with hearthgate-dev and is updating it; `hearthgate deploy --stage dev` waits for that and goes on")
	if got := o.cloud.Status("hearthgate-dev"); got != "UPDATE_IN_PROGRESS" {
		t.Errorf("the stack is in %s", got)
	}
	stopped("waiting for CloudFormation, which is updating it", "CloudFormation goes on with hearthgate-dev")
	again := o.sits(nil, "deploy")
	again.Wait("waiting for CloudFormation")
	o.cloud.Resume()
	if code, shown := again.End(); code != 0 || !strings.Contains(shown, "nothing changed since") {
		t.Errorf("code %d: %s", code, shown)
	}

	o.cloud.Pause()
	term := o.sits(nil, "destroy", "--yes")
	term.Wait("deleting hearthgate-dev")
	for range 1000 {
		if o.cloud.Status("hearthgate-dev") == "DELETE_IN_PROGRESS" {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	term.Interrupt("deleting hearthgate-dev")
	if code, shown := term.End(); code != 130 || !strings.Contains(shown, "the secrets are not deleted yet: `hearthgate destroy --stage dev` waits for it") {
		t.Errorf("code %d: %s", code, shown)
	}
	o.cloud.Resume()
	o.sees(o.types("", "destroy", "--yes"), 0, "deleted hearthgate-dev")
	if o.cloud.Parameter("eu-west-1", "/hearthgate/dev/home-assistant/token") != nil {
		t.Error("the token is left")
	}
}

// TestDestroyStoppedAmongSecrets stops a destroy when the stack is deleted and the secrets are
// not: it says so, and goes on when it is run again.
func TestDestroyStoppedAmongSecrets(t *testing.T) {
	o := prepared(t)
	o.sees(o.types("", "deploy", "--bootstrap"), 0, "it answers")
	asked, interrupted := make(chan bool, 1), make(chan bool)
	o.cloud.Before("ssm.GetParametersByPath", func() { asked <- true; <-interrupted })
	term := o.sits(nil, "destroy", "--yes")
	<-asked
	term.Interrupt("deleting hearthgate-dev")
	code, shown := term.End()
	close(interrupted)
	if code != 130 || !strings.Contains(shown, "hearthgate-dev is deleted, but not all secrets are: `hearthgate destroy --stage dev` deletes them") {
		t.Errorf("code %d: %s", code, shown)
	}
	o.cloud.Before("ssm.GetParametersByPath", nil)
	o.sees(o.types("", "destroy", "--yes"), 0, "deleted hearthgate-dev")
	if o.cloud.Parameter("eu-west-1", "/hearthgate/dev/home-assistant/token") != nil {
		t.Error("the token is left")
	}
}

// TestDeployOverview deploys two homes of one account: the dashboard of both is deployed
// with one of them, and what fails of it is no failure of the home.
func TestDeployOverview(t *testing.T) {
	o := prepared(t)
	o.sees(o.types("", "deploy", "--bootstrap"), 0)
	if n := len(o.cloud.Resources("hearthgate-overview-eu-west-1", "AWS::CloudWatch::Dashboard")); n != 0 {
		t.Errorf("one home has %d dashboards of all homes", n)
	}
	o.sees(o.types("", "init", "--stage", "lake", "--locale", "de-DE", "--url", homeURL, "--smart-home-skill", skillID), 0)
	o.sees(o.types(canary, "token", "--stage", "lake"), 0)
	o.sees(o.types("", "config", "set", "dashboards", "shared", "--stage", "lake"), 0)
	o.cloud.Break("AWS::CloudWatch::Dashboard", "The dashboard is not valid")
	o.sees(o.types("", "deploy", "--stage", "lake"), 0, "deployed hearthgate-lake; it answers", "! The dashboard of all homes is not up to date: ", "The home is not affected")
	o.cloud.Mend()
	o.sees(o.types("", "deploy", "--stage", "lake"), 0, "+ bringing the dashboard of all homes up to date: ", "hearthgate-lake: nothing changed")
	has := func(dashboards map[string]int) {
		t.Helper()
		for stack, want := range dashboards {
			if n := len(o.cloud.Resources(stack, "AWS::CloudWatch::Dashboard")); n != want {
				t.Errorf("%s has %d dashboards, want %d", stack, n, want)
			}
		}
	}
	has(map[string]int{"hearthgate-overview-eu-west-1": 1, "hearthgate-lake": 0, "hearthgate-dev": 1})
	o.sees(o.types("", "destroy", "--stage", "lake", "--yes"), 0, "deleted hearthgate-lake and its secrets", "deleted hearthgate-overview-eu-west-1, the dashboard of all homes")
	has(map[string]int{"hearthgate-overview-eu-west-1": 0, "hearthgate-dev": 1})
}
