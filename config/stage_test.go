package config_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestExamples checks that the examples are stages that could be deployed.
func TestExamples(t *testing.T) {
	stages, err := config.Folder{FS: os.DirFS("../" + config.ExamplesDir), Path: config.ExamplesDir}.LoadAll()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range stages {
		names = append(names, s.Name)
		if s.Production != (s.Name == "prod") {
			t.Errorf("%s: production is %v", s.Name, s.Production)
		}
		if s.Production && (s.Account == "" || s.SmartHomeSkillID == "" || s.CustomSkillID == "" || s.AlarmEmail == "") {
			t.Errorf("%s lacks a field that production needs", s.Name)
		}
		if !s.Production && s.Account != "" {
			t.Errorf("%s is tied to the account %s, want any", s.Name, s.Account)
		}
	}
	if want := []string{"dev", "prod"}; !slices.Equal(names, want) {
		t.Errorf("stages %v, want %v", names, want)
	}
}

// valid returns a valid stage.
func valid() config.Stage {
	s := config.NewStage("home")
	s.Locale, s.URL = "en-US", "https://home.example.com:8443"
	return s
}

func TestValidate(t *testing.T) {
	const skill = "amzn1.ask.skill.01234567-89ab-cdef-0123-456789abcdef"
	const topic = "arn:aws:sns:us-east-1:111122223333:pager"
	certificate, err := os.ReadFile("testdata/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	ca := string(certificate)
	tests := []struct {
		name   string
		change func(*config.Stage)
		field  string // of the one problem; empty: it is valid
		text   string // part of the problem
	}{
		{"as it is", func(s *config.Stage) {}, "", ""},
		{"everything set", func(s *config.Stage) {
			s.Production, s.Account, s.Region = true, "111122223333", "us-east-1"
			s.TokenSource, s.CA, s.SmartHomeSkillID, s.CustomSkillID = config.Linked, ca, skill, skill
			s.AlarmEmail = "first.last+alexa@mail.example.com"
		}, "", ""},
		{"relay", func(s *config.Stage) { s.Connection, s.URL = config.Relay, "" }, "", ""},
		{"relay with the address before", func(s *config.Stage) { s.Connection = config.Relay }, "", ""},
		{"https by its name", func(s *config.Stage) { s.Connection = config.HTTPS }, "", ""},
		{"unknown connection", func(s *config.Stage) { s.Connection = "vpn" }, "connection", "none of https, relay"},
		{"relay with a wrong address", func(s *config.Stage) { s.Connection, s.URL = config.Relay, "http://home.example.com" }, "homeAssistantUrl", "in clear"},
		{"relay with a linked token", func(s *config.Stage) { s.Connection, s.TokenSource = config.Relay, config.Linked }, "tokenSource", "nothing from outside reaches it"},
		{"two certificates", func(s *config.Stage) { s.CA = ca + ca }, "", ""},
		{"any certificate", func(s *config.Stage) { s.VerifySSL = false }, "", ""},
		{"public address", func(s *config.Stage) { s.URL = "https://[2a00::1]:8123" }, "", ""},

		{"no name", func(s *config.Stage) { s.Name = "" }, "", "needs a name"},
		{"long name", func(s *config.Stage) { s.Name = strings.Repeat("a", 21) }, "", "1 to 20"},
		{"capital", func(s *config.Stage) { s.Name = "Home" }, "", "a-z"},
		{"digit first", func(s *config.Stage) { s.Name = "2nd" }, "", "a-z"},
		{"no locale", func(s *config.Stage) { s.Locale = "" }, "locale", "is missing"},
		{"unknown locale", func(s *config.Stage) { s.Locale = "de-CH" }, "locale", "de-DE"},
		{"wrong region", func(s *config.Stage) { s.Region = "eu-west-1" }, "region", "no devices"},
		{"no account in production", func(s *config.Stage) { s.Production = true }, "account", "is missing"},
		{"short account", func(s *config.Stage) { s.Account = "1111" }, "account", "twelve"},
		{"account with dashes", func(s *config.Stage) { s.Account = "1111-2222-33" }, "account", "twelve"},
		{"profile", func(s *config.Stage) { s.AWSProfile = "home-6.eu@example" }, "", ""},
		{"profile with its bracket", func(s *config.Stage) { s.AWSProfile = "[profile home]" }, "awsProfile", "such as home-6"},
		{"keys as a profile", func(s *config.Stage) { s.AWSProfile = "canary-" + strings.Repeat("k", 64) }, "awsProfile", "not the name of an AWS profile"},
		{"no URL", func(s *config.Stage) { s.URL = "" }, "homeAssistantUrl", "is missing"},
		{"host only", func(s *config.Stage) { s.URL = "home.example.com" }, "homeAssistantUrl", "is not a URL"},
		{"unparsable", func(s *config.Stage) { s.URL = "https://home.example.com:x" }, "homeAssistantUrl", "is not a URL"},
		{"http", func(s *config.Stage) { s.URL = "http://home.example.com" }, "homeAssistantUrl", "in clear"},
		{"ftp", func(s *config.Stage) { s.URL = "ftp://home.example.com" }, "homeAssistantUrl", "web address"},
		{"path", func(s *config.Stage) { s.URL = "https://home.example.com/api" }, "homeAssistantUrl", "after the host"},
		{"slash", func(s *config.Stage) { s.URL = "https://home.example.com/" }, "homeAssistantUrl", "after the host"},
		{"query", func(s *config.Stage) { s.URL = "https://home.example.com?x=1" }, "homeAssistantUrl", "after the host"},
		{"password", func(s *config.Stage) { s.URL = "https://u:canary-password@home.example.com" }, "homeAssistantUrl", "secrets"},
		{"mDNS", func(s *config.Stage) { s.URL = "https://homeassistant.local:8123" }, "homeAssistantUrl", "inside the home"},
		{"LAN", func(s *config.Stage) { s.URL = "https://192.168.1.5:8123" }, "homeAssistantUrl", "inside the home"},
		{"VPN", func(s *config.Stage) { s.URL = "https://100.100.1.2" }, "homeAssistantUrl", "inside the home"},
		{"loopback", func(s *config.Stage) { s.URL = "https://[::1]" }, "homeAssistantUrl", "inside the home"},
		{"bare name", func(s *config.Stage) { s.URL = "https://homeassistant" }, "homeAssistantUrl", "inside the home"},
		{"no time for the home", func(s *config.Stage) { s.HomeTimeout = 0 }, "homeAssistantTimeout", "more than 0"},
		{"too much time for it", func(s *config.Stage) { s.HomeTimeout = 8 }, "homeAssistantTimeout", "less than 8"},
		{"token as its source", func(s *config.Stage) { s.TokenSource = "canary-token" }, "tokenSource", "stored, linked"},
		{"private key", func(s *config.Stage) { s.CA = "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----" }, "ca", "private key"},
		{"not PEM", func(s *config.Stage) { s.CA = "ca.pem" }, "ca", "not a PEM"},
		{"PEM and more", func(s *config.Stage) { s.CA = ca + "and more" }, "ca", "not a PEM"},
		{"damaged certificate", func(s *config.Stage) {
			s.CA = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
		}, "ca", "cannot be read"},
		{"bundle", func(s *config.Stage) { s.CA = strings.Repeat(ca, 9) }, "ca", "environment"},
		{"CA not asked for", func(s *config.Stage) { s.CA, s.VerifySSL = ca, false }, "ca", "verifySsl"},
		{"skill's name", func(s *config.Stage) { s.SmartHomeSkillID = "my skill" }, "smartHomeSkillId", "not a skill id"},
		{"short id", func(s *config.Stage) { s.CustomSkillID = skill[:40] }, "customSkillId", "not a skill id"},
		{"capitals in it", func(s *config.Stage) { s.CustomSkillID = strings.ToUpper(skill) }, "customSkillId", "not a skill id"},
		{"little memory", func(s *config.Stage) { s.Memory = 64 }, "memory", "128 to 10240"},
		{"Lambda's default timeout", func(s *config.Stage) { s.Timeout = 3 }, "timeout", "Alexa waits 8"},
		{"timeout past Lambda's", func(s *config.Stage) { s.Timeout = 901 }, "timeout", "900"},
		{"retention", func(s *config.Stage) { s.RetentionDays = 31 }, "retentionDays", "30"},
		{"log level", func(s *config.Stage) { s.LogLevel = "trace" }, "logLevel", "debug"},
		{"no e-mail address", func(s *config.Stage) { s.AlarmEmail = "owner" }, "alarmEmail", "e-mail"},
		{"topic", func(s *config.Stage) { s.AlarmTopicARN = topic }, "", ""},
		{"topic, and an address for the budget", func(s *config.Stage) {
			s.AlarmTopicARN, s.AlarmEmail, s.Budget = topic, "owner@example.com", 5
		}, "", ""},
		{"topic in China", func(s *config.Stage) { s.AlarmTopicARN = strings.Replace(topic, "arn:aws:", "arn:aws-cn:", 1) }, "", ""},
		{"topic's name", func(s *config.Stage) { s.AlarmTopicARN = "pager" }, "alarmTopicArn", "not the ARN of an SNS topic"},
		{"queue", func(s *config.Stage) { s.AlarmTopicARN = strings.Replace(topic, ":sns:", ":sqs:", 1) }, "alarmTopicArn", "not the ARN"},
		{"topic of no account", func(s *config.Stage) { s.AlarmTopicARN = "arn:aws:sns:us-east-1::pager" }, "alarmTopicArn", "not the ARN"},
		{"topic without a name", func(s *config.Stage) { s.AlarmTopicARN = "arn:aws:sns:us-east-1:111122223333:" }, "alarmTopicArn", "not the ARN"},
		{"subscription", func(s *config.Stage) { s.AlarmTopicARN = topic + ":01234567" }, "alarmTopicArn", "not the ARN"},
		{"topic elsewhere", func(s *config.Stage) { s.AlarmTopicARN = strings.Replace(topic, "us-east-1", "eu-west-1", 1) }, "alarmTopicArn", "use a topic in us-east-1"},
		{"topic and address", func(s *config.Stage) { s.AlarmTopicARN, s.AlarmEmail = topic, "owner@example.com" }, "", ""},
		{"dashboards", func(s *config.Stage) { s.Dashboards = "shared" }, "", ""},
		{"other dashboards", func(s *config.Stage) { s.Dashboards = "all" }, "dashboards", "is none of own, shared, none"},
		{"reserved less than none", func(s *config.Stage) { s.ReservedConcurrency = -1 }, "reservedConcurrency", "0 to 1000"},
		{"ARN of a boundary", func(s *config.Stage) { s.PermissionsBoundary = "arn:aws:iam::1:policy/x" }, "permissionsBoundary", "without its ARN"},
		{"budget below nothing", func(s *config.Stage) { s.Budget = -1 }, "budget", "more than 0"},
		{"budget without an address", func(s *config.Stage) { s.Budget = 5 }, "budget", "alarmEmail"},
		{"budget", func(s *config.Stage) { s.Budget, s.AlarmEmail = 5, "owner@example.com" }, "", ""},
		{"user's name", func(s *config.Stage) { s.AllowedUsers = []string{"amzn1.account.AE7", "owner"} }, "allowedUsers", "not the id"},
		{"user", func(s *config.Stage) { s.AllowedUsers = []string{"amzn1.account.AE7"} }, "", ""},
		{"nothing to confirm", func(s *config.Stage) { s.Confirm = []string{} }, "", ""},
		{"everything to confirm", func(s *config.Stage) { s.Confirm = config.ConfirmKinds() }, "", ""},
		{"several locks to confirm", func(s *config.Stage) { s.Confirm = []string{"Locks"} }, "confirm", `"Locks", which is no kind of device that can be confirmed; write "lock"`},
		{"a garage door to confirm", func(s *config.Stage) { s.Confirm = []string{"lock", "garage_door"} }, "confirm", `write "garage"`},
		{"part of a kind to confirm", func(s *config.Stage) { s.Confirm = []string{"val"} }, "confirm", `write "valve"`},
		{"lights to confirm", func(s *config.Stage) { s.Confirm = []string{"light"} }, "confirm", "write one of lock, garage, cover, alarm, valve"},
		{"nothing as a kind", func(s *config.Stage) { s.Confirm = []string{""} }, "confirm", "write one of"},
		{"a kind twice", func(s *config.Stage) { s.Confirm = []string{"lock", "lock"} }, "confirm", `"lock" twice; remove`},
		{"one rule", func(s *config.Stage) { s.Policy = []byte(`{"deny": "x"}`) }, "policy", "not a list of rules"},
		{"no rule", func(s *config.Stage) { s.Policy = []byte(`[]`) }, "policy", "leave it out"},
		{"list of rules", func(s *config.Stage) { s.Policy = []byte(`[{"effect": "deny", "name": "Unlock"}]`) }, "", ""},
		{"more than Lambda takes", func(s *config.Stage) {
			s.Policy = []byte(`[{"effect": "deny", "name": "Unlock"}` + strings.Repeat(`, {"effect": "deny", "name": "Unlock", "endpoint": "lock.front_door"}`, 80) + `]`)
		}, "", "room for 4096"},
		{"two of them", func(s *config.Stage) { s.AlarmEmail = "a@example.com, b@example.com" }, "alarmEmail", "one e-mail"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := valid()
			tt.change(&s)
			problems := split(s.Validate())
			if tt.text == "" && len(problems) == 0 {
				return
			}
			if len(problems) != 1 || problems[0].Field != tt.field || !strings.Contains(problems[0].Problem, tt.text) {
				t.Errorf("got %v, want one problem of %q with %q", problems, tt.field, tt.text)
			}
			if err := s.Validate(); err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("the error repeats a secret: %v", err)
			}
		})
	}
}

