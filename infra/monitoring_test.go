package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
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
	tpl := changed(t, "prod", func(s *config.Stage) { s.WeeklyDoctor = true })
	for _, alarm := range append(tpl.of("AWS::CloudWatch::Alarm"), tpl.of("AWS::CloudWatch::CompositeAlarm")...) {
		description, _ := alarm.Properties["AlarmDescription"].(string)
		_, own, _ := strings.Cut(description, "runbook.md#")
		if name := fmt.Sprint(alarm.Properties["AlarmName"]); name != "hearthgate-prod-"+own {
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
	for _, alarm := range []string{"hearthgate-prod-rollback-errors", "hearthgate-prod-rollback-failures"} {
		cloud.Raise(alarm)
		version, err := deploy("https://bad.example.com")
		if err == nil || !strings.Contains(err.Error(), alarm) || version != first {
			t.Errorf("with %s on: version %v, want %v still; %v", alarm, version, first, err)
		}
		cloud.Calm()
	}
	for _, alarm := range []string{"slow", "success", "failures", "breaker", "errors", "outage"} { // a version is not to blame for the home, and one that mends is let through
		cloud.Raise("hearthgate-prod-" + alarm)
	}
	if version, err := deploy("https://good.example.com"); err != nil || version == first {
		t.Errorf("a good version: %v, %v", version, err)
	}
}

// TestNotifications checks whom the alarms notify: no one, the owner's address, or a
// topic that exists.
func TestNotifications(t *testing.T) {
	const topic = "arn:aws:sns:us-east-1:111122223333:pager"
	for name, tt := range map[string]struct {
		change        func(*config.Stage)
		notifies      bool
		subscriptions int
	}{
		"no address":                           {func(s *config.Stage) { s.AlarmEmail = "" }, false, 0},
		"owner":                                {func(s *config.Stage) { s.AlarmEmail = "owner@example.com" }, true, 1},
		"topic":                                {func(s *config.Stage) { s.AlarmTopicARN = topic }, true, 0},
		"topic, and an address for the budget": {func(s *config.Stage) { s.AlarmTopicARN, s.AlarmEmail, s.Budget = topic, "owner@example.com", 5 }, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			tpl := changed(t, "dev", tt.change)
			if n := len(tpl.of("AWS::SNS::Subscription")); n != tt.subscriptions {
				t.Errorf("%d subscriptions, want %d", n, tt.subscriptions)
			}
			parts := []string{"hearthgate-dev-success", "hearthgate-dev-failures", "hearthgate-dev-slow", "hearthgate-dev-breaker"}
			seen := 0
			for _, alarm := range append(tpl.of("AWS::CloudWatch::Alarm"), tpl.of("AWS::CloudWatch::CompositeAlarm")...) {
				part := slices.Contains(parts, fmt.Sprint(alarm.Properties["AlarmName"]))
				if notifies := alarm.Properties["AlarmActions"] != nil; notifies != (tt.notifies && !part) {
					t.Errorf("%v notifies: %v", alarm.Properties["AlarmName"], notifies)
				}
				if part {
					seen++
				}
			}
			if seen != len(parts) {
				t.Errorf("%d of the alarms %v are there", seen, parts)
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
