package doctor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/doctor"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/functionlog"
)

const (
	region = "eu-west-1"
	home   = "amzn1.ask.skill.00000000-0000-0000-0000-000000000001"
	custom = "amzn1.ask.skill.00000000-0000-0000-0000-000000000002"
)

func stage() config.Stage {
	s := config.NewStage("dev")
	s.Locale, s.Region, s.URL = "de-DE", region, "https://home.example.com"
	s.SmartHomeSkillID, s.CustomSkillID, s.AlarmEmail = home, custom, "owner@example.com"
	return s
}

// deployed returns a cloud in which everything is as it should be.
func deployed(t *testing.T, s config.Stage) *fakeaws.Cloud {
	t.Helper()
	c := fakeaws.Start(fakeaws.Options{})
	t.Cleanup(c.Close)
	for _, e := range c.Environment() {
		name, value, _ := strings.Cut(e, "=")
		t.Setenv(name, value)
	}
	c.SetParameter(s.Region, fakeaws.Parameter{Name: "/cdk-bootstrap/hnb659fds/version", Type: "String", Value: "30"})
	c.SetParameter(s.Region, fakeaws.Parameter{Name: s.TokenParameterName(), Type: "SecureString", Value: "token"})
	if err := c.Deploy(s.Region, config.StackName(s.Name), fakeaws.StageTemplate(s)); err != nil {
		t.Fatal(err)
	}
	return c
}

// examine returns what the doctor finds in the account.
func examine(t *testing.T, s config.Stage) doctor.Diagnosis {
	t.Helper()
	p := &doctor.Target{Stage: s, Version: "v2.0.0", Build: func(context.Context) (string, error) { return "new", nil }}
	steps := p.CheckAccount(t.Context())
	if steps.Class() == doctor.Well {
		steps = append(steps, p.CheckStack(t.Context())...)
	}
	return steps
}

// edit returns a change of the resources of a type, which keeps them.
func edit(typ string, change func(*fakeaws.Resource)) func(*fakeaws.Cloud) {
	return func(c *fakeaws.Cloud) {
		c.Edit(config.StackName("dev"), typ, func(r *fakeaws.Resource) bool { change(r); return true })
	}
}

// remove takes away the resource with that logical id.
func remove(typ, id string) func(*fakeaws.Cloud) {
	return func(c *fakeaws.Cloud) {
		c.Edit(config.StackName("dev"), typ, func(r *fakeaws.Resource) bool { return r.LogicalID != id })
	}
}

func permission(id string, change func(map[string]any)) func(*fakeaws.Cloud) {
	return edit("AWS::Lambda::Permission", func(r *fakeaws.Resource) {
		if r.LogicalID == id {
			change(r.Properties)
		}
	})
}

