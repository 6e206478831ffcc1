package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/functionlog"
)

// tagged makes the clone one of this version.
func (o *owner) tagged(version string) {
	o.t.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "a"}, {"tag", version}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = o.clone
		if said, err := cmd.CombinedOutput(); err != nil {
			o.t.Fatalf("git %v: %v: %s", args, err, said)
		}
	}
}

// profiles gives the owner's machine these AWS profiles, and no other credentials.
func (o *owner) profiles(clouds map[string]*fakeaws.Cloud) {
	o.t.Helper()
	text := ""
	for name, cloud := range clouds {
		text += "[profile " + name + "]\n" + cloud.Profile()
	}
	file := filepath.Join(o.t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
	o.aws = "mine"
	o.env = append(o.env, "AWS_CONFIG_FILE="+file, "AWS_ENDPOINT_URL=", "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=")
}

// A breakage is a way in which a home is broken, and what the commands say of it.
type breakage struct {
	name           string
	make           func(o *owner, name string)
	status, doctor string
	logs           string // "" if the log does not say it
}

// breakages are the eight ways of the issue.
func breakages(t *testing.T) []breakage {
	l := functionlog.Read(t)
	use := func(o *owner, name string) {
		for range 3 {
			o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", name)
		}
	}
	return []breakage{
		{"token", func(o *owner, name string) {
			o.homes(name)
			s := o.described(name)
			o.cloud.SetParameter(s.Region, fakeaws.Parameter{Name: s.TokenParameterName(), Type: "SecureString", Value: "revoked", Version: 2})
			use(o, name)
		}, "every directive fails since", "rejected the token (401)", "unauthorized: Home Assistant rejected the token (401)"},
		{"address", func(o *owner, name string) {
			o.homes(name)
			o.cloud.Vary(config.FunctionName(name), "HOME_ASSISTANT_URL=http://nowhere.invalid")
			use(o, name)
		}, "nowhere.invalid", "nowhere.invalid", "dns: "},
		{"permission", func(o *owner, name string) {
			o.homes(name)
			o.logs(name, l.Brightness, time.Hour)
			o.cloud.Edit(config.StackName(name), "AWS::Lambda::Permission", func(*fakeaws.Resource) bool { return false })
		}, "the Smart Home skill has no permission to call the function", "alexa-connectedhome.amazon.com may not invoke the alias", ""},
		{"throttled", func(o *owner, name string) {
			o.describe(name, func(s *config.Stage) { s.AWSProfile = "busy" })
		}, "too many requests", "too many requests", "x-throttled: AWS received too many requests"},
		{"old", func(o *owner, name string) {
			o.homes(name)
			o.logs(name, l.Brightness, time.Hour)
			o.cloud.Tag(config.StackName(name), versionTag, "v1.0.0")
		}, "it runs version v1.0.0, and this clone is v2.0.0", "this clone is version v2.0.0", ""},
		{"rolled-back", func(o *owner, name string) {
			o.homes(name)
			o.logs(name, l.Brightness, time.Hour)
			o.cloud.Break("AWS::Lambda::Function", "no capacity")
			defer o.cloud.Mend()
			s := o.described(name)
			s.Memory = 256
			if err := o.cloud.Deploy(s.Region, config.StackName(name), fakeaws.StageTemplate(s)); err == nil {
				o.t.Error("the roll-out succeeded")
			}
		}, "failed (UPDATE_ROLLBACK_COMPLETE)", "failed and was rolled back", ""},
		{"silent", func(o *owner, name string) {
			o.homes(name)
			o.logs(name, l.Brightness, 12*24*time.Hour)
		}, "silent: no directive for 12 days", "no directive came for 12 days", ""},
		{"denied", func(o *owner, name string) {
			o.homes(name)
			for i := range 4 {
				o.logs(name, l.Denied, time.Duration(i+1)*time.Hour)
			}
		}, "every directive is denied (4): ", "every directive was denied", "policy: "},
	}
}

// TestEightWays has five homes that are well and one that is broken, in each of eight ways:
// every command names that home first, with the cause, and is done with the others.
func TestEightWays(t *testing.T) {
	o := newOwner(t)
	l := functionlog.Read(t)
	o.tagged("v2.0.0")
	well := []string{"attic", "barn", "cabin", "den", "eyrie"}
	busy := fakeaws.Start(fakeaws.Options{Account: "999988887777"})
	t.Cleanup(busy.Close)
	busy.Deny("*", "ThrottlingException", "Rate exceeded")
	o.profiles(map[string]*fakeaws.Cloud{"mine": o.cloud, "busy": busy})
	o.homes(well...)
	for i, name := range well {
		o.logs(name, l.Brightness, time.Duration(i+1)*time.Minute)
	}
	all := breakages(t)
	for _, b := range all {
		name := "x-" + b.name
		b.make(o, name)
		t.Run(b.name, func(t *testing.T) {
			stages := strings.Join(append(append([]string{}, well[:3]...), name, well[3], well[4]), ",")
			o.first(t, o.types("", "status", "--stage", stages), name, b.status, well)
			o.first(t, o.types("", "doctor", "--stage", stages), name, b.doctor, well)
			r := o.types("", "logs", "--stage", stages, "--since", "24h", "--failed", "--denied")
			if !strings.Contains(r.out+r.err, name) == (b.logs != "") || !strings.Contains(r.out+r.err, b.logs) {
				t.Errorf("logs: no %q of %s in %s%s", b.logs, name, r.out, r.err)
			}
		})
	}
	r := o.types("", "status", "--all")
	lines := strings.Split(r.out, "\n")
	for i := range all {
		if !strings.Contains(lines[i], " x-") {
			t.Errorf("line %d is of a home that is well:\n%s", i, r.out)
			break
		}
	}
	o.sees(r, 1, "13 homes: ", "5 well.")
}

// first fails unless a report begins with a home and what is wrong there, and is done with
// the others.
func (o *owner) first(t *testing.T, r result, name, cause string, others []string) {
	t.Helper()
	line, rest, _ := strings.Cut(r.out, "\n")
	if !strings.HasPrefix(line[min(2, len(line)):], name+" ") || !strings.Contains(line, cause) {
		t.Errorf("it does not begin with %s and %q:\n%s%s", name, cause, r.out, r.err)
	}
	for _, other := range others {
		if !strings.Contains(rest, " "+other+" ") {
			t.Errorf("nothing is said of %s:\n%s", other, r.out)
		}
	}
	if strings.Contains(r.out+r.err, canary) {
		t.Error("the token is shown")
	}
}
