package ui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// A Prompt reads what a person types or a program pipes in. Reading ends with its
// context, which a terminal by itself does not do: Ctrl-C at a question ends the
// command, and a question that is answered elsewhere leaves what is typed later to the
// next one. It is for one goroutine.
type Prompt struct {
	in      io.Reader
	out     *Screen
	ahead   []byte      // was read and is not used yet
	pending chan result // of a read that went on when its question ended; nil: none
}

// A result is how a read ended.
type result struct {
	b   []byte
	err error
}

// NewPrompt returns a prompt that reads in and shows its questions on out.
func NewPrompt(in io.Reader, out *Screen) *Prompt { return &Prompt{in: in, out: out} }

// Interactive reports whether a person sits at a terminal.
func (p *Prompt) Interactive() bool {
	f, ok := p.in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Line returns the next line without its end. The last line may lack its end;
// after it the error is io.EOF.
func (p *Prompt) Line(ctx context.Context) (string, error) {
	for {
		if line, rest, ok := bytes.Cut(p.ahead, []byte("\n")); ok {
			p.ahead = rest
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		b, err := p.read(ctx)
		p.ahead = append(p.ahead, b...)
		if err != nil {
			line := string(p.ahead)
			p.ahead = nil
			if errors.Is(err, io.EOF) && line != "" {
				err = nil
			}
			return line, err
		}
	}
}

// All returns everything up to the end of the input, at most so many bytes.
func (p *Prompt) All(ctx context.Context, most int) ([]byte, error) {
	all := p.ahead
	p.ahead = nil
	for len(all) < most {
		b, err := p.read(ctx)
		all = append(all, b...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return all[:min(len(all), most)], nil
}

// Hidden asks at a terminal for something that is not shown as it is typed.
func (p *Prompt) Hidden(ctx context.Context, what string) (string, error) {
	f, ok := p.in.(*os.File)
	if !ok {
		return "", errors.New("the input is not a terminal")
	}
	fd := int(f.Fd())
	before, err := hideInput(fd) // before it asks: an answer may come at once
	if err != nil {
		return "", err
	}
	p.out.Printf("%s (it is not shown): ", what)
	line, err := p.Line(ctx)
	err = errors.Join(err, term.Restore(fd, before))
	if ctx.Err() == nil { // else the line has ended
		p.out.Printf("\n")
	}
	return line, err
}

// hideInput has a terminal no longer show what is typed. It returns the state before.
func hideInput(fd int) (before *term.State, err error) {
	if before, err = term.GetState(fd); err != nil {
		return nil, err
	}
	t, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, err
	}
	t.Lflag &^= unix.ECHO
	return before, unix.IoctlSetTermios(fd, setTermios, t)
}

// ErrNoTerminal is the error of a question that cannot be asked.
var ErrNoTerminal = errors.New("nothing was changed: there is no terminal to ask at; run it again with --yes")

// Confirm asks a question and fails unless the answer is yes. Without a terminal it
// fails with [ErrNoTerminal].
func (p *Prompt) Confirm(ctx context.Context, question string) error {
	if !p.Interactive() {
		return ErrNoTerminal
	}
	p.out.Printf("%s [y/N] ", question)
	line, err := p.Line(ctx)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if a := strings.ToLower(strings.TrimSpace(line)); a != "y" && a != "yes" {
		return errors.New("nothing was changed")
	}
	return nil
}

// read returns what comes next. When the context ends first, reading goes on for the
// next call.
func (p *Prompt) read(ctx context.Context) ([]byte, error) {
	if p.pending == nil {
		done := make(chan result, 1)
		p.pending = done
		go func() {
			const some = 4096
			b := make([]byte, some)
			n, err := p.in.Read(b)
			done <- result{b[:n], err}
		}()
	}
	select {
	case r := <-p.pending:
		p.pending = nil
		return r.b, r.err
	case <-ctx.Done():
		if p.Interactive() {
			p.out.Printf("\n")
		}
		return nil, context.Cause(ctx)
	}
}
