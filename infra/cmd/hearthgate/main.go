// Command hearthgate is what a person runs: it shows the function at work,
// deploys it, and says what is wrong.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := &command{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv}
	os.Exit(c.run(ctx, os.Args[1:]))
}

// A command is one run of hearthgate: where it reads and writes, and what all of
// its commands share.
type command struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string

	json bool // print JSON, not text
}

// run runs the command line and returns the exit code.
func (c *command) run(ctx context.Context, args []string) int {
	root := c.root()
	root.SetArgs(args)
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	err := root.ExecuteContext(ctx)
	var code exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	case ctx.Err() != nil:
		fmt.Fprintln(c.err, "stopped")
		return 130
	}
	c.failed(err)
	return 1
}

// failed tells of an error, as JSON where JSON was asked for.
func (c *command) failed(err error) {
	if c.json {
		c.print(map[string]string{"error": err.Error()})
		return
	}
	s := ui.New(c.err, c.getenv)
	s.Printf("%s %v\n", s.Bad("hearthgate:"), err)
}

// exit is the error of a command that has said all and ends with this code.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }
