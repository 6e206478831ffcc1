// Package terminal is a person at a terminal, for tests: it runs a command in a
// pseudo-terminal, types answers when their questions are shown, and renders what was
// written as an emulator of a terminal shows it.
package terminal

import (
	"bytes"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// A Terminal is a command that runs in a pseudo-terminal.
type Terminal struct {
	t    testing.TB
	cmd  *exec.Cmd
	keys io.Writer
	done chan struct{} // closed when nothing more is written

	mu       sync.Mutex
	written  bytes.Buffer // guarded by mu
	answered int          // guarded by mu; up to where what was written was answered
}

// Start starts the command in a terminal of so many columns, 0 for one that does not say how
// many it has, in which nothing is wrapped. What is left of the command when the
// test ends is killed.
func Start(t testing.TB, cmd *exec.Cmd, columns int) *Terminal {
	t.Helper()
	term := &Terminal{t: t, cmd: cmd, done: make(chan struct{})}
	const rows = 40
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: rows, Cols: uint16(columns)})
	if err != nil {
		t.Fatal(err)
	}
	term.keys = f
	go func() {
		defer close(term.done)
		io.Copy(term, f)
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		f.Close()
		<-term.done
	})
	return term
}

// Write takes what the command writes.
func (term *Terminal) Write(b []byte) (int, error) {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.written.Write(b)
}

// Answer types a line once the question is written, after the last that was answered.
func (term *Terminal) Answer(question, line string) {
	term.t.Helper()
	term.press(question, line+"\r")
}

// Interrupt types Ctrl-C once the question is written, after the last that was answered.
func (term *Terminal) Interrupt(question string) {
	term.t.Helper()
	term.press(question, "\x03")
}

// Type types keys once the question is written, after the last that was answered.
func (term *Terminal) Type(question, keys string) {
	term.t.Helper()
	term.press(question, keys)
}

func (term *Terminal) press(question, keys string) {
	term.t.Helper()
	term.Wait(question)
	term.mu.Lock()
	term.answered += flowing(question).FindIndex(term.written.Bytes()[term.answered:])[1]
	term.mu.Unlock()
	io.WriteString(term.keys, keys)
}

// Wait waits until the text is written, after the last that was answered. A text that does
// not come fails the test.
func (term *Terminal) Wait(text string) {
	term.t.Helper()
	const patience = 3 * time.Minute // for a text that never comes
	late := time.After(patience)
	every := time.NewTicker(5 * time.Millisecond)
	defer every.Stop()
	for ended := false; !term.shows(text); {
		if ended {
			term.t.Fatalf("the command ended without %q:\n%s", text, term.Written())
		}
		select {
		case <-term.done:
			ended = true // it may have written more before that
		case <-late:
			term.t.Fatalf("no %q in %v:\n%s", text, patience, term.Written())
		case <-every.C:
		}
	}
}

// shows reports whether the text is there.
func (term *Terminal) shows(text string) bool {
	term.mu.Lock()
	defer term.mu.Unlock()
	return flowing(text).Match(term.written.Bytes()[term.answered:])
}

// flowing returns what finds a text however its lines are wrapped.
func flowing(text string) *regexp.Regexp {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
	}
	return regexp.MustCompile(strings.Join(words, `\s+`))
}

// End waits for the command and returns its exit code and what was written.
func (term *Terminal) End() (code int, written string) {
	term.t.Helper()
	<-term.done
	term.cmd.Wait()
	return term.cmd.ProcessState.ExitCode(), term.Written()
}

// Written returns what was written so far, with the codes of the terminal in it.
func (term *Terminal) Written() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.written.String()
}

// Render returns text as a terminal of so many columns shows it in the end, without the
// styles. Blanks at the end of lines and empty lines at the end are left out.
func Render(written string, columns int) string {
	const rows = 4000 // more than a command writes
	screen := vt.NewEmulator(columns, rows)
	defer screen.Close()
	io.WriteString(screen, written)
	var shown strings.Builder
	for line := range strings.Lines(screen.String()) {
		shown.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return strings.TrimRight(shown.String(), "\n") + "\n"
}

// Broken returns the words that a terminal of so many columns breaks at its edge, without
// those that are longer than a line, such as addresses.
func Broken(written string, columns int) []string {
	const wide = 2000
	whole := map[string]bool{}
	for _, word := range strings.Fields(Render(written, columns)) {
		whole[word] = true
	}
	var broken []string
	for _, word := range strings.Fields(Render(written, wide)) {
		if !whole[word] && len(word) <= columns {
			broken = append(broken, word)
		}
	}
	return broken
}
