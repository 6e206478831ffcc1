// Package ui is the terminal: what a command writes for a person, and what it asks. It
// is the one way to it: whatever passes is free of control characters.
package ui

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// A Screen is where a command writes for a person. Text is coloured on a terminal, and
// its lines are wrapped at the terminal's width; it is plain everywhere else. What is
// written is sanitized, as [Sanitize] has it.
type Screen struct {
	io.Writer
	coloured bool
	rewrites bool // a line can be erased and written again
	width    int  // in columns; 0: lines are not wrapped
}

// New returns a screen on w. It is coloured if w is a terminal, unless the
// environment has NO_COLOR (whatever its value) or TERM=dumb.
func New(w io.Writer, getenv func(string) string) *Screen {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return Paint(w, false)
	}
	width, _, _ := term.GetSize(int(f.Fd())) // 0 if it is not known
	s := Terminal(w, width, Coloured(getenv))
	s.rewrites = getenv("TERM") != "dumb"
	return s
}

// Terminal returns a screen on w, which is a terminal of this many columns; 0: their
// number is not known, and lines are not wrapped.
func Terminal(w io.Writer, columns int, coloured bool) *Screen {
	s := Paint(w, coloured)
	s.rewrites, s.width = true, columns
	return s
}

// Coloured reports whether the environment allows colour.
func Coloured(getenv func(string) string) bool {
	return getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

// Paint returns a screen on w that is coloured or not.
func Paint(w io.Writer, coloured bool) *Screen {
	return &Screen{Writer: &sink{w: w, coloured: coloured}, coloured: coloured}
}

// Lines is a text of several lines, such as the problems of a stage.
type Lines string

// Printf writes, in lines that are no longer than a terminal's. An end of line in a string
// among args is shown as an escape too, because what comes from elsewhere could make up
// lines with it; other args, such as [Lines], errors and bytes, keep theirs.
func (s *Screen) Printf(format string, args ...any) {
	for i, arg := range args {
		if text, ok := arg.(string); ok && strings.Contains(text, "\n") {
			args[i] = strings.ReplaceAll(text, "\n", `\u000a`)
		}
	}
	io.WriteString(s.Writer, s.wrap(fmt.Sprintf(format, args...)))
}

// Verbatim writes text that a program may read, such as JSON: its lines are not wrapped.
func (s *Screen) Verbatim(text []byte) { s.Writer.Write(append(text, '\n')) }

// Clear empties a terminal that can do it; elsewhere it writes an empty line.
func (s *Screen) Clear() {
	if !s.rewrites {
		s.Printf("\n")
		return
	}
	s.Printf("%s", mark(clearing))
}

// Progress announces work that takes a while.
func (s *Screen) Progress(text string) { s.Printf("%s\n", s.Dim(text+" ...")) }

// Bold returns text that stands out.
func (s *Screen) Bold(text string) string { return s.style("01", text) }

// Dim returns text that is less important than the rest.
func (s *Screen) Dim(text string) string { return s.style("02", text) }

// Good returns text about a success.
func (s *Screen) Good(text string) string { return s.style("32", text) }

// Bad returns text about a failure.
func (s *Screen) Bad(text string) string { return s.style("31", text) }

// style returns text in a style, to be written to a screen. Every code has two digits, on
// which the tables rely.
func (s *Screen) style(code, text string) string {
	if !s.coloured || text == "" {
		return text
	}
	return mark(code) + text + mark("00")
}