// TestAccount breaks one thing in the account each, and sees that it is named.
func TestAccount(t *testing.T) {
	for _, tt := range []struct {
		name  string
		stage func(*config.Stage) // as the owner has it now
		wrong func(*fakeaws.Cloud)
		step  string
		cause string
		class doctor.Class
		mend  string
	}{
		{"nothing", nil, nil, "", "", doctor.Well, ""},
		{"expired credentials", nil, func(c *fakeaws.Cloud) { c.Deny("*", "ExpiredToken", "expired") }, "credentials", "expired_credentials", doctor.Account, "log in again"},
		{"unknown credentials", nil, func(c *fakeaws.Cloud) { c.Deny("*", "InvalidClientTokenId", "?") }, "credentials", "credentials", doctor.Account, "log in"},
		{"no network", nil, func(c *fakeaws.Cloud) { c.Close() }, "credentials", "aws_unreachable", doctor.Account, "can reach AWS"},
		{"another account", func(s *config.Stage) { s.Account = "999999999999" }, nil, "credentials", "other_account", doctor.Account, "AWS_PROFILE"},
		{"wrong region", func(s *config.Stage) { s.Locale, s.Region = "en-US", "us-east-1" }, nil, "deployment", "wrong_region", doctor.Account, "delete the stack in eu-west-1"},
		{"not deployed", func(s *config.Stage) { s.Name = "other" }, nil, "deployment", "not_deployed", doctor.Account, "hearthgate deploy --stage other"},
		{"no bootstrap", func(s *config.Stage) { s.Name = "other" }, func(c *fakeaws.Cloud) {
			c.SetParameter(region, fakeaws.Parameter{Name: "/cdk-bootstrap/hnb659fds/version"})
		}, "deployment", "no_bootstrap", doctor.Account, "--bootstrap"},
		{"not allowed to look", nil, func(c *fakeaws.Cloud) { c.Deny("lambda.GetFunctionConfiguration", "AccessDeniedException", "no") }, "deployment", "denied", doctor.Account, "credentials"},
		{"no alias", nil, remove("AWS::Lambda::Alias", "Alias"), "deployment", "no_alias", doctor.Setup, "deploy"},
		{"missing parameter", nil, func(c *fakeaws.Cloud) {
			c.SetParameter(region, fakeaws.Parameter{Name: "/hearthgate/dev/home-assistant/token"})
		}, "parameter", "missing_parameter", doctor.Setup, "hearthgate token"},
		{"parameter of type String", nil, func(c *fakeaws.Cloud) {
			c.SetParameter(region, fakeaws.Parameter{Name: "/hearthgate/dev/home-assistant/token", Type: "String", Value: "canary"})
		}, "parameter", "parameter_type", doctor.Setup, "SecureString"},
		{"secret headers missing", func(s *config.Stage) { s.SecretHeaders = true }, nil, "headers_parameter", "missing_parameter", doctor.Setup, "hearthgate headers"},
		{"secret headers of type String", func(s *config.Stage) { s.SecretHeaders = true }, func(c *fakeaws.Cloud) {
			c.SetParameter(region, fakeaws.Parameter{Name: "/hearthgate/dev/home-assistant/headers", Type: "String", Value: "canary"})
		}, "headers_parameter", "parameter_type", doctor.Setup, "hearthgate headers"},
		{"another architecture", nil, edit("AWS::Lambda::Function", func(r *fakeaws.Resource) { r.Properties["Architectures"] = []any{"x86_64"} }), "machine", "architecture", doctor.Setup, "deploy"},
		{"timeout 3 s", nil, edit("AWS::Lambda::Function", func(r *fakeaws.Resource) { r.Properties["Timeout"] = 3 }), "timeout", "timeout", doctor.Setup, "deploy"},
		{"missing permission", nil, remove("AWS::Lambda::Permission", "SmartHome"), "smart_home_permission", "missing_permission", doctor.Setup, "deploy"},
		{"missing permission of the custom skill", nil, remove("AWS::Lambda::Permission", "Custom"), "custom_permission", "missing_permission", doctor.Setup, "deploy"},
		{"wrong principal", nil, permission("SmartHome", func(p map[string]any) { p["Principal"] = "alexa-appkit.amazon.com" }), "smart_home_permission", "wrong_principal", doctor.Setup, "deploy"},
		{"another skill", nil, permission("SmartHome", func(p map[string]any) { p["EventSourceToken"] = "amzn1.ask.skill.x" }), "smart_home_permission", "other_skill", doctor.Setup, "deploy"},
		{"any skill", nil, permission("Custom", func(p map[string]any) { delete(p, "EventSourceToken") }), "custom_permission", "any_skill", doctor.Setup, "deploy"},
		{"permission on the function", nil, permission("SmartHome", func(p map[string]any) { p["FunctionName"] = "hearthgate-dev" }), "smart_home_permission", "permission_elsewhere", doctor.Setup, "deploy"},
		{"no skill", func(s *config.Stage) { s.SmartHomeSkillID, s.CustomSkillID = "", "" }, nil, "permissions", "no_skill", doctor.Setup, "hearthgate init"},
		{"alarms not confirmed", nil, edit("AWS::SNS::Subscription", func(r *fakeaws.Resource) { delete(r.Properties, "Confirmed") }), "alarms", "alarms_unconfirmed", doctor.Setup, "AWS Notifications"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := stage()
			c := deployed(t, s)
			if tt.wrong != nil {
				tt.wrong(c)
			}
			if tt.stage != nil {
				tt.stage(&s)
			}
			steps := examine(t, s)
			var failed []doctor.Step
			for _, step := range steps {
				if !step.OK {
					failed = append(failed, step)
				}
			}
			if got := steps.Class(); got != tt.class {
				t.Errorf("class %d, want %d", got, tt.class)
			}
			if tt.step == "" {
				if len(failed) > 0 {
					t.Errorf("failed: %+v", failed)
				}
				return
			}
			if len(failed) != 1 || failed[0].Name != tt.step || failed[0].Cause != tt.cause || !strings.Contains(failed[0].Fix, tt.mend) || failed[0].Problem == "" {
				t.Errorf("failed %+v\nwant %s of %s, mended by %q", failed, tt.step, tt.cause, tt.mend)
			}
			var b bytes.Buffer
			steps.Show(ui.Paint(&b, false))
			if text := b.String(); !strings.Contains(text, failed[0].Fix) || strings.Contains(text, "canary") {
				t.Errorf("shown: %s", text)
			}
		})
	}
}

