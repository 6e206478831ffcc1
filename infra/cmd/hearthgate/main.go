// Command hearthgate deploys the function, shows it at work, and diagnoses problems.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := &command{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv}
	os.Exit(c.run(ctx, os.Args[1:]))
}

// A command is one run of hearthgate: where it reads and writes, and what all of its
// subcommands share.
type command struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string

	json      bool // print JSON, not text
	unwritten bool // a result could not be written

	accounts awsaccount.Pool
}

// run runs the command line and returns the exit code.
func (c *command) run(ctx context.Context, args []string) int {
	root := c.root()
	root.SetArgs(args)
	root.SetIn(c.in)
	root.SetOut(c.screen())
	root.SetErr(c.errScreen())
	err := root.ExecuteContext(ctx)
	var code exit
	switch {
	case err == nil && c.unwritten:
		return 1
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	case ctx.Err() != nil:
		c.stopped(err)
		return 130
	}
	c.json = c.json || wantsJSON(args)
	c.failed(err)
	return 1
}

// wantsJSON reports whether args have --json, which is not parsed behind a wrong flag.
func wantsJSON(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.Contains(args, "--json")
}

// exit is the error of a command that has printed everything and ends with this code.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// screen returns standard output, errScreen standard error.
func (c *command) screen() *ui.Screen    { return ui.New(c.out, c.getenv) }
func (c *command) errScreen() *ui.Screen { return ui.New(c.err, c.getenv) }

// prompt returns where the person answers. Its questions are on standard error.
func (c *command) prompt() *ui.Prompt { return ui.NewPrompt(c.in, c.errScreen()) }

// progress announces work that takes a while, on standard error.
func (c *command) progress(text string) { c.errScreen().Progress(text) }

// shown is a result that a person can read.
type shown interface{ Show(*ui.Screen) }

// show prints a result: as JSON if --json asks for it, else for a person.
func (c *command) show(result shown) {
	if c.json {
		c.print(result)
		return
	}
	result.Show(c.screen())
}

// print prints v as JSON.
func (c *command) print(v any) {
	enc := json.NewEncoder(c.screen())
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		c.unwritten = true
		c.errScreen().Printf("the result cannot be written: %v\n", err)
	}
}

// stopped says that the command was stopped, and what is left of its work.
func (c *command) stopped(err error) {
	text := "stopped"
	if left, ok := errors.AsType[*ui.StoppedError](err); ok {
		text = left.Error()
	}
	c.errScreen().Printf("%s\n", text)
}

// failed prints an error, as JSON if --json asks for it. What a program wrote that failed
// comes after the sentence about it.
func (c *command) failed(err error) {
	said := ""
	var details interface{ Details() string }
	if errors.As(err, &details) {
		said = strings.TrimSpace(details.Details())
	}
	if c.json {
		result := map[string]string{"error": err.Error()}
		if said != "" {
			result["output"] = said
		}
		c.print(result)
		return
	}
	s := c.errScreen()
	s.Printf("%s %v\n", s.Bad("hearthgate:"), err)
	if said != "" {
		s.Printf("\n%s\n", s.Dim("what it wrote:"))
		s.Verbatim([]byte(said))
	}
}
