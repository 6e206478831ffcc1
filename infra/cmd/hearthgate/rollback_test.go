package main_test

import (
	"slices"
	"strings"
	"testing"
)

// TestRollback deploys two versions, goes back to the first and forward again in each way.
func TestRollback(t *testing.T) {
	o := prepared(t)
	o.sees(o.types("", "rollback"), 1, "there is no function hearthgate-dev", "deploy its stage")
	o.sees(o.types("", "deploy", "--bootstrap"), 0)
	o.sees(o.types("", "rollback"), 1, "there is no version before 1 to go back to", "nothing was changed")

	const custom = "amzn1.ask.skill.00000000-0000-0000-0000-000000000002"
	o.sees(o.types("", "init", "--custom-skill", custom, "--yes"), 0)
	o.sees(o.types("", "deploy"), 0)
	live := func(version string, hasCustom bool) {
		t.Helper()
		if got := o.cloud.Live("hearthgate-dev"); got != version {
			t.Errorf("version %s is in use, want %s", got, version)
		}
		r := o.types("", "op", "initialization.settings", "--stage", "dev")
		if r.code != 0 || strings.Contains(r.out, custom) != hasCustom {
			t.Errorf("version %s: the function's settings are of another one: %s%s", version, r.out, r.err)
		}
	}
	live("2", true)
	o.sees(o.types("", "rollback", "--list"), 0, "* 2  ", "in use\n  1  ")
	before := len(o.cloud.Calls())
	o.sees(o.types("", "rollback"), 0, "rolled back hearthgate-dev: version 1 of ", " is in use, not 2\n", "Return with `hearthgate rollback --stage dev --to 2`. The next `hearthgate deploy` puts what it deploys in use again.", "drift detection")
	live("1", false)
	for _, call := range o.cloud.Calls()[before:] {
		if strings.HasPrefix(call, "cloudformation.") || call == "ssm.PutParameter" {
			t.Errorf("it called %s", call)
		}
	}
	o.sees(o.types("", "rollback"), 1, "there is no version before 1")
	o.sees(o.types("", "rollback", "--to", "1"), 1, "version 1 is in use already")
	o.sees(o.types("", "rollback", "--to", "7"), 1, "there is no version 7: there are 2, 1")
	o.sees(o.types("", "rollback", "--to", "0"), 1, "write the number of a version")
	o.sees(o.types("", "rollback", "--to", "2", "--json"), 0, `"from": 1`, `"to": 2`, `"answers": true`)
	live("2", true)

	t.Run("a deployment that changes nothing else", func(t *testing.T) {
		o.sees(o.types("", "rollback"), 0)
		r := o.types("", "deploy")
		o.sees(r, 0, "putting version 2 in use again, from which it was rolled back to 1", "deployed hearthgate-dev; it answers")
		live("2", true)
		o.sees(o.types("", "deploy"), 0, "nothing changed since")
	})
	t.Run("a deployment of a new version", func(t *testing.T) {
		o.sees(o.types("", "rollback"), 0)
		o.sees(o.types("", "init", "--custom-skill", "", "--token-source", "stored", "--alarm-email", "owner@example.com", "--yes"), 0)
		o.sees(o.types("", "deploy"), 0)
		live("3", false)
		o.sees(o.types("", "rollback", "--list"), 0, "* 3  ", "in use\n  2  ")
		o.sees(o.types("", "rollback", "--to", "1"), 0, "version 1 of ", "not 3")
	})
	t.Run("at the same time as another", func(t *testing.T) {
		o.cloud.SetLive("hearthgate-dev", "2")
		first := true
		o.cloud.Before("lambda.UpdateAlias", func() {
			if first {
				first = false
				o.cloud.SetLive("hearthgate-dev", "1")
			}
		})
		defer o.cloud.Before("lambda.UpdateAlias", nil)
		o.sees(o.types("", "rollback"), 1, "changed by something else at the same time", "run it again")
	})
	t.Run("in the middle of a gradual deployment", func(t *testing.T) {
		o.cloud.Shift("3")
		defer o.cloud.Shift("")
		calls := len(o.cloud.Calls())
		o.sees(o.types("", "rollback"), 1, "step by step", "returns to version ", "console of CodeDeploy")
		if slices.Contains(o.cloud.Calls()[calls:], "lambda.UpdateAlias") {
			t.Error("it moved the alias")
		}
	})
	t.Run("a version that does not answer", func(t *testing.T) {
		o.cloud.SetLive("hearthgate-dev", "2")
		o.cloud.Rerun("HOME_ASSISTANT_URL=http://127.0.0.1:1")
		o.sees(o.types("", "rollback"), 1, "version 1 of ", "hearthgate: the version is in use, but a test failed: ", "--list` shows the other versions")
	})
}
