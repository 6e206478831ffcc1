package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// A Prompt reads what a person types or a program pipes in. Reading ends with its
// context, which a terminal by itself does not do: Ctrl-C at a question ends the
// command. It is for one goroutine.
type Prompt struct {
	in    io.Reader
	out   *Screen
	ahead []byte // was read and is not used yet
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
	b, err := interruptible(ctx, func() ([]byte, error) { return term.ReadPassword(fd) })
	err = errors.Join(err, term.Restore(fd, before))
	p.out.Printf("\n")
	return string(b), err
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

func (p *Prompt) read(ctx context.Context) ([]byte, error) {
	b, err := interruptible(ctx, func() ([]byte, error) {
		const some = 4096
		b := make([]byte, some) // an abandoned read must not write to what others use
		n, err := p.in.Read(b)
		return b[:n], err
	})
	if ctx.Err() != nil && p.Interactive() {
		fmt.Fprintln(p.out)
	}
	return b, err
}

// interruptible returns what read returns, or the context's error once that ends.
// The read goes on then, until the process ends.
func interruptible(ctx context.Context, read func() ([]byte, error)) ([]byte, error) {
	type result struct {
		b   []byte
		err error
	}
	done := make(chan result, 1)
	go func() {
		b, err := read()
		done <- result{b, err}
	}()
	select {
	case r := <-done:
		return r.b, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
