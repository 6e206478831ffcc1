// Command demo is `hearthgate demo` by itself, which `make demo` runs: it links neither
// the AWS SDK nor the CDK, so that a new machine compiles it within a minute.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/hearthgate/hearthgate/infra/internal/demo"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	out, errs := ui.New(os.Stdout, os.Getenv), ui.New(os.Stderr, os.Getenv)
	ok, err := run(ctx, out, errs, os.Args[1:])
	switch {
	case err != nil && ctx.Err() != nil:
		errs.Printf("stopped\n")
		os.Exit(130)
	case err != nil:
		errs.Printf("%s %v\n", errs.Bad("demo:"), err)
		os.Exit(1)
	case !ok:
		os.Exit(1)
	}
}

const usage = `make demo runs the function with a simulated home and six directives, on this machine.

  make demo ARGS=--json                     prints JSON for programs
  make demo ARGS="--switch light.kitchen"   also switches this entity of your own Home
                                            Assistant, and switches it back; it is the one
                                            of HOME_ASSISTANT_URL and HOME_ASSISTANT_TOKEN

The exit code is 1 if a directive was not answered as it should be.
`

// run reports whether every directive was answered as it should be.
func run(ctx context.Context, out, errs *ui.Screen, args []string) (bool, error) {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	entity := flags.String("switch", "", "")
	asJSON := flags.Bool("json", false, "")
	switch err := flags.Parse(args); {
	case err == flag.ErrHelp:
		out.Printf("%s", ui.Lines(usage))
		return true, nil
	case err != nil:
		return false, fmt.Errorf("%w: `make demo ARGS=--help` shows what there is", err)
	case flags.NArg() > 0:
		return false, fmt.Errorf("%q is not a flag: `make demo ARGS=--help` shows what there is", flags.Arg(0))
	}
	o, err := demo.FromEnvironment(os.Getenv, *entity, false)
	if err != nil {
		return false, err
	}
	report, err := demo.Perform(ctx, o, out, errs, *asJSON)
	if err != nil {
		return false, err
	}
	if !*asJSON {
		report.Show(out)
		return report.OK, nil
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return report.OK, enc.Encode(report)
}
