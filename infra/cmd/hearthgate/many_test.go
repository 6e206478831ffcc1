package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/functionlog"
)

// three returns an owner with a CDK and three homes that are described, in an account that
// is prepared, and whose tokens are stored.
func three(t *testing.T) *owner {
	t.Helper()
	o := prepared(t)
	for _, name := range []string{"attic", "barn", "cabin"} {
		s := o.describe(name, func(s *config.Stage) { s.AlarmEmail = "" })
		o.cloud.SetParameter(s.Region, fakeaws.Parameter{Name: s.TokenParameterName(), Type: "SecureString", Value: canary, Version: 1})
	}
	if err := os.Remove(filepath.Join(o.clone, config.StagesDir, "dev.json")); err != nil {
		t.Fatal(err)
	}
	o.sees(o.types("", "deploy", "--bootstrap", "--stage", "attic"), 0)
	return o
}

// TestDeployHomes deploys one home after the other, and stops at the first that fails.
func TestDeployHomes(t *testing.T) {
	o := three(t)
	r := o.types("", "deploy", "--all", "--dry-run")
	o.sees(r, 0, "! barn   would change: + ", " and ", "! cabin  would change: ", "+ attic  nothing would change", "3 homes: 2 to look at, 1 well.")
	if calls := o.cloud.Calls(); slices.Contains(calls[len(calls)-8:], "cloudformation.ExecuteChangeSet") {
		t.Error("it deployed something")
	}
	s := o.described("barn")
	o.cloud.SetParameter(s.Region, fakeaws.Parameter{Name: s.TokenParameterName()})
	r = o.types("", "deploy", "--all")
	o.sees(r, 1, "attic, 1 of 3", "barn, 2 of 3", "? barn   ", "hearthgate token --stage barn", "? cabin  nothing was done, because another home failed", "+ attic  nothing changed; it answers")
	if len(o.cloud.Resources(config.StackName("cabin"), "")) > 0 {
		t.Error("it went on after a failure")
	}
	o.cloud.SetParameter(s.Region, fakeaws.Parameter{Name: s.TokenParameterName(), Type: "SecureString", Value: canary, Version: 1})
	o.sees(o.types("", "deploy", "--all"), 0, "+ attic  nothing changed; it answers", "+ barn   deployed; it answers", "+ cabin  deployed; it answers", "3 homes: 3 well.")
	o.sees(o.types("", "deploy", "--canary", "--stage", "barn"), 1, "--canary deploys one home first")
	o.sees(o.types("", "rollback", "--all", "--to", "2"), 1, "name one stage")
	o.sees(o.types("", "rollback", "--all", "--list"), 0, "+ barn   version ", "3 homes: 3 well.")
	o.sees(o.types("", "rollback", "--all"), 1, "there is no version before", "3 homes: 3 not known.")
}

// TestCanary deploys one home, watches it, and deploys the others only if it is well.
func TestCanary(t *testing.T) {
	o := three(t)
	l := functionlog.Read(t)
	o.describe("attic", func(s *config.Stage) { s.AlarmEmail = "owner@example.com" })
	o.cloud.Before("lambda.Invoke", func() {
		o.cloud.Before("lambda.Invoke", nil)
		for range 4 {
			o.logs("attic", l.Unreachable, 0)
		}
	})
	r := o.types("", "deploy", "--all", "--canary=1s")
	o.sees(r, 1, "watching attic for 1s", "? attic  the home attic is in trouble after its deployment: ", "hearthgate rollback --stage attic", "? barn   nothing was done", "? cabin  nothing was done")
	if len(o.cloud.Resources(config.StackName("barn"), "")) > 0 {
		t.Error("it went on after a canary in trouble")
	}
	o.sees(o.types("", "deploy", "--stage", "barn,cabin", "--canary=1s"), 0, "+ watching barn for 1s", "+ barn   deployed; it answers", "+ cabin  deployed; it answers")
}

