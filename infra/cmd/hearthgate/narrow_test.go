package main_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

var (
	erased = regexp.MustCompile(`[^\n]*\r\x1b\[K`)
	styles = regexp.MustCompile(`\x1b\[[0-9]*m`)
)

// TestNarrow runs commands that say much in terminals of 60 and 120 columns: no line is
// longer, except one word that must stay whole, and nothing of a line that was rewritten
// is left.
func TestNarrow(t *testing.T) {
	o := prepared(t)
	for _, columns := range []int{60, 120} {
		for _, does := range []struct {
			args  []string
			code  int
			wants string // in one line, whatever the width
		}{
			{[]string{"deploy"}, 1, "dev cannot be deployed yet"},
			{[]string{"deploy", "--bootstrap"}, 0, "it answers"},
			{[]string{"deploy"}, 0, "it answers"},
			{[]string{"rollback"}, 1, "there is no version before"},
			{[]string{"doctor"}, 0, "Nothing is broken"},
			{[]string{"iam-policy"}, 0, "`hearthgate rollback`"},
			{[]string{"status"}, 0, "100 of 100"},
			{[]string{"deploy", "--stage", "nope"}, 1, "there is no stage \"nope\""},
		} {
			if does.args[0] == "deploy" && does.code == 1 && o.cloud.Status("hearthgate-dev") != "" {
				continue
			}
			t.Run(fmt.Sprint(columns, does.args), func(t *testing.T) {
				term := o.sitsAt(columns, does.args...)
				if does.code == 1 && len(does.args) == 1 && does.args[0] == "deploy" {
					term.Answer("Prepare it now?", "n")
				}
				code, shown := term.End()
				text := styles.ReplaceAllString(erased.ReplaceAllString(strings.ReplaceAll(shown, "\r\n", "\n"), ""), "")
				if code != does.code || !strings.Contains(strings.Join(strings.Fields(text), " "), does.wants) {
					t.Errorf("code %d, no %q in %s", code, does.wants, text)
				}
				for line := range strings.Lines(text) {
					line = strings.TrimRight(line, "\n")
					if utf8.RuneCountInString(line) > columns && strings.Contains(strings.TrimSpace(line), " ") && !strings.HasPrefix(strings.TrimSpace(line), `"`) {
						t.Errorf("a line of %d columns: %q", utf8.RuneCountInString(line), line)
					}
				}
			})
		}
	}
}
