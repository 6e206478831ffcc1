// Command heartbeat copies the events of `go test -json` from standard input to
// standard output and reports on standard error every 30 seconds which packages are
// still being tested, and for how long. It ends with its input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

const interval = 30 * time.Second

func main() {
	out, report := ui.New(os.Stdout, os.Getenv), ui.New(os.Stderr, os.Getenv)
	if err := run(os.Stdin, out, report); err != nil {
		report.Printf("heartbeat: %v\n", err)
		os.Exit(1)
	}
}

// run copies in to out until in ends or a line cannot be written.
func run(in io.Reader, out, report io.Writer) error {
	lines, done := make(chan []byte), make(chan struct{})
	defer close(done)
	go func() {
		defer close(lines)
		for r := bufio.NewReader(in); ; {
			line, err := r.ReadBytes('\n')
			if len(line) > 0 {
				select {
				case lines <- line:
				case <-done:
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	start, running := time.Now(), packages{}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				return nil
			}
			running.note(line)
			if _, err := out.Write(line); err != nil {
				return err
			}
		case <-tick.C:
			fmt.Fprintf(report, "... %s: %s\n", time.Since(start).Round(time.Second), running)
		}
	}
}

// packages are those that are being tested, by import path.
type packages map[string]progress

type progress struct {
	since time.Time
	test  string // top-level test that started last; "" before the first
}

// note updates p with one event. A line that is no event changes nothing.
func (p packages) note(line []byte) {
	var event struct{ Action, Package, Test string }
	if json.Unmarshal(line, &event) != nil || event.Package == "" {
		return
	}
	switch event.Action {
	case "start":
		p[event.Package] = progress{since: time.Now()}
	case "run":
		if now, ok := p[event.Package]; ok && !strings.Contains(event.Test, "/") {
			now.test = event.Test
			p[event.Package] = now
		}
	case "pass", "fail", "skip":
		if event.Test == "" {
			delete(p, event.Package)
		}
	}
}

// String returns what is running, in the order of the import paths.
func (p packages) String() string {
	if len(p) == 0 {
		return "building"
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		text := fmt.Sprintf("%s for %s", strings.TrimPrefix(name, "github.com/hearthgate/hearthgate/"), time.Since(p[name].since).Round(time.Second))
		if test := p[name].test; test != "" {
			text += " (" + test + ")"
		}
		all = append(all, text)
	}
	return "testing " + strings.Join(all, ", ")
}
