package skill_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/infra/internal/skill"
)

func TestFields(t *testing.T) {
	const arn = "arn:aws:lambda:eu-west-1:111122223333:function:hearthgate-home:live"
	for _, tt := range []struct {
		name, locale string
		source       config.TokenSource
		want         map[string]string
	}{
		{"linked, United States", "en-US", config.Linked, map[string]string{
			"Default endpoint": arn, "North America": arn, "Your Web Authorization URI": "https://home.example.com/auth/authorize",
			"Access Token URI": "https://home.example.com/auth/token", "Your Client ID": "https://pitangui.amazon.com/", "Scope": "smart_home",
		}},
		{"linked, Germany", "de-DE", config.Linked, map[string]string{"Europe, India": arn, "Your Client ID": "https://layla.amazon.com/"}},
		{"linked, Australia", "en-AU", config.Linked, map[string]string{"Far East": arn, "Your Client ID": "https://alexa.amazon.co.jp/"}},
		{"stored", "en-GB", config.Stored, map[string]string{
			"Europe, India": arn, "Your Web Authorization URI": "https://www.amazon.com/ap/oa", "Access Token URI": "https://api.amazon.com/auth/o2/token", "Scope": "profile:user_id",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := config.NewStage("home")
			s.Locale, s.TokenSource, s.URL = tt.locale, tt.source, "https://home.example.com"
			s.Region, _ = config.Region(tt.locale)
			got := map[string]string{}
			for _, f := range skill.ConsoleFields(s, arn) {
				got[f.Name] = f.Value
			}
			for name, want := range tt.want {
				if got[name] != want {
					t.Errorf("%s: %q, want %q", name, got[name], want)
				}
			}
		})
	}
}

func TestKindsOfSkill(t *testing.T) {
	const skillID = "amzn1.ask.skillID.x"
	for _, tt := range []struct {
		name              string
		smartHome, custom string
		pages             []string
		next              string
	}{
		{"none yet", "", "", []string{"Smart Home", "Account Linking"}, "No skill may call"},
		{"smart home", skillID, "", []string{"Smart Home", "Account Linking"}, "discover devices"},
		{"custom", "", skillID, []string{"Custom: Interaction Model", "Custom: Endpoint", "Account Linking"}, "by its name"},
		{"both", skillID, skillID, []string{"Smart Home", "Custom: Interaction Model", "Custom: Endpoint", "Account Linking"}, "discover devices"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := config.NewStage("home")
			s.SmartHomeSkillID, s.CustomSkillID = tt.smartHome, tt.custom
			var pages []string
			for _, f := range skill.ConsoleFields(s, "arn") {
				pages = append(pages, f.Where)
			}
			if got := slices.Compact(pages); !slices.Equal(got, tt.pages) {
				t.Errorf("pages %q, want %q", got, tt.pages)
			}
			if got := skill.NextStep(s); !strings.Contains(got, tt.next) {
				t.Errorf("next %q, want %q in it", got, tt.next)
			}
		})
	}
}

// TestDocument checks that the document for the owner has every field, and the facts of
// every region.
func TestDocument(t *testing.T) {
	b, err := os.ReadFile("../../docs/alexa.md")
	if err != nil {
		t.Fatal(err)
	}
	document := string(b)
	for _, source := range []config.TokenSource{config.Stored, config.Linked} {
		s := config.NewStage("home")
		s.Locale, s.Region, s.TokenSource, s.URL = "en-US", "us-east-1", source, "https://home.example.com"
		s.SmartHomeSkillID, s.CustomSkillID = "x", "x"
		for _, f := range skill.ConsoleFields(s, "arn") {
			if !strings.Contains(document, "| "+f.Where+" | "+f.Name) && !strings.Contains(document, "| "+f.Name+" | ") {
				t.Errorf("the field %s of the page %s is missing", f.Name, f.Where)
			}
			if f.Where == "Account Linking" && strings.HasPrefix(f.Value, "https://") && source == config.Stored && !strings.Contains(document, "| `"+f.Value+"` |") {
				t.Errorf("the value %s of %s is missing", f.Value, f.Name)
			}
		}
	}
	for _, r := range alexa.Regions {
		row := "| " + strings.Join(r.Locales, " ") + " | " + r.Name + " | " + r.Console + " | " + r.Code + " | `" + r.ClientID + "` |"
		for _, want := range []string{row, r.ReturnURL("VENDOR_ID")} {
			if !strings.Contains(document, want) {
				t.Errorf("no %q", want)
			}
		}
	}
	for _, want := range []string{alexa.VendorPage, alexa.SecurityProfilesPage, alexa.SkillsPage} {
		if !strings.Contains(document, want) {
			t.Errorf("no link to %s", want)
		}
	}
}
