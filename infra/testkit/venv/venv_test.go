package venv_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/venv"
)

func TestEnsure(t *testing.T) {
	var log bytes.Buffer
	s := venv.Spec{Dir: filepath.Join(t.TempDir(), "venv"), Version: "3.13", Log: &log}
	python := venv.Require(t, s)
	if _, err := os.Stat(python); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(log.String(), "\n"); got != 2 {
		t.Errorf("it said %q, want a line before and one after", log.String())
	}

	ensure := func(what string, wantMade bool) {
		t.Helper()
		log.Reset()
		if _, err := venv.Ensure(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if made := log.Len() > 0; made != wantMade {
			t.Errorf("%s: made %v, want %v", what, made, wantMade)
		}
	}
	ensure("nothing has changed", false)
	s.Requirements = "# other"
	ensure("other requirements", true)
	if err := os.Remove(filepath.Join(s.Dir, "made-of")); err != nil {
		t.Fatal(err)
	}
	ensure("half made", true)
}

func TestNoPython(t *testing.T) {
	s := venv.Spec{Dir: filepath.Join(t.TempDir(), "venv"), Version: "3.99"}
	_, err := venv.Ensure(t.Context(), s)
	if !errors.Is(err, venv.ErrNoPython) || !strings.Contains(err.Error(), "install Python 3.99") {
		t.Errorf("error %v, want ErrNoPython with what to do", err)
	}
}

func TestPipFails(t *testing.T) {
	s := venv.Spec{Dir: filepath.Join(t.TempDir(), "venv"), Version: "3.13", Requirements: "not a requirement"}
	_, err := venv.Ensure(t.Context(), s)
	if errors.Is(err, venv.ErrNoPython) && os.Getenv("CI") != "true" {
		t.Skip("skipped: ", err)
	}
	if err == nil || !strings.Contains(err.Error(), "pip could not install what venv needs") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(filepath.Join(s.Dir, "made-of")); err == nil {
		t.Error("the environment counts as made")
	}
}
