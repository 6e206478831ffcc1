package venv

import (
	"errors"
	"os"
	"testing"
)

// Require is Ensure for tests: where the Python is missing the test is skipped,
// or, with CI=true, fails.
func Require(tb testing.TB, s Spec) (python string) {
	tb.Helper()
	python, err := Ensure(tb.Context(), s)
	switch {
	case errors.Is(err, ErrNoPython) && os.Getenv("CI") != "true":
		tb.Skip("skipped: ", err)
	case err != nil:
		tb.Fatal(err)
	}
	return python
}
