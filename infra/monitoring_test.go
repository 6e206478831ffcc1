package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// TestRunbook checks that the runbook has each section that an alarm, a widget or
// another section links to, and that every alarm links to its own.
func TestRunbook(t *testing.T) {
	runbook, err := os.ReadFile("docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	tpl := changed(t, "dev", func(s *config.Stage) { s.WeeklyDoctor = true })
	for _, alarm := range tpl.of("AWS::CloudWatch::Alarm") {
		description, _ := alarm.Properties["AlarmDescription"].(string)
		_, own, _ := strings.Cut(description, "runbook.md#")
		if name := fmt.Sprint(alarm.Properties["AlarmName"]); name != "hearthgate-dev-"+own {
			t.Errorf("%s links to the section %q", name, own)
		}
	}
	text := "\n" + string(runbook)
	links := regexp.MustCompile(`(?:runbook\.md|\]\()#([a-z-]+)`).FindAllStringSubmatch(string(tpl.text)+text, -1)
	if len(links) < 20 {
		t.Errorf("only %d links: %v", len(links), links)
	}
	for _, link := range links {
		if !strings.Contains(strings.ToLower(text), "# "+link[1]+"\n") {
			t.Errorf("the runbook has no section %s", link[1])
		}
	}
}

// TestRollout checks that a version that raises an alarm is rolled back in production,
// and that elsewhere a deployment takes effect at once.
func TestRollout(t *testing.T) {
	if n := len(templates()["dev"].of("AWS::CodeDeploy::DeploymentGroup")); n != 0 {
		t.Errorf("dev has %d deployment groups, want none", n)
	}
	tpl := templates()["prod"]
	groups := tpl.of("AWS::CodeDeploy::DeploymentGroup")
	if len(groups) != 1 {
		t.Fatalf("prod has %d deployment groups, want 1", len(groups))
	}
	group := groups[0].Properties
	back, _ := json.Marshal(group["AutoRollbackConfiguration"])
	if !strings.Contains(string(back), `"Enabled":true`) || !strings.Contains(string(back), "DEPLOYMENT_STOP_ON_ALARM") {
		t.Errorf("rollback configuration: %s", back)
	}
	alarms, _ := group["AlarmConfiguration"].(map[string]any)
	if list, _ := alarms["Alarms"].([]any); alarms["Enabled"] != true || len(list) != 2 {
		t.Errorf("alarms that roll it back: %v", alarms)
	}
	if !strings.Contains(string(tpl.text), "CodeDeployLambdaAliasUpdate") {
		t.Error("the alias is not shifted by CodeDeploy")
	}
}

// TestBadVersionIsRolledBack deploys production again while an alarm is on, to the
// fake AWS, which shifts an alias as the template says.
func TestBadVersionIsRolledBack(t *testing.T) {
	cloud := fakeaws.Start(fakeaws.Options{})
	defer cloud.Close()
	cloud.SetParameter("us-east-1", fakeaws.Parameter{Name: "/cdk-bootstrap/hnb659fds/version", Type: "String", Value: "30"})
	deploy := func(url string) (version any, err error) {
		tpl := changed(t, "prod", func(s *config.Stage) { s.URL = url })
		err = cloud.Deploy("us-east-1", "hearthgate-prod", string(tpl.text))
		for _, alias := range cloud.Resources("hearthgate-prod", "AWS::Lambda::Alias") {
			version = alias.Properties["FunctionVersion"]
		}
		return version, err
	}
	first, err := deploy("https://home.example.com")
	if err != nil || first == nil {
		t.Fatalf("version %v, %v", first, err)
	}
	for _, alarm := range []string{"hearthgate-prod-errors", "hearthgate-prod-success"} {
		cloud.Raise(alarm)
		version, err := deploy("https://bad.example.com")
		if err == nil || !strings.Contains(err.Error(), alarm) || version != first {
			t.Errorf("with %s on: version %v, want %v still; %v", alarm, version, first, err)
		}
		cloud.Calm()
	}
	cloud.Raise("hearthgate-prod-slow") // a version is not to blame for a slow home
	if version, err := deploy("https://good.example.com"); err != nil || version == first {
		t.Errorf("a good version: %v, %v", version, err)
	}
}

// TestNotifications checks that alarms notify the owner only if there is an address.
func TestNotifications(t *testing.T) {
	for name, email := range map[string]string{"no address": "", "owner": "owner@example.com"} {
		t.Run(name, func(t *testing.T) {
			tpl := changed(t, "dev", func(s *config.Stage) { s.AlarmEmail = email })
			if got := len(tpl.of("AWS::SNS::Subscription")) == 1; got != (email != "") {
				t.Errorf("a subscription: %v", got)
			}
			for _, alarm := range tpl.of("AWS::CloudWatch::Alarm") {
				if notifies := alarm.Properties["AlarmActions"] != nil; notifies != (email != "") {
					t.Errorf("%v notifies: %v", alarm.Properties["AlarmName"], notifies)
				}
			}
		})
	}
}

// strs returns every string in v, at any depth.
func strs(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, e := range v {
			all = append(all, strs(e)...)
		}
		return all
	case map[string]any:
		var all []string
		for _, e := range v {
			all = append(all, strs(e)...)
		}
		return all
	}
	return nil
}
