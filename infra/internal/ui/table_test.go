package ui_test

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func TestTable(t *testing.T) {
	for _, tt := range []struct {
		name string
		fill func(*ui.Screen)
		want string
	}{
		{"columns", func(s *ui.Screen) {
			table := s.Table("  ")
			table.Row("a", "one", "last")
			table.Row("longer", "b", "")
			table.Flush()
		}, "  a       one  last\n  longer  b\n"},
		{"colour does not count", func(s *ui.Screen) {
			table := s.Table("")
			table.Row(s.Good("+"), s.Bold("longest"), "x")
			table.Row("-", "short", s.Bad("y"))
			table.Row("", "", "z")
			table.Flush()
		}, "+  longest  x\n-  short    y\n            z\n"},
		{"titles do not end the columns", func(s *ui.Screen) {
			table := s.Table(" ")
			table.Title("")
			table.Title("First")
			table.Row("a", "x")
			table.Title("Second")
			table.Row("longer", "y")
			table.Title("end")
			table.Flush()
		}, "\nFirst\n a       x\nSecond\n longer  y\nend\n"},
		{"right", func(s *ui.Screen) {
			table := s.Table("", 1)
			table.Row("a", "1", "x")
			table.Row("b", "100", "y")
			table.Flush()
		}, "a    1  x\nb  100  y\n"},
		{"more lines in the last cell", func(s *ui.Screen) {
			table := s.Table("")
			table.Row("name", "one\ntwo\nthree")
			table.Flush()
		}, "name  one\n      two\n      three\n"},
		{"not ASCII", func(s *ui.Screen) {
			table := s.Table("")
			table.Row("über", "x")
			table.Row("ab", "y")
			table.Flush()
		}, "über  x\nab    y\n"},
		{"empty", func(s *ui.Screen) { s.Table("").Flush() }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, coloured := range []bool{false, true} {
				var out bytes.Buffer
				tt.fill(ui.Paint(&out, coloured))
				got := regexp.MustCompile("\x1b\\[[0-9]*m").ReplaceAllString(out.String(), "")
				// Spaces that end a line are before the end of its style.
				got = regexp.MustCompile(`(?m) +$`).ReplaceAllString(got, "")
				if got != tt.want {
					t.Errorf("coloured %v:\n%q, want\n%q", coloured, got, tt.want)
				}
			}
		})
	}
}
