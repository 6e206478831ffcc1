package e2e_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
	"github.com/hearthgate/hearthgate/infra/testkit/judges"
)

// TestJudgeMetrics has the specification of CloudWatch's embedded metric format check
// every line with metrics that the function writes: about each sample, requests of
// the skill, operations and scheduled events, with a home and without one.
func TestJudgeMetrics(t *testing.T) {
	refusing, end, err := faultyhome.Refusing()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	token := canaries.make("stored")
	_, home := demo(t, token)
	events := [][]byte{
		[]byte(`{}`), []byte(getAnswer), []byte(`{"operation":"lambda.status"}`),
		[]byte(`{"detail-type":"Scheduled Event","task":"doctor"}`), []byte(`{"detail-type":"Scheduled Event","task":"keep_warm"}`),
		request{kind: "Launch"}.event(), intent("Sentence_turn", "on the kitchen light").event(),
	}
	for _, s := range samples(t) {
		events = append(events, s.directive)
	}
	var lines []string
	further := []string{
		config.EnvHomes + "=cabin", config.HomeVariable(config.EnvURL, "cabin") + "=" + home.URL, config.HomeVariable(config.EnvToken, "cabin") + "=" + token,
	}
	events = append(events, command("PowerController.TurnOn", "cabin:switch#outlet", "{}").event())
	for _, env := range [][]string{skillAt(home.URL, token), skillAt(refusing, token), append(skillAt(home.URL, token), further...)} {
		f := start(t, localrun.Options{}, env...)
		for _, event := range events {
			if _, err := f.Invoke(t.Context(), event); err != nil {
				t.Fatal(err)
			}
		}
		for _, l := range f.Lines() {
			if strings.Contains(l, `"_aws"`) {
				lines = append(lines, l)
			}
		}
	}
	if least := 3 * len(samples(t)); len(lines) < least {
		t.Errorf("%d lines have metrics, want %d and more", len(lines), least)
	}
	if !strings.Contains(strings.Join(lines, "\n"), `["Stage","Home"]`) {
		t.Error("no line has metrics by home")
	}
	planted := []string{
		strings.Replace(lines[0], `"Milliseconds"`, `"milliseconds"`, 1),
		strings.Replace(lines[0], `"Stage":"test"`, `"Stage":7`, 1),
		strings.Replace(lines[0], `"Success":`, `"success":`, 1),
		strings.Replace(lines[0], `"Dimensions":[[`, `"Dimensions":[["Endpoint",`, 1),
	}
	var wrong [][]string
	judges.Run(t, root(t), "emf", &wrong, append(lines, planted...), string(judges.File(t, "emf", "schema.json")))
	for i, l := range lines {
		for _, w := range wrong[i] {
			t.Errorf("%s: %s", w, l)
		}
	}
	for i, l := range planted {
		if l == lines[0] || len(wrong[len(lines)+i]) == 0 {
			t.Errorf("the judge accepts a line that is wrong: %s", l)
		}
	}
	t.Logf("%d lines", len(lines))
}
