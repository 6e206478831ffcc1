package main

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/judges"
)

// everything turns on whatever a stage can have.
func everything(s *config.Stage) {
	s.Tracing, s.Insights, s.WeeklyDoctor, s.ExternalCache, s.KeepWarm, s.SecretHeaders = true, true, true, true, true, true
	s.ReservedConcurrency, s.PermissionsBoundary = 3, "bound"
	s.Budget, s.AlarmEmail = 5, "owner@example.com"
	s.AllowedUsers = []string{"amzn1.account.OWNER"}
	s.Policy = []byte(`[{"effect":"deny","namespace":"Alexa.LockController","name":"Unlock"}]`)
	s.SmartHomeSkillID = "amzn1.ask.skill.00000000-0000-0000-0000-000000000001"
	s.CustomSkillID = "amzn1.ask.skill.00000000-0000-0000-0000-000000000002"
	s.Conversation = "deny"
	s.ClientCertificate, s.PinnedKeys, s.SecondURL = true, []string{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}, "https://second.example.com"
	cabin, office := config.NewHome(), config.NewHome()
	cabin.URL, cabin.SecretHeaders, cabin.Confirm, cabin.Policy = "https://cabin.example.com", true, []string{}, s.Policy
	office.Connection = config.Relay
	s.Homes = config.Homes{"cabin": cabin, "office": office}
}

// TestEverything checks that everything leaves no switch off.
func TestEverything(t *testing.T) {
	var s config.Stage
	everything(&s)
	v := reflect.ValueOf(s)
	for _, f := range reflect.VisibleFields(v.Type()) {
		_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if options == "omitempty" && f.Type.Kind() != reflect.String && v.FieldByIndex(f.Index).IsZero() {
			t.Errorf("%s is off", f.Name)
		}
	}
}

// TestJudgeTemplates has cfn-lint check the template of every stage and of a relay, as it is
// and with everything turned on, and that of the dashboard of all homes. cdk-nag finds
// nothing in them either.
func TestJudgeTemplates(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	var names, texts []string
	add := func(name string, tpl template) {
		names, texts = append(names, name), append(texts, string(tpl.text))
		if !strings.HasPrefix(tpl.report, "Rule ID") || strings.Contains(tpl.report, "Non-Compliant") {
			t.Errorf("%s: cdk-nag: %s", name, tpl.report)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(templates())) {
		add(name, templates()[name])
		add(name+" with everything", changed(t, name, everything))
	}
	add("relay", relayed()[1])
	whole := relayStage()
	everything(&whole)
	add("relay with everything", synthesized(whole)[whole.Name])
	for name, tpl := range synthesized(homes(6)...) {
		if strings.Contains(name, "overview") {
			add(name, tpl)
		}
	}
	if len(names) < 7 {
		t.Errorf("%d templates, want 7 and more", len(names))
	}
	planted := strings.Replace(texts[0], `"MemorySize": 128`, `"MemorySize": 12`, 1)
	var found [][]string
	judges.Run(t, root, "cfnlint", &found, append(texts, planted))
	for i, name := range names {
		for _, f := range found[i] {
			t.Errorf("%s: %s", name, f)
		}
	}
	if len(found[len(names)]) == 0 {
		t.Error("cfn-lint accepts a function with 12 MB")
	}
	t.Logf("%d templates", len(names))
}
