package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/doctor/activity"
	"github.com/hearthgate/hearthgate/infra/internal/doctor/homestatus"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

// A statusRun is one run of the command.
type statusRun struct {
	*command
	homes  homeFlags
	target targetFlags // of --function and --local
	since  time.Duration
	watch  bool
	every  time.Duration
}

func (c *command) status() *cobra.Command {
	r := &statusRun{command: c}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show how a home is: what Alexa asked for, what failed, what ends soon",
		Long: `status says in one line how a home is, and then why: the last directive, how many were
answered, how long they took, the devices that failed with the home's own words, who was
denied, what is deployed, and when certificate, token and credentials end. That comes from
CloudWatch and covers every process of the function; the health report of one process
follows, with a score from 0 to 100. CloudWatch has a directive a minute or two later.

With --function, --local, or with ` + config.EnvURL + ` set, there is only the report of the
process. The exit code is 1 if the home does not work, or if that is not known. Each
drawing of --watch costs 0.00005 USD a home for the metrics.`,
		Example: `  hearthgate status
  hearthgate status --stage prod --since 72h --json
  hearthgate status --all
  hearthgate status --all --watch`,
		Args: takes(0, 0),
		RunE: r.run,
	}
	r.homes.add(cmd, "dev", inLines)
	cmd.Flags().StringVar(&r.target.function, "function", "", "the deployed function of this name or `ARN`, alias included")
	cmd.Flags().BoolVar(&r.target.local, "local", false, "the function on this machine; with --stage it has that stage's settings")
	cmd.Flags().DurationVar(&r.since, "since", 24*time.Hour, "how far to look back, at most 336h")
	cmd.Flags().BoolVar(&r.watch, "watch", false, "draw it again and again, until Ctrl-C")
	cmd.Flags().DurationVar(&r.every, "every", 30*time.Second, "with --watch, how often, at least 10s")
	return cmd
}

func (r *statusRun) run(cmd *cobra.Command, _ []string) error {
	ctx, named := cmd.Context(), cmd.Flags().Changed("stage")
	if r.target.function != "" || r.target.local || !named && !r.homes.all && r.getenv(config.EnvURL) != "" {
		if named {
			r.target.stage = r.homes.stage
		}
		return r.process(ctx)
	}
	if r.since < time.Minute || r.since > activity.MaxTime {
		return fmt.Errorf("--since is %s: write %s, from 1m to %.0fh", r.since, someTime, activity.MaxTime.Hours())
	}
	const often = 10 * time.Second
	if r.watch && r.every < often {
		return fmt.Errorf("--every is %s: write 10s or more, because each drawing asks AWS", r.every)
	}
	stages, many, err := r.homes.stages(cmd)
	if err != nil {
		return err
	}
	if r.watch {
		return r.redraw(ctx, stages, many)
	}
	return forHomes(ctx, r.command, "asking", stages, many, r.home)
}

// home reads the status of one home.
func (r *statusRun) home(ctx context.Context, name string) (homestatus.Home, error) {
	stage, account, err := r.deployed(ctx, name)
	if err != nil {
		return homestatus.Home{}, err
	}
	return homestatus.Target{Stage: stage, Account: account, Since: r.since, Clone: r.cloneVersion(ctx)}.Read(ctx, time.Now())
}

// redraw shows the status again and again, until the context ends.
func (r *statusRun) redraw(ctx context.Context, stages []string, many bool) error {
	for {
		r.accounts.Retry()
		report, err := fleet.Run[homestatus.Home]{Stages: stages, Do: r.home}.SideBySide(ctx)
		if err != nil {
			return err
		}
		if !r.json {
			r.screen().Clear()
		}
		if first := report[0]; many || first.Err != nil {
			r.show(report)
		} else {
			r.show(first.Value)
		}
		if !r.json {
			s := r.screen()
			s.Printf("%s\n", s.Dim(fmt.Sprintf("%s, every %s; Ctrl-C ends it", time.Now().Format(time.TimeOnly), r.every)))
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(r.every):
		}
	}
}

// process shows the health report of one process.
func (r *statusRun) process(ctx context.Context) error {
	t, err := r.open(ctx, r.target)
	if err != nil {
		return err
	}
	defer t.Close()
	s, response, err := t.Status(ctx)
	if err != nil {
		return err
	}
	if r.json || !response.Success {
		return r.response("lambda.status", response)
	}
	invoke.ShowStatus(r.screen(), s, t.Where)
	return nil
}

// cloneVersion returns the version of the clone, "" if it is not known.
func (c *command) cloneVersion(ctx context.Context) string {
	root, err := project.Root()
	if err != nil {
		return ""
	}
	return project.Version(ctx, root)
}
