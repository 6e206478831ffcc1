package awsaccount_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// TestPool opens the accounts of stages by the profiles in their files: each once, the
// profile before the keys in the environment.
func TestPool(t *testing.T) {
	ours, theirs := fakeaws.Start(fakeaws.Options{}), fakeaws.Start(fakeaws.Options{Account: "444455556666"})
	t.Cleanup(ours.Close)
	t.Cleanup(theirs.Close)
	for _, v := range ours.Environment() {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	t.Setenv("AWS_ENDPOINT_URL", "") // of the profiles
	file := filepath.Join(t.TempDir(), "config")
	profiles := "[profile ours]\n" + ours.Profile() + "[profile theirs]\n" + theirs.Profile() + "[profile empty]\nregion = eu-west-1\n"
	if err := os.WriteFile(file, []byte(profiles), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")

	var pool awsaccount.Pool
	stage := func(name, profile, account string) config.Stage {
		s := config.NewStage(name)
		s.Region, s.AWSProfile, s.Account = "eu-west-1", profile, account
		return s
	}
	for _, tt := range []struct {
		stage    config.Stage
		id, said string
	}{
		{stage("a", "ours", ""), fakeaws.AccountID, ""},
		{stage("b", "ours", fakeaws.AccountID), fakeaws.AccountID, ""},
		{stage("c", "theirs", "444455556666"), "444455556666", ""},
		{stage("d", "theirs", fakeaws.AccountID), "", "correct account or awsProfile"},
		{stage("e", "nowhere", ""), "", "no AWS profile \"nowhere\" on this machine"},
		{stage("f", "empty", ""), "", "aws sso login --profile empty"},
		{stage("g", "", ""), "", "there are no AWS credentials here"},
	} {
		a, err := pool.For(t.Context(), tt.stage)
		if tt.said != "" {
			if err == nil || !strings.Contains(err.Error(), tt.said) {
				t.Errorf("%s: %v, want %q", tt.stage.Name, err, tt.said)
			}
			continue
		}
		if err != nil || a.ID != tt.id {
			t.Errorf("%s: account %+v, %v, want %s", tt.stage.Name, a, err, tt.id)
		}
	}
	if calls := ours.Calls(); !slices.Equal(calls, []string{"sts.GetCallerIdentity"}) {
		t.Errorf("two stages of one account made the calls %v", calls)
	}

	ours.Deny("*", "ExpiredToken", "no")
	pool = awsaccount.Pool{}
	for range 2 {
		if _, err := pool.For(t.Context(), stage("a", "ours", "")); awsaccount.CodeOf(err) != awsaccount.Expired {
			t.Errorf("%v, want %s", err, awsaccount.Expired)
		}
	}
	if calls := ours.Calls(); len(calls) != 2 {
		t.Errorf("what failed was asked again at once: %v", calls)
	}
	ours.Allow()
	pool.Retry()
	if _, err := pool.For(t.Context(), stage("a", "ours", "")); err != nil {
		t.Error(err)
	}
}
