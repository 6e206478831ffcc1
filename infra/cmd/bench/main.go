// Command bench measures how fast the built function starts and answers, and what
// memory it takes, compared with other programs, and prints which goals are met. With
// -write it measures the operations too, and writes function/docs/benchmarks.md.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/hearthgate/hearthgate/infra/bench"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		ui.New(os.Stderr, os.Getenv).Printf("bench: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	starts := flag.Int("starts", 30, "cold starts of each program under each condition")
	write := flag.Bool("write", false, "write "+bench.Document)
	asJSON := flag.Bool("json", false, "print JSON for programs")
	flag.Parse()
	root, err := project.Root()
	if err != nil {
		return err
	}
	report, err := bench.Run(ctx, bench.Options{Root: root, Starts: *starts, Log: ui.New(os.Stderr, os.Getenv)})
	if err != nil {
		return err
	}
	if *write {
		if report.Operations, err = bench.MeasureOperations(ctx, root, 6); err != nil {
			return err
		}
		if err := report.Write(filepath.Join(root, bench.Document)); err != nil {
			return err
		}
	}
	if *asJSON {
		return json.NewEncoder(ui.New(os.Stdout, os.Getenv)).Encode(report)
	}
	return report.Show(ui.New(os.Stdout, os.Getenv))
}
