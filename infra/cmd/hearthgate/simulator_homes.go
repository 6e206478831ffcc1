package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/doctor"
	"github.com/hearthgate/hearthgate/infra/internal/doctor/homestatus"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/simulator"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/web"
	"github.com/hearthgate/hearthgate/infra/internal/skill/skillsetup"
)

// deployedHomes returns the homes that the page shows, nil for one that is not of deployed
// stages. With --all it chooses the stage to talk to: the first whose function is there.
func (c *command) deployedHomes(ctx context.Context, f *simulatorFlags) (*web.Homes, error) {
	if !f.web || f.stage == "" && !f.all {
		return nil, nil
	}
	stages := []string{f.stage}
	if f.all {
		folder, err := project.Stages()
		if err != nil {
			return nil, err
		}
		if stages = folder.Names(); len(stages) == 0 {
			return nil, fmt.Errorf("there is no stage in %s yet: describe your home with `hearthgate init`", folder.Path)
		}
		if f.stage, err = c.firstDeployed(ctx, stages); err != nil {
			return nil, err
		}
	}
	status := &statusRun{command: c, since: 24 * time.Hour}
	return &web.Homes{
		Stages: stages,
		Status: func(ctx context.Context, stage string) (homestatus.Home, error) {
			c.accounts.Retry() // what failed the last time
			return status.home(ctx, stage)
		},
		Doctor: func(ctx context.Context, stage string, done func(doctor.Diagnosis)) error {
			r := &doctorRun{command: c, quiet: true, done: done}
			_, err := r.diagnose(ctx, stage)
			return err
		},
		Graphs: func(ctx context.Context, stage string) (simulator.Monitoring, error) {
			s, account, err := c.deployed(ctx, stage)
			if err != nil {
				return simulator.Monitoring{}, err
			}
			return simulator.ReadMonitoring(ctx, account, s, time.Now())
		},
		Cost: func(stage string) (status, graphs float64) {
			s, err := project.Stage(stage)
			if err != nil {
				return homestatus.Cost, 0 // the status says what is wrong with it
			}
			return homestatus.Cost, simulator.MonitoringCost(s)
		},
		Detail: func(ctx context.Context, stage string, span time.Duration) error {
			_, account, err := c.deployed(ctx, stage)
			if err != nil {
				return err
			}
			return invoke.Deployed(account, config.FunctionName(stage), config.Alias).Detail(ctx, span)
		},
	}, nil
}

// firstDeployed returns the first stage whose function can be asked.
func (c *command) firstDeployed(ctx context.Context, stages []string) (string, error) {
	var problems []error
	for _, name := range stages {
		_, account, err := c.deployed(ctx, name)
		if err == nil {
			_, err = account.Function(ctx, config.FunctionName(name), "")
		}
		if err == nil {
			return name, nil
		}
		problems = append(problems, fmt.Errorf("%s: %w", name, err))
	}
	return "", errors.Join(problems...)
}

// serve serves the page of a session until the context ends.
func (c *command) serve(ctx context.Context, s *simulator.Session, hub *web.Hub, homes *web.Homes, printOnly bool) error {
	server, err := web.Listen(s, hub, homes)
	if err != nil {
		return err
	}
	c.screen().Printf("Open %s\n", server.Address())
	c.errScreen().Printf("It opens the page once, in one browser. Ctrl-C ends it.\n")
	if open := skillsetup.Browser(c.getenv); open != nil && !printOnly {
		done, err := openPrivately(open, server.Address())
		if err != nil {
			c.errScreen().Printf("The browser cannot be opened (%v): open the address above yourself.\n", err)
		}
		defer done()
	}
	return server.Serve(ctx)
}

// openPrivately opens an address with a key in it through a file that no one else can read:
// every user of this machine sees the arguments of a program. It returns what deletes the
// file.
func openPrivately(open func(string) error, address string) (done func(), err error) {
	dir, err := os.MkdirTemp("", "hearthgate-") // for this user alone
	if err != nil {
		return func() {}, err
	}
	done = func() { os.RemoveAll(dir) }
	path := filepath.Join(dir, "open.html")
	page := `<!DOCTYPE html><meta charset="utf-8"><title>hearthgate</title><meta http-equiv="refresh" content="0;url=` + address + `">`
	if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
		return done, err
	}
	return done, open("file://" + path)
}
