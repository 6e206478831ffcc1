package deploy

import (
	"context"
	"errors"
	"fmt"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Removal is what was deleted with a stack.
type Removal struct {
	Stack   string `json:"stack"`
	Token   bool   `json:"token_deleted"` // there was one
	Headers bool   `json:"headers_deleted"`
}

// Destroyable returns an error for a stage that is guarded against deletion.
func Destroyable(s config.Stage) error {
	if !s.Production {
		return nil
	}
	return fmt.Errorf("the stage %s is a production stage, which is guarded against deletion: write \"production\": false into its file, deploy it, and destroy it then", s.Name)
}

// Destroy deletes the stack of a stage and the parameters of its secrets.
func Destroy(ctx context.Context, cdk CDK, s config.Stage, a *awsaccount.Account) (Removal, error) {
	r := Removal{Stack: config.StackName(s.Name)}
	if err := cdk.Ready(ctx); err != nil {
		return r, err
	}
	if err := cdk.Run(ctx, "destroy", r.Stack, "--force"); err != nil {
		return r, err
	}
	var err1, err2 error
	r.Token, err1 = a.DeleteParameter(ctx, s.TokenParameterName())
	r.Headers, err2 = a.DeleteParameter(ctx, s.HeadersParameterName())
	_, _ = a.DeleteParameter(ctx, config.ParameterPrefix(s.Name)+config.OperationsParameter) // of use to no one, and not secret
	return r, errors.Join(err1, err2)
}

// Show writes for a person what was deleted and what is left.
func (r Removal) Show(to *ui.Screen) {
	to.Printf("deleted %s; the skill in the Alexa developer console and the token in Home Assistant are left for you to delete\n", r.Stack)
}
