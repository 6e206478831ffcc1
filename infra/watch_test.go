package main

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestMetricsAreShown fails on a widget or alarm for a metric that the function
// does not have, and on a metric that nothing shows.
func TestMetricsAreShown(t *testing.T) {
	tpl := templates()["dev"]
	shown := map[string]bool{}
	inWidgets := regexp.MustCompile(`"` + config.Namespace + `","(\w+)","(\w+)","(\w+)"`)
	boards := tpl.of("AWS::CloudWatch::Dashboard")
	if len(boards) == 0 || len(boards) > 3 {
		t.Errorf("%d dashboards, want 1 to the 3 that are free", len(boards))
	}
	for _, board := range boards {
		for _, text := range strs(board.Properties["DashboardBody"]) {
			for _, m := range inWidgets.FindAllStringSubmatch(text, -1) {
				shown[m[1]] = true
				if m[2] != config.DimensionStage || m[3] != "dev" {
					t.Errorf("a widget shows %s of %s %s", m[1], m[2], m[3])
				}
			}
		}
	}
	for _, alarm := range tpl.of("AWS::CloudWatch::Alarm") {
		walk(alarm.Properties, func(o map[string]any) {
			if name, ok := o["MetricName"].(string); ok && o["Namespace"] == config.Namespace {
				shown[name] = true
			}
		})
	}
	var want []string
	for _, m := range config.Metrics() {
		want = append(want, m.Name)
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(shown)); !slices.Equal(got, want) {
		t.Errorf("shown  %v\nemitted %v", got, want)
	}
}

// TestRunbook finds, for each alarm, the section that its description points at.
func TestRunbook(t *testing.T) {
	runbook, err := os.ReadFile("docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, alarm := range templates()["dev"].of("AWS::CloudWatch::Alarm") {
		description, _ := alarm.Properties["AlarmDescription"].(string)
		_, section, ok := strings.Cut(description, "runbook.md#")
		if !ok || !strings.Contains(string(runbook), "\n## "+section+"\n") {
			t.Errorf("no section of the runbook for %v: %s", alarm.Properties["AlarmName"], description)
		}
	}
}

// TestRollout proves that in production a version that raises an alarm is taken
// back, and that elsewhere a deployment takes effect at once.
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
		t.Errorf("rolls back: %s", back)
	}
	alarms, _ := group["AlarmConfiguration"].(map[string]any)
	if list, _ := alarms["Alarms"].([]any); alarms["Enabled"] != true || len(list) != 2 {
		t.Errorf("alarms that take it back: %v", alarms)
	}
	if !strings.Contains(string(tpl.text), "CodeDeployLambdaAliasUpdate") {
		t.Error("the alias is not shifted by CodeDeploy")
	}
}

// TestNotifications tells somebody only if there is somebody to tell.
func TestNotifications(t *testing.T) {
	for name, email := range map[string]string{"nobody": "", "owner": "owner@example.com"} {
		t.Run(name, func(t *testing.T) {
			tpl := changed(t, "dev", func(s *config.Stage) { s.AlarmEmail = email })
			if got := len(tpl.of("AWS::SNS::Subscription")) == 1; got != (email != "") {
				t.Errorf("a subscription: %v", got)
			}
			for _, alarm := range tpl.of("AWS::CloudWatch::Alarm") {
				if tells := alarm.Properties["AlarmActions"] != nil; tells != (email != "") {
					t.Errorf("%v tells somebody: %v", alarm.Properties["AlarmName"], tells)
				}
			}
		})
	}
}

// strs returns every text in v, however deep.
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
