package realhome_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

func TestVersions(t *testing.T) {
	all := realhome.Versions()
	if len(all) < 2 || all[0] != "2025.4" || realhome.Oldest() != "2025.4" {
		t.Errorf("the versions are %q, want 2025.4 first and a newer one", all)
	}
	if !slices.IsSortedFunc(all, realhome.Version.Compare) {
		t.Errorf("%q are not in order", all)
	}
	if realhome.Version("2026.9").Compare("2026.11") >= 0 || realhome.Version("2025.12").Compare("2026.1") >= 0 {
		t.Error("versions compare as text")
	}
	_, err := realhome.New(t.Context(), t.TempDir(), realhome.Options{Version: "2001.1"})
	if err == nil || !strings.Contains(err.Error(), "they run [2025.4") {
		t.Errorf("error %v, want the versions that there are", err)
	}
}
