package setup_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

func TestCleanToken(t *testing.T) {
	const good = "eyJhbGciOi.eyJpc3Mi.canary_-1"
	for _, tt := range []struct{ name, text, want, problem string }{
		{"as it is", good, good, ""},
		{"copied with blanks", " \t" + good + "\r\n", good, ""},
		{"in quotation marks", `"` + good + `"`, good, ""},
		{"with its header", "Bearer " + good, good, ""},
		{"nothing", " \n", "", "no token"},
		{"two lines", good + "\n" + good, "", "line breaks"},
		{"not ASCII", good + "\u00fc", "", "characters"},
		{"control", good + "\x00", "", "characters"},
		{"huge", strings.Repeat("canary", 1000), "", "6000 characters"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := setup.CleanToken(tt.text)
			if got != tt.want || (err == nil) != (tt.problem == "") {
				t.Errorf("%q, %v", got, err)
			}
			if err != nil && (!strings.Contains(err.Error(), tt.problem) || strings.Contains(err.Error(), "canary")) {
				t.Errorf("error %v, want %q and no token", err, tt.problem)
			}
		})
	}
}
