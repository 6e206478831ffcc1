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
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/docs"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// TestRunbook checks that the runbook has each section that an alarm, a widget or another
// section links to, that the widgets that it names are on a dashboard, and that it lists
// every alarm with its severity.
func TestRunbook(t *testing.T) {
	file, err := os.ReadFile("docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(file)
	var s config.Stage
	everything(&s)
	s.Production = true
	dashboards := []monitoring.Dashboard{monitoring.HomeDashboard(s, ""), monitoring.Overview{Stages: []config.Stage{s}}.Dashboard(func(string) bool { return true })}
	var titles, sections []string
	for _, d := range dashboards {
		for _, w := range d.Widgets() {
			titles, sections = append(titles, w.Title), append(sections, w.Section)
		}
	}
	for _, a := range monitoring.Alarms(s, "") {
		sections = append(sections, a.Name)
		row := regexp.MustCompile(`\|[^|\n]*\[` + a.Name + `\]\(#` + a.Name + `\)[^|\n]*\| ` + string(a.Severity) + ` \|`)
		if !row.MatchString(text) {
			t.Errorf("the table of alarms has no row with %s and %s", a.Name, a.Severity)
		}
	}
	for _, link := range regexp.MustCompile(`\]\(#([a-z-]+)\)`).FindAllStringSubmatch(text, -1) {
		sections = append(sections, link[1])
	}
	if len(sections) < 40 {
		t.Errorf("only %d links: %v", len(sections), sections)
	}
	for _, name := range sections {
		if name != "" && docs.Section(name) == "" && !strings.Contains(strings.ToLower(text), "\n## "+strings.ReplaceAll(name, "-", " ")+"\n") {
			t.Errorf("the runbook has no section %s", name)
		}
	}
	named := regexp.MustCompile(`"([A-Z][^"]*\?[^"]*)"`).FindAllStringSubmatch(text, -1)
	if len(named) < 8 {
		t.Errorf("the runbook names only %d widgets", len(named))
	}
	for _, title := range named {
		if !slices.Contains(titles, title[1]) {
			t.Errorf("the runbook names the widget %q, which is on no dashboard", title[1])
		}
	}
}

// TestLinks follows the links of a home at night: from the notification to the dashboard,
// on it to the section of the runbook, and from there back to the alarm. Each leads to
// something in the templates, and none to an address that is not AWS's.
func TestLinks(t *testing.T) {
	alone, six := homes(1), homes(6)
	six[1].Dashboards = config.NoDashboard
	for _, stages := range [][]config.Stage{alone, six} {
		all := synthesized(stages...)
		boards := map[string]monitoring.Dashboard{}
		for _, tpl := range all {
			for _, d := range described(t, tpl) {
				boards[d.Name] = d
			}
		}
		followed := 0
		for _, s := range stages {
			tpl := all[s.Name]
			for _, a := range slices.Concat(tpl.of("AWS::CloudWatch::Alarm"), tpl.of("AWS::CloudWatch::CompositeAlarm")) {
				name, text := fmt.Sprint(a.Properties["AlarmName"]), fmt.Sprint(a.Properties["AlarmDescription"])
				section := strings.TrimPrefix(name, monitoring.AlarmPrefix(s.Name))
				if s.Dashboards == config.NoDashboard {
					if !strings.Contains(text, "the section "+section+" of infra/docs/runbook.md") || strings.Contains(text, "https:") {
						t.Errorf("%s links to %q", name, text)
					}
					continue
				}
				_, url, _ := strings.Cut(text, "the section "+section+" at the end of the dashboard ")
				d, ok := boards[strings.TrimPrefix(url, "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/")]
				if !ok {
					t.Errorf("%s links to %q, which is not deployed", name, url)
					continue
				}
				back := "[" + name + "](https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#alarmsV2:alarm/" + name + ")"
				shown := slices.ContainsFunc(d.Widgets(), func(w monitoring.Widget) bool { return slices.Contains(w.Alarms, name) })
				i := slices.IndexFunc(d.Widgets(), func(w monitoring.Widget) bool { return strings.HasPrefix(w.Text, "## "+section+"\n") })
				switch {
				case !shown && len(stages) == 1:
					t.Errorf("%s shows no state of %s", d.Name, name)
				case i < 0 || !strings.Contains(d.Widgets()[i].Text, "**Means**"):
					t.Errorf("%s has no section %s", d.Name, section)
				case shown && !strings.Contains(d.Widgets()[i].Text, back):
					t.Errorf("the section %s of %s says %q", section, d.Name, d.Widgets()[i].Text)
				}
				followed++
			}
		}
		if followed < 10 {
			t.Errorf("only %d links were followed", followed)
		}
		for _, d := range boards {
			for _, w := range d.Widgets() {
				for _, link := range regexp.MustCompile(`\]\(([^)]*)\)`).FindAllStringSubmatch(w.Text, -1) {
					if !strings.HasPrefix(link[1], "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#") && !strings.HasPrefix(link[1], "https://aws.amazon.com/") {
						t.Errorf("%s links to %s", d.Name, link[1])
					}
				}
			}
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

// TestNotifications checks whom the alarms notify: no one, the owner's address, a topic
// that exists, or with both the topic of what pages and the address of the rest.
func TestNotifications(t *testing.T) {
	const topic = "arn:aws:sns:us-east-1:111122223333:pager"
	const own = "Ref"
	for name, tt := range map[string]struct {
		change     func(*config.Stage)
		page, mail string // what the action has in it
	}{
		"no address":        {func(s *config.Stage) { s.AlarmEmail = "" }, "", ""},
		"owner":             {func(s *config.Stage) { s.AlarmEmail = "owner@example.com" }, own, own},
		"topic":             {func(s *config.Stage) { s.AlarmTopicARN = topic }, topic, topic},
		"topic and address": {func(s *config.Stage) { s.AlarmTopicARN, s.AlarmEmail = topic, "owner@example.com" }, topic, own},
	} {
		t.Run(name, func(t *testing.T) {
			tpl := changed(t, "dev", tt.change)
			want := map[bool]int{false: 0, true: 1}[tt.mail == own]
			if n := len(tpl.of("AWS::SNS::Subscription")); n != want {
				t.Errorf("%d subscriptions, want %d", n, want)
			}
			to := map[string]string{}
			for _, a := range monitoring.Alarms(config.NewStage("dev"), "") {
				to[a.FullName("dev")] = map[monitoring.Severity]string{monitoring.Page: tt.page, monitoring.Mail: tt.mail}[a.Severity]
			}
			for _, alarm := range append(tpl.of("AWS::CloudWatch::Alarm"), tpl.of("AWS::CloudWatch::CompositeAlarm")...) {
				name := fmt.Sprint(alarm.Properties["AlarmName"])
				actions := fmt.Sprint(alarm.Properties["AlarmActions"])
				if want := to[name]; want == "" && actions != "<nil>" || !strings.Contains(actions, want) {
					t.Errorf("%s notifies %s, want %q", name, actions, want)
				}
				delete(to, name)
			}
			if len(to) > 0 {
				t.Errorf("the alarms %v are missing", to)
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
