// Package ui writes for a person: with colour where it is seen as colour, and
// as plain text everywhere else.
package ui

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// A Screen is where a command writes for a person.
type Screen struct {
	io.Writer
	colour bool
}

// New returns a screen on w. It is coloured if w is a terminal, unless the
// environment has NO_COLOR (whatever its value) or TERM=dumb.
func New(w io.Writer, getenv func(string) string) *Screen {
	f, ok := w.(*os.File)
	return &Screen{w, ok && term.IsTerminal(int(f.Fd())) && Coloured(getenv)}
}

// Coloured reports whether the environment allows colour.
func Coloured(getenv func(string) string) bool {
	return getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

// Paint returns a screen on w that is coloured or not.
func Paint(w io.Writer, colour bool) *Screen { return &Screen{w, colour} }

// Printf writes.
func (s *Screen) Printf(format string, args ...any) { fmt.Fprintf(s.Writer, format, args...) }

// Bold returns text that stands out.
func (s *Screen) Bold(text string) string { return s.in("1", text) }

// Dim returns text that stands back.
func (s *Screen) Dim(text string) string { return s.in("2", text) }

// Good returns text that says that something is well.
func (s *Screen) Good(text string) string { return s.in("32", text) }

// Bad returns text that says that something is not.
func (s *Screen) Bad(text string) string { return s.in("31", text) }

func (s *Screen) in(code, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
