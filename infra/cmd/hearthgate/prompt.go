package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// interactive reports whether somebody sits in front of it.
func (c *command) interactive() bool {
	f, ok := c.in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// input returns what is typed or piped in. Reading it ends with the context, as a
// terminal by itself does not: Ctrl-C at a question ends the command.
func (c *command) input(ctx context.Context) *bufio.Reader {
	return bufio.NewReader(reader(func(p []byte) (int, error) {
		b, err := interruptible(ctx, func() ([]byte, error) {
			b := make([]byte, len(p)) // an abandoned read must not write to p
			n, err := c.in.Read(b)
			return b[:n], err
		})
		if ctx.Err() != nil && c.interactive() {
			fmt.Fprintln(c.err)
		}
		return copy(p, b), err
	}))
}

type reader func([]byte) (int, error)

func (r reader) Read(p []byte) (int, error) { return r(p) }

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

// hidden asks in a terminal for something that is not shown.
func (c *command) hidden(ctx context.Context, what string) (string, error) {
	s := ui.New(c.err, c.getenv)
	s.Printf("%s (it is not shown): ", what)
	fd := int(c.in.(*os.File).Fd())
	shown, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	b, err := interruptible(ctx, func() ([]byte, error) { return term.ReadPassword(fd) })
	if ctx.Err() != nil {
		err = errors.Join(err, term.Restore(fd, shown))
	}
	s.Printf("\n")
	return string(b), err
}

// confirm asks for a yes, if it was not said already, and fails without one.
func (c *command) confirm(o setup.Options, yes bool, question string) error {
	switch {
	case yes:
		return nil
	case o.In == nil:
		return errors.New("nothing was changed: there is nobody to ask here, so say --yes to have it changed")
	}
	o.Out.Printf("%s [y/N] ", question)
	line, err := o.In.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if a := strings.ToLower(strings.TrimSpace(line)); a != "y" && a != "yes" {
		return errors.New("nothing was changed")
	}
	return nil
}
