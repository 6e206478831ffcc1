package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Converse takes lines from a terminal until the conversation ends. A line that is wrong
// is reported, and the conversation goes on. The error is that of the context, or
// [ErrInterrupted] when Ctrl-C is typed.
func (c *Console) Converse(ctx context.Context, in, out *os.File) error {
	t := &typing{console: c, in: in, out: out}
	t.line = term.NewTerminal(t, "")
	t.line.AutoCompleteCallback = t.complete
	for {
		line, err := t.read(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := c.Line(ctx, line); errors.Is(err, errQuit) {
			return nil
		} else if ctx.Err() != nil {
			return context.Cause(ctx)
		} else if err != nil {
			c.Out.Printf("%s %v\n", c.Out.Bad("hearthgate:"), err)
		}
	}
}

// ErrInterrupted is the error of a conversation that Ctrl-C has ended.
var ErrInterrupted = errors.New("stopped")

// A typing is a person who types lines. The terminal is raw only while a line is typed, so
// that Ctrl-C stops a directive that takes long.
type typing struct {
	console     *Console
	in, out     *os.File
	line        *term.Terminal
	interrupted bool // the last key was Ctrl-C
}

// Read reads keys for the line.
func (t *typing) Read(b []byte) (int, error) {
	n, err := t.in.Read(b)
	const ctrlC = 3
	t.interrupted = slices.Contains(b[:n], ctrlC)
	return n, err
}

// Write shows the line.
func (t *typing) Write(b []byte) (int, error) { return t.out.Write(b) }

// read returns the next line. When the context ends first, the terminal is as it was.
func (t *typing) read(ctx context.Context) (string, error) {
	fd := int(t.in.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return "", fmt.Errorf("the terminal cannot be read: %w", err)
	}
	defer term.Restore(fd, before)
	if width, height, err := term.GetSize(fd); err == nil && width > 0 {
		_ = t.line.SetSize(width, height) // it only writes to the terminal
	}
	t.line.SetPrompt(t.console.prompt() + " ")
	type result struct {
		line string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		line, err := t.line.ReadLine()
		done <- result{line, err}
	}()
	select {
	case r := <-done:
		if errors.Is(r.err, io.EOF) {
			io.WriteString(t.out, "\r\n")
			if t.interrupted {
				return "", ErrInterrupted
			}
		}
		if errors.Is(r.err, term.ErrPasteIndicator) {
			r.err = nil
		}
		return r.line, r.err
	case <-ctx.Done():
		io.WriteString(t.out, "\r\n")
		return "", context.Cause(ctx)
	}
}

// complete completes the line on Tab: as far as all ways to go on agree, and lists them if
// they do not.
func (t *typing) complete(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' || pos != len(line) {
		return "", 0, false
	}
	all := t.console.Complete(line)
	if len(all) == 0 {
		return "", 0, false
	}
	if common := shared(all); len(common) > len(line) {
		return common, len(common), true
	}
	const most = 12
	for _, s := range all[:min(len(all), most)] {
		fmt.Fprintf(t.line, "  %s\n", s)
	}
	if len(all) > most {
		fmt.Fprintf(t.line, "  ...\n")
	}
	return "", 0, false
}

// Complete returns the lines that begin with what was typed: commands and sentences. A
// device whose name a terminal cannot show is left out.
func (c *Console) Complete(typed string) []string {
	var all []string
	for _, cmd := range commands() {
		if typed != "" && strings.HasPrefix(cmd.name, typed) {
			all = append(all, cmd.name)
		}
	}
	if fault, ok := strings.CutPrefix(typed, "break "); ok {
		for _, name := range FaultNames() {
			if strings.HasPrefix(name, fault) {
				all = append(all, "break "+name)
			}
		}
	}
	const most, longest = 2000, 200
	for _, s := range c.Session.Complete(typed, most) {
		if len(s) <= longest && ui.Sanitize(s) == s {
			all = append(all, s)
		}
	}
	return all
}

// shared returns how all texts begin, whatever the case, as the first spells it.
func shared(all []string) string {
	common := []rune(all[0])
	for _, s := range all[1:] {
		n := 0
		for _, r := range s {
			if n == len(common) || !strings.EqualFold(string(r), string(common[n])) {
				break
			}
			n++
		}
		common = common[:n]
	}
	return string(common)
}
