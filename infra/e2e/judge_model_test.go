package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/skill"
	"github.com/hearthgate/hearthgate/infra/testkit/judges"
)

// TestJudgeModels has the types of Amazon's skill management API read what
// `hearthgate skill model` prints for each locale, without loss.
func TestJudgeModels(t *testing.T) {
	locales := config.Locales()
	if len(locales) < 17 {
		t.Fatalf("%d locales, want 17 and more", len(locales))
	}
	models := make([]string, len(locales))
	for i, locale := range locales {
		m, err := skill.NewModel(locale, "")
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		models[i] = string(b)
	}
	models = append(models, strings.Replace(models[0], `"samples"`, `"sample"`, 1))
	var wrong [][]string
	judges.Run(t, root(t), "ask", &wrong, models, "models")
	for i, locale := range locales {
		for _, w := range wrong[i] {
			t.Errorf("%s: %s", locale, w)
		}
	}
	if len(wrong[len(locales)]) == 0 {
		t.Error("the judge accepts a model with an unknown field")
	}
}
