package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/fakesmapi"
	"github.com/hearthgate/hearthgate/infra/testkit/functionlog"
)

const throttledCause = "AWS received too many requests of this account at once"

// causes are what commands say of the home that is broken in a way, by the way and the
// command; "" if the way is nothing to the command, which is then done with all homes.
var causes = map[string]map[string]string{
	"token":       {"token": "", "deploy": ""}, // the new token mends it
	"address":     {"token": "the name nowhere.invalid has no address", "deploy": "it does not answer: the name nowhere.invalid has no address"},
	"permission":  {"token": "", "deploy": "the Smart Home skill has no permission to call the function: it was removed by hand"},
	"throttled":   {"token": throttledCause, "deploy": throttledCause, "cost": throttledCause, "skill": throttledCause, "alarm": throttledCause, "history": throttledCause, "rollback": throttledCause, "dry-run": throttledCause},
	"old":         {"token": "", "deploy": ""}, // the deployment mends it
	"rolled-back": {"token": "", "deploy": "", "history": "failed: Lambda Function Function: no capacity"},
	"silent":      {"token": "", "deploy": ""},
	"denied":      {"token": "", "deploy": ""},
}

// TestEightWaysChange changes two homes that are well and then one that is broken, in each
// of eight ways: the report names that home first, with the cause, and the others are done.
func TestEightWaysChange(t *testing.T) {
	o, _ := eightWays(t)
	for _, b := range breakages(t) {
		name := "x-" + b.name
		b.make(o, name)
		t.Run(b.name, func(t *testing.T) {
			stages := "attic,barn," + name
			tokens := "attic " + canary + "\nbarn " + canary + "\n" + name + " " + canary + "\n"
			o.reports(t, o.types(tokens, "token", "--rotate", "--stage", stages), name, causes[b.name]["token"], "stored, version ")
			o.reports(t, o.types("", "deploy", "--stage", stages), name, causes[b.name]["deploy"], "it answers")
		})
	}
}

// TestEightWaysRead reads two homes that are well and eight that are broken, each in its own
// way: the report names those first to which that matters, and is done with the others.
func TestEightWaysRead(t *testing.T) {
	o, amazon := eightWays(t)
	all := breakages(t)
	names := []string{"attic", "barn"}
	for _, b := range all {
		b.make(o, "x-"+b.name)
		names = append(names, "x-"+b.name)
	}
	for _, name := range names {
		if name != "x-throttled" {
			o.hasLogin(name, amazon)
			o.describe(name, func(s *config.Stage) { s.AWSProfile, s.SmartHomeSkillID = o.aws, "" })
		}
	}
	for _, c := range []struct {
		name string
		args []string
		well string // of a home that is well
	}{
		{"cost", []string{"cost"}, "  attic  "},
		{"skill", []string{"skill", "status"}, "! attic          the stage has no skill yet: hearthgate skill create --stage attic"},
		{"alarm", []string{"alarm", "--list"}, "+ attic  "},
		{"history", []string{"history"}, "+ attic  "},
		{"rollback", []string{"rollback", "--list"}, "+ attic  "},
		{"dry-run", []string{"deploy", "--dry-run"}, "! attic          would change: - Lambda Permission SmartHome"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := o.types("", append(c.args, "--all")...)
			o.sees(r, 1, c.well)
			text := r.out
			if c.name == "cost" { // the costs are one table, and what cannot be counted stands before it
				text = r.err + r.out
			}
			lines := strings.Split(text, "\n")
			for _, b := range all {
				cause := causes[b.name][c.name]
				at := lineOf(lines, "x-"+b.name)
				switch {
				case at < 0:
					t.Errorf("nothing is said of x-%s:\n%s%s", b.name, r.out, r.err)
				case cause != "" && (at > 1 || !strings.Contains(lines[at], cause)):
					t.Errorf("x-%s is in line %d and not first, with %q:\n%s%s", b.name, at, cause, r.out, r.err)
				case cause == "" && (strings.HasPrefix(lines[at], "?") || at < lineOf(lines, "x-throttled")):
					t.Errorf("x-%s stands in front or is not known, and nothing is wrong with it here:\n%s%s", b.name, r.out, r.err)
				}
			}
		})
	}
}

// lineOf returns the number of the first line that names a home; -1 without one.
func lineOf(lines []string, name string) int {
	for i, line := range lines {
		if words := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == ':' }); len(words) > 1 && (words[0] == name || words[1] == name) {
			return i
		}
	}
	return -1
}

// eightWays returns an owner of two homes that are well, with a CDK, accounts by profile,
// one of which throttles everything, and Amazon.
func eightWays(t *testing.T) (*owner, *fakesmapi.Service) {
	t.Helper()
	o := prepared(t)
	l := functionlog.Read(t)
	o.sees(o.types("", "deploy", "--bootstrap"), 0)
	amazon := fakesmapi.Serve(t, o.internet, fakesmapi.Options{})
	if err := os.Remove(filepath.Join(o.clone, config.StagesDir, "dev.json")); err != nil {
		t.Fatal(err)
	}
	o.tagged("v2.0.0")
	busy := fakeaws.Start(fakeaws.Options{Account: "999988887777"})
	t.Cleanup(busy.Close)
	busy.Deny("*", "ThrottlingException", "Rate exceeded")
	o.profiles(map[string]*fakeaws.Cloud{"mine": o.cloud, "busy": busy})
	o.env = append(o.env, "AWS_MAX_ATTEMPTS=2") // as patient as it is by default, this takes minutes
	o.homes("attic", "barn")
	for i, name := range []string{"attic", "barn"} {
		o.logs(name, l.Brightness, time.Duration(i+1)*time.Minute)
	}
	return o, amazon
}

// reports fails unless a report is done with attic and barn, and begins with a home and a
// cause; without a cause all homes are done.
func (o *owner) reports(t *testing.T, r result, name, cause, done string) {
	t.Helper()
	lines := strings.Split(r.out, "\n")
	for _, home := range []string{"attic", "barn", name} {
		at := lineOf(lines, home)
		switch {
		case at < 0:
			t.Errorf("nothing is said of %s:\n%s%s", home, r.out, r.err)
		case home == name && cause != "":
			if at != 0 || !strings.Contains(lines[0], cause) || r.code == 0 {
				t.Errorf("code %d; it does not begin with %s and %q:\n%s%s", r.code, home, cause, r.out, r.err)
			}
		case !strings.HasPrefix(lines[at], "+ ") || !strings.Contains(lines[at], done):
			t.Errorf("%s is not done:\n%s%s", home, r.out, r.err)
		}
	}
	if cause == "" && r.code != 0 || strings.Contains(r.out+r.err, canary) {
		t.Errorf("code %d, or the token is shown: %s%s", r.code, r.out, r.err)
	}
}
