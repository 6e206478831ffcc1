package skillsetup_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/skill/skillsetup"
	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
	"github.com/hearthgate/hearthgate/infra/testkit/fakesmapi"
	"github.com/hearthgate/hearthgate/infra/testkit/judges"
)

func setup(locale string, source config.TokenSource) *skillsetup.Setup {
	s := config.NewStage("home")
	s.Locale, s.URL, s.TokenSource = locale, "https://home.example.com/", source
	s.Region, _ = config.Region(locale)
	return &skillsetup.Setup{Stage: s, Account: &awsaccount.Account{ID: "111122223333", Region: s.Region}}
}

// TestJudgeManifests holds the manifest and the account linking of every locale, both
// kinds and both sources of the token against Amazon's description.
func TestJudgeManifests(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	login := smapi.Login{ClientID: fakesmapi.ClientID, ClientSecret: "secret"}
	var all []fakesmapi.Exchange
	text := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, locale := range config.Locales() {
		for _, kind := range []string{smapi.SmartHome, smapi.Custom} {
			for _, endpoint := range []string{"", setup(locale, config.Stored).ARN()} {
				m, err := setup(locale, config.Stored).Manifest(kind, "Lake House", endpoint)
				if err != nil {
					t.Fatal(err)
				}
				for _, words := range m.At("publishingInformation.locales." + locale + ".examplePhrases").([]any) {
					if len(strings.Fields(words.(string))) < 2 && !strings.HasPrefix(locale, "ja") {
						t.Errorf("%s: the example %q", locale, words)
					}
				}
				all = append(all, fakesmapi.Exchange{Operation: "createSkillForVendor", Method: "POST", Path: "/v1/skills", Request: text(map[string]any{"vendorId": "M2", "manifest": m}), Broken: true})
			}
		}
		for _, source := range []config.TokenSource{config.Stored, config.Linked} {
			linking := map[string]any{"accountLinkingRequest": setup(locale, source).Linking(login)}
			all = append(all, fakesmapi.Exchange{Operation: "updateAccountLinkingInfo", Method: "PUT", Path: "/v1/skills/x/stages/development/accountLinkingClient", Request: text(linking), Broken: true})
		}
	}
	var problems []string
	judges.RunNode(t, root, "smapi", &problems, all, "exchanges")
	for _, p := range problems {
		t.Error(p)
	}
	t.Logf("%d manifests and account linkings", len(all))
}

// TestNothingInTheOwnersName sees that no manifest certifies anything.
func TestNothingInTheOwnersName(t *testing.T) {
	m, err := setup("en-US", config.Stored).Manifest(smapi.SmartHome, "Lake House", "")
	if err != nil {
		t.Fatal(err)
	}
	if m.At("privacyAndCompliance") != nil {
		t.Errorf("manifest %v", m)
	}
}

func TestKinds(t *testing.T) {
	for text, want := range map[string]string{"smart-home": "[smartHome]", "custom": "[custom]", "both": "[smartHome custom]"} {
		if got, err := skillsetup.Kinds(text); fmt.Sprint(got) != want || err != nil {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	if _, err := skillsetup.Kinds("x"); err == nil || !strings.Contains(err.Error(), "smart-home") {
		t.Errorf("error %v", err)
	}
}

// TestBrowser sees that no browser is opened where there is none.
func TestBrowser(t *testing.T) {
	for env, want := range map[string]bool{"DISPLAY=:0": true, "WAYLAND_DISPLAY=w": true, "SSH_CONNECTION=1 2 3 4": false} {
		name, value, _ := strings.Cut(env, "=")
		display := func(n string) string {
			switch n {
			case name:
				return value
			case "DISPLAY":
				return ":0"
			}
			return ""
		}
		if got := skillsetup.Browser(display) != nil; got != want {
			t.Errorf("%s: %v, want %v", env, got, want)
		}
	}
}