func TestNoCredentials(t *testing.T) {
	deployed(t, stage())
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	steps := examine(t, stage())
	if len(steps) != 1 || steps[0].Cause != "credentials" || !strings.Contains(steps[0].Problem, "aws configure") {
		t.Errorf("steps %+v", steps)
	}
}

// TestNoNetwork sees that nobody is sent to log in who is only off the net, even if
// it is the credentials that cannot be fetched.
func TestNoNetwork(t *testing.T) {
	deployed(t, stage())
	file := filepath.Join(t.TempDir(), "identity")
	if err := os.WriteFile(file, []byte("canary"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
		"AWS_WEB_IDENTITY_TOKEN_FILE": file, "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/owner",
		"AWS_ENDPOINT_URL_STS": "http://sts.invalid", "NO_PROXY": "*",
	} {
		t.Setenv(name, value)
	}
	steps := examine(t, stage())
	if len(steps) != 1 || steps[0].Cause != "aws_unreachable" || strings.Contains(steps[0].Problem+steps[0].Fix, "log in") {
		t.Errorf("steps %+v", steps)
	}
}

// logged adds lines to the log of the stage, as its function would have written them.
func logged(lines ...string) func(*fakeaws.Cloud) {
	return func(c *fakeaws.Cloud) {
		for _, line := range lines {
			c.Log(c.Resources(config.StackName("dev"), "AWS::Logs::LogGroup")[0].PhysicalID, strings.Replace(line, `"Stage":"test"`, `"Stage":"dev"`, 1))
		}
	}
}

// ago returns a line of the log as if it had been written some days ago.
func ago(t *testing.T, line string, days int) string {
	t.Helper()
	return functionlog.At(t, line, "", time.Now().AddDate(0, 0, -days))
}

// TestO11Advice sees what is reported and is no failure.
func TestO11Advice(t *testing.T) {
	lines := functionlog.Read(t)
	variable := func(name, value string) func(*fakeaws.Cloud) {
		return edit("AWS::Lambda::Function", func(r *fakeaws.Resource) {
			r.Properties["Environment"].(map[string]any)["Variables"].(map[string]any)[name] = value
		})
	}
	for _, tt := range []struct {
		name  string
		wrong func(*fakeaws.Cloud)
		step  string
		want  string
	}{
		{"log kept for ever", edit("AWS::Logs::LogGroup", func(r *fakeaws.Resource) { delete(r.Properties, "RetentionInDays") }), "log", "30 days"},
		{"nobody is told", remove("AWS::SNS::Subscription", "Subscription"), "alarms", "--alarm-email"},
		{"an alarm is on", func(c *fakeaws.Cloud) { c.Raise("hearthgate-dev-slow") }, "alarms_now", "section `slow`"},
		{"an outage", func(c *fakeaws.Cloud) { c.Raise("hearthgate-dev-outage") }, "alarms_now", "section `outage`"},
		{"failures", logged(lines.All()...), "last directives", "1 x refused, last: "},
		{"failures of one cause", logged(lines.Unreachable, lines.Cold, lines.Unreachable), "last directives", "2 x refused, last: "},
		{"only denials", logged(lines.Denied, lines.Denied), "last directives", "every directive was denied, last: "},
		{"silence", logged(ago(t, lines.Cold, 8)), "last directives", "no directive came for 8 days"},
		{"crashes", logged(lines.Cold, "2026-01-01T00:00:00Z 1 Task timed out after 10.00 seconds"), "crashes", "Task timed out after 10.00 seconds"},
		{"less memory", edit("AWS::Lambda::Function", func(r *fakeaws.Resource) { r.Properties["MemorySize"] = 64 }), "machine", "says 128 MB"},
		{"another home", variable(config.EnvURL, "https://old.example.com"), "stage", config.EnvURL},
		{"a setting that the file has no more", variable(config.EnvVerifySSL, "false"), "stage", config.EnvVerifySSL},
		{"old code", variable(config.EnvBuild, "old"), "code", "built from other code"},
		{"a deployment that failed", func(c *fakeaws.Cloud) {
			s := stage()
			s.Memory = 256
			c.Break("AWS::Lambda::Function", "no capacity")
			if err := c.Deploy(region, config.StackName("dev"), fakeaws.StageTemplate(s)); err == nil {
				t.Error("the deployment succeeded")
			}
		}, "stack", "failed and was rolled back"},
		{"another version", func(c *fakeaws.Cloud) { c.Tag(config.StackName("dev"), "hearthgate:version", "v1.0.0") }, "stack", "this clone is version v2.0.0"},
		{"this version", func(c *fakeaws.Cloud) { c.Tag(config.StackName("dev"), "hearthgate:version", "v2.0.0") }, "stack", ""},
		{"memory changed by hand", edit("AWS::Lambda::Function", func(r *fakeaws.Resource) { r.Properties["MemorySize"] = 64 }), "drift", "the function has 64 MB, deployed were 128"},
		{"timeout changed by hand", edit("AWS::Lambda::Function", func(r *fakeaws.Resource) { r.Properties["Timeout"] = 9 }), "drift", "the function has a timeout of 9 s, deployed were 10"},
		{"a variable changed by hand", variable(config.EnvURL, "https://old.example.com"), "drift", "the function's variable " + config.EnvURL},
		{"an alarm deleted by hand", remove("AWS::CloudWatch::Alarm", "Breaker"), "drift", "the alarm hearthgate-dev-breaker was deleted"},
		{"an alarm that sends nothing any more", edit("AWS::CloudWatch::CompositeAlarm", func(r *fakeaws.Resource) { r.Properties["ActionsEnabled"] = false }), "drift", "the actions of the alarm hearthgate-dev-outage are disabled"},
		{"nothing changed by hand", func(*fakeaws.Cloud) {}, "drift", ""},
		{"this code", variable(config.EnvBuild, "new"), "code", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.wrong(deployed(t, stage()))
			step := only(t, tt.step)
			if !step.OK || step.Unsure || !strings.Contains(strings.Join(step.Advice, ", "), tt.want) || tt.want == "" && len(step.Advice) > 0 {
				t.Errorf("%+v, want advice %q", step, tt.want)
			}
			o11Verdict(t, step)
		})
	}
}

