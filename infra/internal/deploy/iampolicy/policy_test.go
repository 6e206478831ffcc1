package iampolicy_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/deploy/iampolicy"
)

func stage(name string) config.Stage {
	s := config.NewStage(name)
	s.Region = "eu-west-1"
	return s
}

// TestDocument checks that infra/docs/iam.md explains every statement, with its actions.
func TestDocument(t *testing.T) {
	b, err := os.ReadFile("../../../docs/iam.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range iampolicy.For(stage("home"), "111122223333", iampolicy.Deploy) {
		row := "\n| " + s.Sid + " | " + strings.Join(s.Actions, ", ") + " | "
		if !strings.Contains(string(b), row) {
			t.Errorf("infra/docs/iam.md has no row %q", row)
		}
	}
}

// TestFor checks that a purpose includes the ones before it, that IAM accepts the length,
// and that nothing is allowed for a stage whose name begins alike.
func TestFor(t *testing.T) {
	before := 0
	for _, purpose := range iampolicy.Purposes {
		p := iampolicy.For(stage("home"), "111122223333", purpose)
		const most = 6144 // characters of a managed policy, without blanks
		var compact map[string]any
		if err := json.Unmarshal(p.JSON(), &compact); err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(compact) // read from JSON: cannot fail
		if len(p) <= before || len(text) > most {
			t.Errorf("%s: %d statements after %d, %d characters", purpose, len(p), before, len(text))
		}
		before = len(p)
		for _, s := range p {
			for _, r := range s.Resources {
				if strings.HasSuffix(r, "home*") {
					t.Errorf("%s: %s is of the stage home2 too", s.Sid, r)
				}
			}
		}
	}
}
