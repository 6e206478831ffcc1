package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/functionlog"
	"github.com/hearthgate/hearthgate/infra/testkit/terminal"
)

const versionTag = "hearthgate:version"

// homes has stages described and deployed, each with its token, without the CDK.
func (o *owner) homes(names ...string) {
	o.t.Helper()
	o.cloud.SetObject("code", "function.zip", []byte("the function"))
	for _, name := range names {
		o.describe(name, func(s *config.Stage) { s.AWSProfile = o.aws })
		o.deploy(name, o.cloud)
		o.cloud.Tag(config.StackName(name), versionTag, "v2.0.0")
	}
}

// describe writes the file of a stage.
func (o *owner) describe(name string, edit func(*config.Stage)) config.Stage {
	o.t.Helper()
	s := config.NewStage(name)
	s.Locale, s.Region, s.URL, s.SmartHomeSkillID = "de-DE", "eu-west-1", homeURL, skillID
	s.AlarmEmail = "owner@example.com"
	if edit != nil {
		edit(&s)
	}
	b, err := json.Marshal(s)
	if err != nil {
		o.t.Fatal(err)
	}
	o.write(filepath.Join(config.StagesDir, name+".json"), string(b))
	return s
}

// deploy deploys what describe wrote.
func (o *owner) deploy(name string, cloud *fakeaws.Cloud) {
	o.t.Helper()
	s := o.described(name)
	cloud.SetParameter(s.Region, fakeaws.Parameter{Name: s.TokenParameterName(), Type: "SecureString", Value: canary, Version: 1})
	if err := cloud.Deploy(s.Region, config.StackName(name), fakeaws.StageTemplate(s)); err != nil {
		o.t.Fatal(err)
	}
}

// described returns the stage as its file has it.
func (o *owner) described(name string) config.Stage {
	o.t.Helper()
	s, err := config.Folder{FS: os.DirFS(filepath.Join(o.clone, config.StagesDir)), Path: config.StagesDir}.Load(name)
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

// group returns the log of a stage.
func (o *owner) group(name string) string {
	return o.cloud.Resources(config.StackName(name), "AWS::Logs::LogGroup")[0].PhysicalID
}

// logs adds a line to the log of a stage, as its function would have written it some time
// ago.
func (o *owner) logs(name, recorded string, ago time.Duration) {
	o.t.Helper()
	o.cloud.Log(o.group(name), functionlog.At(o.t, recorded, name, time.Now().Add(-ago)))
}

// TestLogsOfHomes merges the logs of several homes in the order of their times, and
// chooses lines of a device.
func TestLogsOfHomes(t *testing.T) {
	o := newOwner(t)
	l := functionlog.Read(t)
	o.homes("beach", "city")
	o.write(filepath.Join(config.StagesDir, "half.json"), "{")
	o.logs("beach", l.Brightness, 50*time.Minute)
	o.logs("city", l.Unreachable, 40*time.Minute)
	o.logs("beach", l.Denied, 30*time.Minute)
	o.logs("city", l.Brightness, 20*time.Minute)
	o.logs("city", l.Rejected, 10*time.Minute)
	o.logs("beach", strings.Replace(strings.Replace(l.Denied, `"policy"`, `"unknown_user"`, 1), `"error":"`, `"error":"security.authenticate: the user \"amzn1.account.AGOODLONGID\" may not command: `, 1), 5*time.Minute)

	order := func(r result, code int, want string) {
		t.Helper()
		var got []string
		for line := range strings.Lines(r.out) {
			if fields := strings.Fields(line); len(fields) > 4 && strings.Contains(line, " ms  Alexa.") {
				got = append(got, fields[3]+" "+fields[4])
			}
		}
		if strings.Join(got, ", ") != want || r.code != code {
			t.Errorf("code %d, %s\nwant %s\n%s", r.code, strings.Join(got, ", "), want, r.err)
		}
	}
	r := o.types("", "logs", "--all")
	order(r, 1, "beach ok, city FAIL, beach deny, city ok, city bad, beach deny")
	o.sees(r, 1, "half: config/stages/half.json ends too early")
	order(o.types("", "logs", "--stage", "beach,city", "--denied"), 0, "beach deny, beach deny")
	order(o.types("", "logs", "--stage", "beach,city", "--failed"), 0, "city FAIL, city bad")
	order(o.types("", "logs", "--stage", "beach,city", "--failed", "--denied", "--since", "35m"), 0, "beach deny, city bad, beach deny")
	order(o.types("", "logs", "--stage", "beach,city", "--device", "kitchen light"), 0, "beach ok, city ok")
	order(o.types("", "logs", "--stage", "city,beach", "--device", "light.kitchen_light", "--since", "30m"), 0, "city ok")
	order(o.types("", "logs", "--stage", "city,beach", "--device", "outlet", "--failed"), 0, "city FAIL")
	r = o.types("", "logs", "--stage", "beach", "--denied")
	o.sees(r, 0, "unknown_user: the user ...LONGID")
	if strings.Contains(r.out, "AGOODLONGID") || strings.Contains(r.out, "beach") {
		t.Errorf("a whole id, or the name of the only home: %s", r.out)
	}
	o.sees(o.types("", "logs", "--stage", "city,beach", "--json", "--denied"), 0, `{"home":"beach",`, "AGOODLONGID")

	o.cloud.Deny("logs.FilterLogEvents", "AccessDeniedException", "no")
	o.sees(o.types("", "logs", "--stage", "city"), 1, "hearthgate: AWS does not allow")
	o.sees(o.types("", "logs", "--stage", "city,beach"), 1, "city: AWS does not allow", "beach: AWS does not allow")
}

// TestFollowHomes shows the lines of two homes as they are written, each once, until
// Ctrl-C.
func TestFollowHomes(t *testing.T) {
	o := newOwner(t)
	l := functionlog.Read(t)
	o.homes("beach", "city")
	o.logs("beach", l.Brightness, time.Minute)
	path, err := hearthgate()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "logs", "--all", "--follow", "--since", "10m")
	cmd.Dir, cmd.Env = o.clone, append(os.Environ(), o.env...)
	const columns = 160
	term := terminal.Start(t, cmd, columns)
	term.Wait("SetBrightness")
	o.logs("city", l.Unreachable, 2*time.Second)
	o.logs("beach", l.Denied, time.Second)
	term.Interrupt("Unlock")
	code, written := term.End()
	shown := terminal.Render(written, columns)
	if code != 0 || strings.Count(shown, " ms  Alexa.") != 3 || strings.Index(shown, "city") > strings.LastIndex(shown, "beach") {
		t.Errorf("code %d:\n%s", code, shown)
	}
}