// o11Verdict sees that the verdict on a step alone names it if it has advice, on the
// screen as in JSON.
func o11Verdict(t *testing.T, step doctor.Step) {
	t.Helper()
	var b bytes.Buffer
	doctor.Diagnosis{step}.Show(ui.Paint(&b, false))
	warns := len(step.Advice) > 0
	if text := b.String(); strings.Contains(text, "Nothing is broken; 1 warning: "+step.Name+".") != warns || strings.Contains(text, "Everything") == warns {
		t.Errorf("O11: the verdict on a step with %d advice: %s", len(step.Advice), text)
	}
	out, err := json.Marshal(doctor.Diagnosis{step})
	if err != nil || strings.Contains(string(out), `"warnings":["`+step.Name+`"]`) != warns {
		t.Errorf("O11: as JSON: %s, %v", out, err)
	}
}

// TestO1Directives counts the lines that the function wrote, of which an operation is no
// directive.
func TestO1Directives(t *testing.T) {
	lines := functionlog.Read(t)
	for _, tt := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"none", nil, "0, of which 0 failed"},
		{"all", lines.All(), "5, of which 1 failed"},
		{"no directive", []string{lines.Operation, lines.Other}, "0, of which 0 failed"},
		{"the home rejected it, which is its answer", []string{lines.Rejected}, "1, of which 0 failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			logged(tt.lines...)(deployed(t, stage()))
			if step := only(t, "last directives"); step.Found != tt.want {
				t.Errorf("found %q, want %q", step.Found, tt.want)
			}
		})
	}
}

