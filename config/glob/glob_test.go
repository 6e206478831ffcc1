package glob_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config/glob"
)

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"**", "abc", true},
		{"?", "", false},
		{"?", "a", true},
		{"?", "ab", false},
		{"a*c", "abbc", true},
		{"a*c", "abcb", false},
		{"*ab", "aab", true},
		{"a?c*", "abc", true},
		{"abc", "ab", false},
		{"ab", "abc", false},
		{strings.Repeat("*a", 50) + "b", strings.Repeat("a", 5000), false},
	} {
		if got := glob.Match([]rune(tt.pattern), []rune(tt.text)); got != tt.want {
			t.Errorf("%.20q matches the characters of %.20q: %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
		if got := glob.Match([]byte(tt.pattern), []byte(tt.text)); got != tt.want {
			t.Errorf("%.20q matches the bytes of %.20q: %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
	}
	if !glob.Match([]rune("t?r"), []rune("tür")) || glob.Match([]byte("t?r"), []byte("tür")) {
		t.Error("a question mark stands for other than one element")
	}
}
