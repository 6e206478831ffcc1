// Command adopt lets the tests run another release of Home Assistant: it resolves what
// the release needs and writes the two files that package realhome has of each version.
//
//	go run ./infra/testkit/realhome/adopt 2026.12.0
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
	"github.com/hearthgate/hearthgate/infra/testkit/venv"
)

//go:embed resolve.py
var resolve string

func main() {
	python := flag.String("python", "3.14", "the `version` of Python that the release runs on")
	debian := flag.String("debian", "forky", "the `suite` of Debian that has this Python, for machines without it")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := adopt(ctx, flag.Arg(0), *python, *debian); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var releases = regexp.MustCompile(`^(\d{4}\.\d+)\.\d+$`)

func adopt(ctx context.Context, release, python, debian string) error {
	version := releases.FindStringSubmatch(release)
	if version == nil {
		return fmt.Errorf("%q is not a release of Home Assistant; expected one such as 2026.12.0", release)
	}
	root, err := project.Root()
	if err != nil {
		return err
	}
	dir := filepath.Join(root, "infra", "testkit", "realhome")
	newest := string(slices.MaxFunc(realhome.Versions(), realhome.Version.Compare))
	components, err := components(filepath.Join(dir, "configuration.yaml"), filepath.Join(dir, "devices-"+newest+".yaml"))
	if err != nil {
		return err
	}
	components = append(components, "mqtt") // whose client the integration of hearthgate uses
	s := venv.For(root, "home-assistant-adopt", "# "+release, os.Stderr)
	s.Version, s.Debian = python, debian
	program, err := venv.Ensure(ctx, s)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "resolving what Home Assistant", release, "needs; this takes some minutes")
	cmd := exec.CommandContext(ctx, program, append([]string{"-c", resolve, release}, components...)...)
	cmd.Stderr = os.Stderr
	list, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("its packages were not installed: %w", err)
	}
	head := fmt.Sprintf("# Home Assistant %s on Python %s (Debian %s)\n", release, python, debian)
	if err := os.WriteFile(filepath.Join(dir, "requirements-"+version[1]+".txt"), append([]byte(head), list...), 0o644); err != nil {
		return err
	}
	devices, err := os.ReadFile(filepath.Join(dir, "devices-"+newest+".yaml"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "devices-"+version[1]+".yaml"), devices, 0o644); err != nil {
		return err
	}
	fmt.Printf("The tests run Home Assistant %s too. Run\n"+
		"  go test ./infra/testkit/realhome\n  go test ./infra/e2e -run 'TestSamples|TestControls'\n"+
		"and, when each difference is understood, record it with -update. Delete the files of a version that is no longer wanted.\n", version[1])
	return os.RemoveAll(s.Dir)
}

// components returns what the configuration of the tests sets up: its keys, and the
// platforms below them.
func components(files ...string) (all []string, err error) {
	names := regexp.MustCompile(`(?m)^(?:  - platform: )?([a-z_]+):?\s*$`)
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for _, found := range names.FindAllStringSubmatch(string(b), -1) {
			all = append(all, strings.TrimSuffix(found[1], ":"))
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
