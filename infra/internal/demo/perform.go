package demo

import (
	"context"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Perform runs the directives as [Run] does and shows each on out, or nothing if
// silent. What happens before the first is on progress.
func Perform(ctx context.Context, o Options, out, progress *ui.Screen, silent bool) (Report, error) {
	steps := progress.Steps(false)
	o.Progress = func(text string) {
		step, far, _ := strings.Cut(text, ": ")
		steps.Begin(step)
		if far != "" {
			steps.Detail(far)
		}
	}
	o.Show = func(s Step) {
		steps.End(nil)
		if !silent {
			s.Show(out)
		}
	}
	r, err := Run(ctx, o)
	steps.End(err)
	return r, err
}
