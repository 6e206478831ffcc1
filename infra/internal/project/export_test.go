package project

import (
	"strings"
	"testing"
)

// Describe returns the command that says the version.
func Describe() string { return "git " + strings.Join(describe, " ") }

// Pages is what $(LAMBDA) stands for where the function is built for Lambda.
const Pages = pages

// Flags returns the flags as the Makefile gives them to the shell.
func Flags() string {
	quoted := make([]string, len(flags))
	for i, f := range flags {
		if i == len(flags)-1 {
			f = "$(LAMBDA)" + f + "$(VERSION)"
		}
		if strings.Contains(f, " ") {
			f = `"` + f + `"`
		}
		quoted[i] = f
	}
	return strings.Join(quoted, " ")
}

// InstalledFrom sets, for a test, the clone that `make install` built the program from.
func InstalledFrom(t *testing.T, clone string) {
	before := installedFrom
	installedFrom = clone
	t.Cleanup(func() { installedFrom = before })
}
