package doctor

import (
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

func TestAdvise(t *testing.T) {
	s := config.Stage{Name: "prod", Homes: config.Homes{"cabin": {}}}
	cabin, _ := s.At("cabin")
	for _, tt := range []struct{ text, first, further string }{
		{"store it with `hearthgate headers`", "store it with `hearthgate headers --stage prod`", "store it with `hearthgate headers --stage prod/cabin`"},
		{"run `hearthgate deploy`, then `hearthgate pin`", "run `hearthgate deploy --stage prod`, then `hearthgate pin --stage prod`", "run `hearthgate deploy --stage prod`, then `hearthgate pin --stage prod/cabin`"},
		{"run `hearthgate pair --install`", "run `hearthgate pair --install --stage prod`", "run `hearthgate pair --install --stage prod/cabin`"},
		{"`hearthgate op --allow --stage test`", "`hearthgate op --allow --stage test`", "`hearthgate op --allow --stage test`"},
		{"the alarm `outage` of hearthgate", "the alarm `outage` of hearthgate", "the alarm `outage` of hearthgate"},
		{"", "", ""},
	} {
		if got := advise(s, tt.text); got != tt.first {
			t.Errorf("%s of %s: got %q, want %q", tt.text, s.FullName(), got, tt.first)
		}
		if got := advise(cabin, tt.text); got != tt.further {
			t.Errorf("%s of %s: got %q, want %q", tt.text, cabin.FullName(), got, tt.further)
		}
		if got := advise(config.Stage{}, tt.text); got != tt.text {
			t.Errorf("%s of no stage: got %q", tt.text, got)
		}
	}
}
