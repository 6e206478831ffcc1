package setup

import (
	"context"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// An Allowance says until when a deployed function runs operations that change
// something.
type Allowance struct {
	Stage     string    `json:"stage"`
	Parameter string    `json:"parameter"`
	Until     time.Time `json:"until"`
}

// AllowOperations lets the deployed function of a stage run operations that change
// something, from now on and for [config.MaxOperations], and has it read that.
func AllowOperations(ctx context.Context, s config.Stage, a *awsaccount.Account, t *invoke.Target, now time.Time) (Allowance, error) {
	allowed := Allowance{
		Stage: s.Name, Parameter: config.ParameterPrefix(s.Name) + config.OperationsParameter,
		Until: now.Add(config.MaxOperations).UTC().Truncate(time.Second),
	}
	err := a.PutText(ctx, allowed.Parameter, allowed.Until.Format(time.RFC3339), "Until when the function runs operations that change something")
	if err != nil {
		return allowed, err
	}
	if err := t.Reload(ctx); err != nil {
		return allowed, fmt.Errorf("the parameter %s allows it until %s, but the function was not asked to read it: %w", allowed.Parameter, allowed.Until.Local().Format("15:04"), err)
	}
	return allowed, nil
}

// Show writes for a person what is allowed.
func (a Allowance) Show(to *ui.Screen) {
	to.Printf("%s until %s: operations that change something, on the stage %s\n", to.Good("allowed"), a.Until.Local().Format("15:04"), a.Stage)
}
