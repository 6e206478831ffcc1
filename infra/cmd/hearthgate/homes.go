package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

// homeFlags are the flags of a command that is for one home or for many.
type homeFlags struct {
	stage string // one name, or several with commas between them
	all   bool

	names func() []string // that complete the flag; default: those of the stages
}

// inLines is what most commands do with all stages.
const inLines = "all stages, in a line each, the worst first"

// add adds the flags to a command. Value is the stage that it is for without them, and all
// is what the flag of that name does.
func (f *homeFlags) add(cmd *cobra.Command, value, all string) {
	cmd.Flags().StringVar(&f.stage, "stage", value, "the `stage`, a file in "+config.StagesDir+"; several with commas between them")
	cmd.Flags().BoolVar(&f.all, "all", false, all)
	names := f.names
	if names == nil {
		names = project.StageNames
	}
	err := cmd.RegisterFlagCompletionFunc("stage", func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return completedStages(typed, names()), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // the flag exists: it was added above
	}
}

// completedStages returns how a list of stages can go on, without those in it.
func completedStages(typed string, names []string) []string {
	before := typed[:strings.LastIndex(typed, ",")+1]
	var all []string
	for _, name := range names {
		if !slices.Contains(strings.Split(before, ","), name) {
			all = append(all, before+name)
		}
	}
	return all
}

// stages returns the stages that a command is for, and whether it is for many: then it
// writes a line a home, or a list with --json.
func (f homeFlags) stages(cmd *cobra.Command) (names []string, many bool, err error) {
	if !f.all {
		for name := range strings.SplitSeq(f.stage, ",") {
			if name = strings.TrimSpace(name); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		return names, strings.Contains(f.stage, ","), nil
	}
	if cmd.Flags().Changed("stage") {
		return nil, false, errors.New("--all is every stage, and --stage names some of them: use only one of them")
	}
	folder, err := project.Stages()
	if err != nil {
		return nil, false, err
	}
	if names = folder.Names(); len(names) == 0 {
		return nil, false, fmt.Errorf("there is no stage in %s yet: describe your home with `hearthgate init`", folder.Path)
	}
	return names, true, nil
}

// A home is the result of a command for one home, for a person too.
type home interface {
	fleet.Home
	shown
}

// forHomes runs a command for one home, or side by side for many, and shows what came of
// it.
func forHomes[T home](ctx context.Context, c *command, doing string, stages []string, many bool, do func(context.Context, string) (T, error)) error {
	if many {
		return sideBySide(ctx, c, doing, stages, do)
	}
	result, err := do(ctx, stages[0])
	if err != nil {
		return err
	}
	c.show(result)
	if code := result.Summary().Code; code != 0 {
		return exit(code)
	}
	return nil
}

// sideBySide runs a command for several homes at a time, shows what came of it, and
// returns the exit code of the worst.
func sideBySide[T fleet.Home](ctx context.Context, c *command, doing string, stages []string, do func(context.Context, string) (T, error)) error {
	return sideBySideBy(ctx, c, 0, doing, stages, do)
}

// sideBySideBy is sideBySide for at most so many homes at a time; 0 stands for the usual.
func sideBySideBy[T fleet.Home](ctx context.Context, c *command, most int, doing string, stages []string, do func(context.Context, string) (T, error)) error {
	r, err := gather(ctx, c.errScreen(), most, doing, stages, do)
	if err != nil {
		return err
	}
	return conclude(c, r)
}

// inTurn runs a command for one home after the other, up to the first that fails, and
// shows what came of it.
func inTurn[T fleet.Home](ctx context.Context, c *command, stages []string, do func(context.Context, string) (T, error)) error {
	s := c.errScreen()
	r, err := fleet.Run[T]{Stages: stages, Do: do, Progress: func(done int, stage string) {
		s.Printf("%s\n", s.Bold(fmt.Sprintf("%s, %d of %d", stage, done+1, len(stages))))
	}}.InTurn(ctx)
	if err != nil {
		return err
	}
	return conclude(c, r)
}

// gather runs a command for several homes at a time, and shows its progress.
func gather[T fleet.Home](ctx context.Context, to *ui.Screen, most int, doing string, stages []string, do func(context.Context, string) (T, error)) (fleet.Report[T], error) {
	steps := to.Steps(false)
	steps.Begin(doing + " " + fleet.Count(len(stages)))
	r, err := fleet.Run[T]{Stages: stages, Do: do, Most: most, Progress: func(done int, _ string) {
		steps.Detail(fmt.Sprintf("%d of %d", done, len(stages)))
	}}.SideBySide(ctx)
	steps.End(err)
	return r, err
}

// conclude shows a report and returns its exit code.
func conclude[T fleet.Home](c *command, r fleet.Report[T]) error {
	c.show(r)
	if code := r.Code(); code != 0 {
		return exit(code)
	}
	return nil
}
