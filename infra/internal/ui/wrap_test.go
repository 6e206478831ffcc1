package ui_test

import (
	"bytes"
	"errors"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		name    string
		columns int
		write   func(*ui.Screen)
		want    string
	}{
		{"short", 20, func(s *ui.Screen) { s.Printf("as wide as the home\n") }, "as wide as the home\n"},
		{"long", 20, func(s *ui.Screen) { s.Printf("one two three four five six\n") }, "one two three four\n  five six\n"},
		{"indented", 20, func(s *ui.Screen) { s.Printf("  - one two three four five\n") }, "  - one two three\n    four five\n"},
		{"every line", 10, func(s *ui.Screen) { s.Printf("%s", ui.Lines("one two three\nfour five six\n")) }, "one two\n  three\nfour five\n  six\n"},
		{"styles take no columns", 20, func(s *ui.Screen) { s.Printf("%s two three four five six\n", s.Bold("one")) }, "one two three four\n  five six\n"},
		{"a word that is too long", 12, func(s *ui.Screen) { s.Printf("the ARN arn:aws:lambda:live ends\n") }, "the ARN\n  arn:aws:lambda:live\n  ends\n"},
		{"a command stays whole", 24, func(s *ui.Screen) { s.Printf("then run `hearthgate token` again\n") }, "then run\n  `hearthgate token`\n  again\n"},
		{"a command that is too long", 16, func(s *ui.Screen) { s.Printf("run `hearthgate init --stage home`\n") }, "run `hearthgate\n  init --stage\n  home`\n"},
		{"a single backquote", 10, func(s *ui.Screen) { s.Printf("one ` two three\n") }, "one ` two\n  three\n"},
		{"no width", 0, func(s *ui.Screen) { s.Printf("one two three four five six\n") }, "one two three four five six\n"},
		{"what programs read", 10, func(s *ui.Screen) { s.Verbatim([]byte(`{"a": "one two three"}`)) }, "{\"a\": \"one two three\"}\n"},
		{"the last cell", 34, func(s *ui.Screen) {
			table := s.Table("")
			table.Row(s.Bad("-")+" token", "there is no parameter of it, run this")
			table.Flush()
		}, "- token  there is no parameter of\n         it, run this\n"},
		{"cells that leave too little", 30, func(s *ui.Screen) {
			table := s.Table("  ")
			table.Row("Your Authentication", "Credentials in request")
			table.Flush()
		}, "  Your Authentication\n      Credentials in request\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, coloured := range []bool{false, true} {
				var b bytes.Buffer
				tt.write(ui.Terminal(&b, tt.columns, coloured))
				if got := plain(b.String()); got != tt.want {
					t.Errorf("coloured %v: got\n%s\nwant\n%s", coloured, got, tt.want)
				}
			}
		})
	}
}

func plain(text string) string {
	return regexp.MustCompile("\x1b\\[[0-9]*m").ReplaceAllString(text, "")
}

func TestSteps(t *testing.T) {
	const erase = "\r\x1b[K"
	work := func(s *ui.Steps) {
		s.Begin("building")
		time.Sleep(1500 * time.Millisecond)
		s.Begin("deploying")
		s.Detail("1 of 3 resources")
		time.Sleep(11500 * time.Millisecond)
		s.Detail("2 of 3 resources")
		s.Printf("a line\n")
		s.End(errors.New("no"))
		s.End(nil)
	}
	for _, tt := range []struct {
		name   string
		screen func(*bytes.Buffer) *ui.Screen
		others bool
		want   string
	}{
		{"a pipe", func(b *bytes.Buffer) *ui.Screen { return ui.Paint(b, false) }, false,
			"building ...\n+ building: 1.5 s\ndeploying ...\n  2 of 3 resources, 12 s\na line\n- deploying, 2 of 3 resources: 12 s\n"},
		{"beside others", func(b *bytes.Buffer) *ui.Screen { return ui.Terminal(b, 0, false) }, true,
			"building ...\n+ building: 1.5 s\ndeploying ...\n  2 of 3 resources, 12 s\na line\n- deploying, 2 of 3 resources: 12 s\n"},
		{"a terminal", func(b *bytes.Buffer) *ui.Screen { return ui.Terminal(b, 24, false) }, false,
			"+ building  1.5 s\na line\n- deploying, 2 of 3\n  resources  12 s\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var b bytes.Buffer
				work(tt.screen(&b).Steps(tt.others))
				synctest.Wait()
				// What a terminal shows in the end: nothing that was erased.
				got := regexp.MustCompile(`[^\n]*`+regexp.QuoteMeta(erase)).ReplaceAllString(b.String(), "")
				if got != tt.want {
					t.Errorf("got\n%s\nwant\n%s", got, tt.want)
				}
				if !tt.others && tt.name == "a terminal" {
					for _, line := range []string{"  building ..., 1 s" + erase, "  deploying ... 1 of 3 " + erase} {
						if !bytes.Contains(b.Bytes(), []byte(line)) {
							t.Errorf("no %q in %q", line, b.String())
						}
					}
				}
			})
		})
	}
}