// TestUnsure sees that what cannot be looked at is said to be unknown, not well.
func TestUnsure(t *testing.T) {
	deny := func(call string) func(*fakeaws.Cloud) {
		return func(c *fakeaws.Cloud) { c.Deny(call, "AccessDeniedException", "no") }
	}
	for _, tt := range []struct {
		step  string
		wrong func(*fakeaws.Cloud)
		why   string
	}{
		{"alarms", deny("sns.ListSubscriptionsByTopic"), "does not allow"},
		{"alarms_now", deny("monitoring.DescribeAlarms"), "does not allow"},
		{"stack", deny("cloudformation.DescribeStacks"), "does not allow"},
		{"drift", deny("cloudformation.GetTemplate"), "does not allow"},
		{"last directives", deny("monitoring.GetMetricData"), "does not allow"},
		{"log", deny("logs.DescribeLogGroups"), "does not allow"},
		{"last directives", deny("logs.FilterLogEvents"), "does not allow"},
		{"crashes", deny("logs.FilterLogEvents"), "does not allow"},
		{"code", func(*fakeaws.Cloud) {}, "older than this check"},
	} {
		t.Run(tt.step, func(t *testing.T) {
			tt.wrong(deployed(t, stage()))
			step := only(t, tt.step)
			if !step.OK || !step.Unsure || !strings.Contains(strings.Join(step.Advice, ", "), tt.why) {
				t.Errorf("%+v, want it unsure for %q", step, tt.why)
			}
			var b bytes.Buffer
			doctor.Diagnosis{step}.Show(ui.Paint(&b, false))
			if text := b.String(); !strings.Contains(text, "? "+tt.step) || strings.Contains(text, "Everything") {
				t.Errorf("shown: %s", text)
			}
		})
	}
}

// only returns one step of the examination of an account.
func only(t *testing.T, name string) doctor.Step {
	t.Helper()
	for _, step := range examine(t, stage()) {
		if step.Name == name {
			return step
		}
	}
	t.Fatalf("there is no step %s", name)
	return doctor.Step{}
}

// TestTopicOfTheOwner checks that the doctor reads who has subscribed to a topic that is
// not the stack's.
func TestTopicOfTheOwner(t *testing.T) {
	for name, tt := range map[string]struct{ topic, found, advice string }{
		"nobody": {"arn:aws:sns:eu-west-1:111122223333:pager", "no one", "nothing has subscribed to arn:aws:sns:eu-west-1:111122223333:pager"},
		"owner":  {"", "owner@example.com", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := stage()
			deployed(t, s)
			s.AlarmTopicARN = tt.topic
			for _, step := range examine(t, s) {
				if step.Name == "alarms" && (step.Found != tt.found || !strings.Contains(strings.Join(step.Advice, " "), tt.advice)) {
					t.Errorf("found %q, advice %q, want %q, %q", step.Found, step.Advice, tt.found, tt.advice)
				}
			}
		})
	}
}

// TestVerdict counts what was found, and says in one line what is worst.
func TestVerdict(t *testing.T) {
	step := func(name string, class doctor.Class, advice ...string) doctor.Step {
		s := doctor.Step{Where: doctor.AWS, Class: class}
		s.Name, s.OK, s.Advice = name, class == doctor.Well, advice
		if !s.OK {
			s.Problem, s.Fix = name+" is broken", "mend it"
		}
		return s
	}
	unsure := step("code", doctor.Well, "no compiler")
	unsure.Unsure = true
	for _, tt := range []struct {
		d           doctor.Diagnosis
		shown, line string
		level       fleet.Level
	}{
		{doctor.Diagnosis{step("a", doctor.Well)}, "Everything is as it should be.", "everything is as it should be", fleet.Well},
		{doctor.Diagnosis{step("a", doctor.Well), unsure}, "Nothing is broken; 1 check that could not be made: code.", "everything is as it should be", fleet.Well},
		{doctor.Diagnosis{step("a", doctor.Well, "x"), step("b", doctor.Well, "y", "z"), unsure}, "Nothing is broken; 2 warnings: a, b; 1 check that could not be made: code.", "a: x; and b", fleet.Notice},
		{doctor.Diagnosis{step("a", doctor.Well, "x"), step("b", doctor.Setup), step("c", doctor.Token)}, "2 problems: b, c; 1 warning: a.", "b is broken: mend it", fleet.Trouble},
		{doctor.Diagnosis{step("a", doctor.Account)}, "1 problem: a.", "a is broken: mend it", fleet.Unknown},
	} {
		var b bytes.Buffer
		tt.d.Show(ui.Paint(&b, false))
		if !strings.HasSuffix(b.String(), "\n"+tt.shown+"\n") {
			t.Errorf("shown %q, want %q", b.String(), tt.shown)
		}
		if s := tt.d.Summary(); s.Text != tt.line || s.Level != tt.level || s.Code != int(tt.d.Class()) {
			t.Errorf("summary %+v, want %s: %s", s, tt.level, tt.line)
		}
	}
}
