package up

import (
	"context"
	"fmt"

	"github.com/hearthgate/hearthgate/infra/internal/deploy"
)

// deploy deploys the stack and tests it with a directive.
func (w *way) deploy(ctx context.Context) (string, error) {
	cdk := deploy.ForStage(w.Root, w.stage, w.Log)
	_, err := deploy.Prepare(ctx, cdk, w.stage, w.Out, func(problem string) bool {
		w.Out.Printf("  %s\n", problem)
		return w.ask(ctx, "  Prepare it now?") == nil
	})
	if err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", err
	}
	if w.rollout, err = deploy.RollOut(ctx, cdk, w.stage, w.account, w.Out); err != nil {
		return "", err
	}
	if err := w.rollout.Err(); err != nil {
		return "", err
	}
	w.report.Endpoint = w.rollout.Endpoint
	if w.stage.HasRelay() {
		if err := w.pair(ctx); err != nil {
			return "", err
		}
		return fmt.Sprintf("%s answers, and Home Assistant is connected with it", w.rollout.Stack), nil
	}
	return fmt.Sprintf("%s answers", w.rollout.Stack), nil
}