// TestRotateHomes replaces the tokens of several homes, and stops at the first that its
// home rejects.
func TestRotateHomes(t *testing.T) {
	o := newOwner(t)
	o.homes("attic", "barn", "cabin")
	o.describe("linked", func(s *config.Stage) { s.TokenSource = config.Linked })
	version := func(name string) int {
		s := o.described(name)
		return o.cloud.Parameter(s.Region, s.TokenParameterName()).Version
	}
	o.sees(o.types("", "token", "--all"), 1, "several homes need --rotate")
	for in, want := range map[string]string{
		"attic " + canary + "\nhouse " + canary + "\n": "line 2 of standard input does not begin with one of the stages attic, barn, cabin, linked",
		"attic " + canary + "\nattic " + canary:        "line 2 of standard input has a second token for attic",
		"attic\n":                                      "line 1 of standard input, for attic: no token was given",
	} {
		o.sees(o.types(in, "token", "--rotate", "--all"), 1, want, "nothing was changed")
	}
	if version("attic") != 1 {
		t.Error("a token was stored although the input was wrong")
	}
	r := o.types("attic "+canary+"\nbarn wrong\ncabin "+canary+"\n", "token", "--rotate", "--all")
	o.sees(r, 1, "? barn    Home Assistant rejected the token (401)", "? cabin   nothing was done", "? linked  nothing was done", "+ attic   stored, version 2")
	if version("attic") != 2 || version("barn") != 1 || version("cabin") != 1 {
		t.Errorf("versions %d, %d, %d", version("attic"), version("barn"), version("cabin"))
	}
	if strings.Contains(r.out+r.err, "wrong") {
		t.Errorf("a token is shown: %s%s", r.out, r.err)
	}
	o.sees(o.types("barn "+canary+"\n", "token", "--rotate", "--stage", "linked,barn,cabin"), 1, "+ linked  takes the token of the linked account", "+ barn    stored, version 2", "? cabin   standard input has no token for cabin")
}

// TestAdd makes the next home from another one, without what is that home's own.
func TestAdd(t *testing.T) {
	o := newOwner(t)
	o.sees(o.types("", "add", "lake"), 1, "describe the first home with `hearthgate init`")
	o.describe("prod", func(s *config.Stage) {
		s.Memory, s.KeepWarm, s.Locale = 256, true, "de-DE"
		s.CustomSkillID, s.Conversation = strings.Replace(skillID, "0001", "0002", 1), "deny"
		s.AllowedUsers, s.Account, s.AWSProfile = []string{"amzn1.account.ABCDEFGHIJKLMNOPQRSTUVWXYZ"}, fakeaws.AccountID, "prod"
		s.Policy = []byte(`[{"effect":"deny","name":"Unlock"}]`)
	})
	o.sees(o.types("", "add", "prod"), 1, "there is a stage prod already")
	o.sees(o.types("", "add", "Lake"), 1, "a-z")
	o.sees(o.types("", "add", "lake"), 1, "homeAssistantUrl is missing", "(--url)")
	o.sees(o.types("", "add", "lake", "--from", "nope"), 1, `there is no stage "nope"`)
	o.sees(o.types("", "add", "lake", "--url", homeURL, "--aws-profile", "lake", "--account", "444455556666"), 0,
		"wrote config/stages/lake.json", "the policy was taken over", "hearthgate token --stage lake")
	got, prod := o.described("lake"), o.described("prod")
	if got.Memory != 256 || !got.KeepWarm || string(got.Policy) == "" || got.AlarmEmail != prod.AlarmEmail {
		t.Errorf("what was to be taken over is not: %+v", got)
	}
	if got.SmartHomeSkillID != "" || got.CustomSkillID != "" || got.AllowedUsers != nil || got.Account != "444455556666" || got.AWSProfile != "lake" {
		t.Errorf("what is the home's own was taken over: %+v", got)
	}
	if o.cloud.Parameter(got.Region, got.TokenParameterName()) != nil {
		t.Error("it has a token")
	}
	o.sees(o.types("", "add", "sea", "--url", homeURL), 1, "name with --from the one")
}
