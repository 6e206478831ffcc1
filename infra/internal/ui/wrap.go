package ui

import (
	"strings"
	"unicode/utf8"
)

// wrap returns text whose lines are no longer than the terminal's. What continues a line
// stands two columns to the right of its beginning.
func (s *Screen) wrap(text string) string {
	if s.width == 0 {
		return text
	}
	var out strings.Builder
	for line := range strings.Lines(text) {
		line, end := strings.CutSuffix(line, "\n")
		indent := len(line) - len(strings.TrimLeft(line, " "))
		out.WriteString(s.fill(line, indent+2))
		if end {
			out.WriteString("\n")
		}
	}
	return out.String()
}

// fill breaks a line between words where it is longer than the terminal's. What continues
// it is indented by so many columns. A word that is longer than that stays whole, so that
// a terminal lets it be copied.
func (s *Screen) fill(line string, indent int) string {
	if s.width == 0 || columns(line) <= s.width {
		return line
	}
	if indent > s.width/2 {
		indent = 2
	}
	var out strings.Builder
	at, begun := 0, false // begun: the line has a word
	for _, w := range words(line, s.width-indent) {
		blanks := len(w) - len(strings.TrimLeft(w, " "))
		n := columns(w)
		if begun && at+n > s.width {
			out.WriteString("\n" + strings.Repeat(" ", indent))
			w, n, at = w[blanks:], n-blanks, indent
		}
		out.WriteString(w)
		at, begun = at+n, true
	}
	return out.String()
}

// words splits a line into words, each with the blanks before it. A command in backquotes
// is one word if it has at most so many columns.
func words(line string, most int) []string {
	var all []string
	begin, quoted := 0, false
	split := func(at int) {
		w := line[begin:at]
		begin = at
		if strings.Contains(w, "`") && columns(strings.TrimLeft(w, " ")) > most {
			for i := 1; i < len(w); i++ {
				if w[i] == ' ' && w[i-1] != ' ' {
					all, w = append(all, w[:i]), w[i:]
					i = 0
				}
			}
		}
		all = append(all, w)
	}
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '`':
			quoted = !quoted && strings.Contains(line[i+1:], "`")
		case line[i] == ' ' && i > begin && line[i-1] != ' ' && !quoted:
			split(i)
		}
	}
	split(len(line))
	return all
}

// columns returns how many columns text takes, without its styles.
func columns(text string) int {
	return utf8.RuneCountInString(text) - markLength*strings.Count(text, marker)
}
