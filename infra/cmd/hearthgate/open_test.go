package main_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// browsing is the environment of a person with a display, and the file to which their
// browser writes the address that it is given.
func browsing(t *testing.T) (env []string, file string) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "opened")
	for _, name := range []string{"xdg-open", "open"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\nprintf '%s\\n' \"$1\" > \""+file+".new\"; mv \""+file+".new\" \""+file+"\"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "DISPLAY=:0", "SSH_CONNECTION=", "WAYLAND_DISPLAY="}, file
}

// TestOpen opens each page of a deployed stage.
func TestOpen(t *testing.T) {
	const smartHome, custom = "amzn1.ask.skill.00000000-0000-0000-0000-000000000007", "amzn1.ask.skill.00000000-0000-0000-0000-000000000008"
	o := newOwner(t)
	o.write(config.StagesDir+"/dev.json", settable)
	for _, page := range []string{"dashboard", "log", "console"} {
		o.sees(o.types("", "open", page), 1, "the stage dev is not deployed in eu-west-1: run `hearthgate deploy --stage dev` first")
	}
	o.sees(o.types("", "open", "skill"), 1, "has no skill yet", "hearthgate skill create --stage dev")
	o.sees(o.types("", "open", "window"), 1, "write dashboard, log, console or skill")
	o.write(config.StagesDir+"/dev.json", strings.Replace(settable, "{", `{"smartHomeSkillId": "`+smartHome+`", "customSkillId": "`+custom+`", `, 1))

	s := config.NewStage("dev")
	s.Locale, s.Region, s.URL = "de-DE", "eu-west-1", homeURL
	if err := o.cloud.Deploy(s.Region, config.StackName(s.Name), fakeaws.StageTemplate(s)); err != nil {
		t.Fatal(err)
	}
	o.write(config.StagesDir+"/lake.json", strings.Replace(settable, "{", `{"dashboards": "shared", `, 1))
	s.Name, s.Dashboards = "lake", config.SharedDashboard
	if err := o.cloud.Deploy(s.Region, config.StackName(s.Name), fakeaws.StageTemplate(s)); err != nil {
		t.Fatal(err)
	}
	r := o.types("", "open", "dashboard", "--print", "--stage", "lake")
	o.sees(r, 0, "#dashboards/dashboard/hearthgate-overview-eu-west-1")
	if strings.Contains(r.out, "hearthgate-lake") {
		t.Errorf("a dashboard of its own is named: %s", r.out)
	}
	o.write(config.StagesDir+"/lake.json", strings.Replace(settable, "{", `{"dashboards": "none", `, 1))
	o.sees(o.types("", "open", "dashboard", "--print", "--stage", "lake"), 1, "has no dashboard", "hearthgate config set dashboards own --stage lake")
	group := o.cloud.Resources("hearthgate-dev", "AWS::Logs::LogGroup")[0].PhysicalID
	const console = "https://eu-west-1.console.aws.amazon.com/"
	const board = console + "cloudwatch/home?region=eu-west-1#dashboards/dashboard/hearthgate-dev"
	env, opened := browsing(t)
	for page, want := range map[string][]string{
		"dashboard": {board},
		"log":       {console + "cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/" + group},
		"console":   {console + "cloudformation/home?region=eu-west-1#/stacks/stackinfo?stackId=" + url.QueryEscape("arn:aws:cloudformation:eu-west-1:"+fakeaws.AccountID+":stack/hearthgate-dev/1")},
		"skill": {
			"https://developer.amazon.com/alexa/console/ask/build/prebuilts/config/" + smartHome + "/development/de_DE/smartHome",
			"https://developer.amazon.com/alexa/console/ask/build/custom/" + custom + "/development/de_DE/dashboard",
			"https://developer.amazon.com/alexa/console/ask",
		},
	} {
		t.Run(page, func(t *testing.T) {
			os.Remove(opened)
			for _, args := range [][]string{{"open", page, "--print"}, {"open", page, "--json"}, {"open", page}} {
				r := commandIn(t, o.clone, "", append(append([]string(nil), o.env...), env...), args...)
				if r.code != 0 {
					t.Fatalf("%v: %+v", args, r)
				}
				if args[len(args)-1] == "--json" {
					var got struct {
						Pages  []struct{ URL string }
						Opened bool
					}
					if err := json.Unmarshal([]byte(r.out), &got); err != nil || len(got.Pages) != len(want) || got.Pages[0].URL != want[0] || got.Opened {
						t.Errorf("%v: %s", err, r.out)
					}
					continue
				}
				for _, address := range want {
					if !strings.Contains(r.out, "\n  "+address+"\n") {
						t.Errorf("no line %s in %s", address, r.out)
					}
				}
				if b, err := os.ReadFile(opened); err == nil && len(args) > 2 {
					t.Errorf("%v opened %s", args, b)
				}
			}
			late := time.After(time.Minute)
			for { // the browser is not waited for
				if b, err := os.ReadFile(opened); err == nil {
					if string(b) != want[0]+"\n" {
						t.Errorf("it opened %s", b)
					}
					break
				}
				select {
				case <-late:
					t.Fatal("no browser was opened")
				case <-time.After(10 * time.Millisecond):
				}
			}
		})
	}
	t.Run("without a display", func(t *testing.T) {
		os.Remove(opened)
		for _, without := range [][]string{{"DISPLAY="}, {"SSH_CONNECTION=192.0.2.1 1 192.0.2.2 22"}} {
			r := commandIn(t, o.clone, "", append(append(append([]string(nil), o.env...), env...), without...), "open", "dashboard")
			if r.code != 0 || !strings.Contains(r.out, board) {
				t.Errorf("%+v", r)
			}
		}
		if b, err := os.ReadFile(opened); err == nil {
			t.Errorf("it opened %s", b)
		}
	})
	t.Run("no browser", func(t *testing.T) {
		r := commandIn(t, o.clone, "", append(append([]string(nil), o.env...), "DISPLAY=:0", "SSH_CONNECTION=", "PATH="+t.TempDir()), "open", "skill")
		if r.code != 1 || !strings.Contains(r.out, "/smartHome") || !strings.Contains(r.err, "the browser cannot be opened") {
			t.Errorf("%+v", r)
		}
	})
	o.sees(o.types("", "__complete", "open", ""), 0, "dashboard\nlog\nconsole\nskill\n")
}

// TestLogLink has a log group with the characters that the console escapes in its own way.
func TestLogLink(t *testing.T) {
	o := newOwner(t)
	o.write(config.StagesDir+"/dev.json", settable)
	const template = `{"Resources": {"Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/lambda/hearthgate-dev"}}}}`
	if err := o.cloud.Deploy("eu-west-1", "hearthgate-dev", template); err != nil {
		t.Fatal(err)
	}
	o.sees(o.types("", "open", "log", "--print"), 0, "log-group/$252Faws$252Flambda$252Fhearthgate-dev\n")
	o.sees(o.types("", "open", "dashboard", "--print"), 1, "has no dashboard")
}
