package config

import (
	"runtime/debug"
	"testing"
)

func TestRecorded(t *testing.T) {
	type settings = []debug.BuildSetting
	commit := debug.BuildSetting{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"}
	for _, tt := range []struct {
		name     string
		settings settings
		want     string
	}{
		{"nothing", nil, ""},
		{"modified, of no commit", settings{{Key: "vcs.modified", Value: "true"}}, ""},
		{"clean", settings{commit, {Key: "vcs.modified", Value: "false"}}, "0123456789ab"},
		{"modified", settings{commit, {Key: "vcs.modified", Value: "true"}}, "0123456789ab-dirty"},
		{"short", settings{{Key: "vcs.revision", Value: "42"}}, "42"},
	} {
		if got := recorded(&debug.BuildInfo{Settings: tt.settings}, true); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := recorded(nil, false); got != "" {
		t.Errorf("without build information: %q", got)
	}
}

// TestVersion: a test is not stamped, so that nothing is known of it.
func TestVersion(t *testing.T) {
	if got := Version(); got != "unknown" {
		t.Errorf("Version() is %q, want unknown", got)
	}
}
