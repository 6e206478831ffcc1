// Command bench measures how fast the built function starts and answers, and what
// memory it takes, compared with other programs, and how long operations take, and prints
// which goals are met. With -build it also measures the targets of the Makefile in empty
// caches. With -write it writes function/docs/benchmarks.md and what benchstat compares
// later runs with.
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
	operations := flag.Bool("operations", true, "measure the operations, too: two minutes")
	build := flag.Bool("build", false, "measure make demo, check, synth and test in empty caches, too: a quarter of an hour")
	write := flag.Bool("write", false, "write "+bench.Document)
	asJSON := flag.Bool("json", false, "print JSON for programs")
	flag.Parse()
	root, err := project.Root()
	if err != nil {
		return err
	}
	log := ui.New(os.Stderr, os.Getenv)
	report, err := bench.Run(ctx, bench.Options{Root: root, Starts: *starts, Log: log})
	if err != nil {
		return err
	}
	if *operations || *write {
		log.Printf("measuring the operations ...\n")
		var printed []byte
		const times = 6 // benchstat needs as many
		if report.Operations, printed, err = bench.MeasureOperations(ctx, root, times); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(root, bench.RawNow), printed, 0o644); err != nil {
			return err
		}
		if *write {
			if err := os.WriteFile(filepath.Join(root, bench.Raw), printed, 0o644); err != nil {
				return err
			}
		}
	}
	if *build {
		if report.Builds, err = bench.MeasureBuilds(ctx, root, log); err != nil {
			return err
		}
	}
	if *write {
		if err := report.Write(filepath.Join(root, bench.Document)); err != nil {
			return err
		}
	}
	if *asJSON {
		return json.NewEncoder(ui.New(os.Stdout, os.Getenv)).Encode(report)
	}
	return report.Show(ui.New(os.Stdout, os.Getenv))
}
