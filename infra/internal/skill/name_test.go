package skill_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/skill"
)

func TestCheckInvocationName(t *testing.T) {
	for _, tt := range []struct{ locale, name, want string }{
		{"en-US", "faithful butler", ""},
		{"en-US", "sam's good house", ""},
		{"de-DE", "hausgeist", ""},
		{"ja-JP", "うちの執事", ""},
		{"hi-IN", "वफ़ादार सेवक", ""},
		{"en-US", "house", "is one word"},
		{"en-US", "my house", `"my" does not count`},
		{"de-DE", "das haus", `"das" does not count`},
		{"en-US", "the old house", ""},
		{"en-US", "ask house", "which Alexa reserves"},
		{"fr-FR", "maison alexa", "which Alexa reserves"},
		{"en-US", "house of my app", "which Alexa reserves"},
		{"en-US", "house 21", "numbers as words"},
		{"en-US", "Old House", "small letters"},
		{"en-US", "old  house", "too many spaces"},
		{"en-US", "", "0 characters"},
		{"en-US", strings.Repeat("house ", 9) + "x", "characters; it needs 2 to 50"},
	} {
		t.Run(tt.locale+" "+tt.name, func(t *testing.T) {
			err := skill.CheckInvocationName(tt.locale, tt.name)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