// TestC8Retention accepts every retention period that CloudWatch offers, and none beside.
func TestC8Retention(t *testing.T) {
	for days, offered := range map[int]bool{
		0: false, 1: true, 2: false, 30: true, 31: false, 365: true, 731: true, 1095: false, 1096: true,
		1826: false, 1827: true, 2192: true, 2557: true, 2922: true, 3288: true, 3653: true, 3654: false, -1: false,
	} {
		s := valid()
		s.RetentionDays = days
		if err := s.Validate(); (err == nil) != offered {
			t.Errorf("%d days: %v, want it to be offered: %v", days, err, offered)
		}
	}
}

func TestCheckName(t *testing.T) {
	for name, want := range map[string]string{
		"home": "", "a-2": "", "": "needs a name", "Home": `the stage "Home"`, "../prod": "a-z", strings.Repeat("a", 65): "(65 characters)",
	} {
		err := config.CheckName(name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", name, err, want)
		}
	}
}

func TestValidateReportsEverything(t *testing.T) {
	var fields []string
	for _, p := range split((config.Stage{Name: "home"}).Validate()) {
		if p.File != "home" {
			t.Errorf("%v: file is %q, want the stage's name", p, p.File)
		}
		fields = append(fields, p.Field)
	}
	want := []string{"locale", "homeAssistantUrl", "homeAssistantTimeout", "tokenSource", "memory", "timeout", "retentionDays", "logLevel"}
	if !slices.Equal(fields, want) {
		t.Errorf("problems of an empty stage: %v, want %v", fields, want)
	}
}

// split returns the joined problems of err.
func split(err error) []*config.FieldError {
	joined, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err)
	if !ok {
		return nil
	}
	var problems []*config.FieldError
	for _, e := range joined.Unwrap() {
		problem, _ := errors.AsType[*config.FieldError](e)
		problems = append(problems, problem)
	}
	return problems
}
