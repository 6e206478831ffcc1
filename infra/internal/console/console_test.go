package console_test

import (
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/console"
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
			for _, f := range console.Fields(s, arn) {
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

func TestMissing(t *testing.T) {
	s := config.NewStage("home")
	if console.Missing(s) == "" {
		t.Error("nothing is missed without a skill")
	}
	s.CustomSkillID = "amzn1.ask.skill.x"
	if got := console.Missing(s); got != "" {
		t.Errorf("missed with a skill: %s", got)
	}
}
