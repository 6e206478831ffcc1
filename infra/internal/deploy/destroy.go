package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Removal is what was deleted with a stack.
type Removal struct {
	Stack   string `json:"stack"`
	Token   bool   `json:"token_deleted"` // there was one
	Headers bool   `json:"headers_deleted"`
	Login   bool   `json:"login_deleted"` // for the skills

	Certificate bool `json:"certificate_deleted"` // a client certificate

	Removed []string `json:"of_removed_homes,omitempty"` // the names of the parameters of homes that the stage had before

	Overview        string `json:"dashboard,omitempty"`         // the stack with the dashboard of all homes, which was deleted because no other stage needs it
	OverviewProblem string `json:"dashboard_problem,omitempty"` // why it was not deleted
}

// Destroyable returns an error for a stage that is guarded against deletion.
func Destroyable(s config.Stage) error {
	if !s.Production {
		return nil
	}
	return fmt.Errorf("the stage %s is a production stage, which is guarded against deletion: write \"production\": false into its file, deploy it, and destroy it then", s.Name)
}

// Destroy deletes the stack of a stage and the parameters of its secrets, and shows on out
// how far it is. If ctx ends, the error is a [*ui.StoppedError] that says what is left.
func Destroy(ctx context.Context, cdk CDK, s config.Stage, a *awsaccount.Account, out *ui.Screen) (Removal, error) {
	r := Removal{Stack: config.StackName(s.Name)}
	if err := cdk.Ready(ctx); err != nil {
		return r, err
	}
	if err := endCertificates(ctx, s, a); err != nil {
		return r, err
	}
	if err := destroyStack(ctx, cdk, s, a, out.Steps(cdk.Verbose)); err != nil {
		return r, err
	}
	r.destroyOverview(ctx, cdk, s, out)
	var problem error
	for _, at := range s.Each() {
		token, err1 := a.DeleteParameter(ctx, at.TokenParameterName())
		headers, err2 := a.DeleteParameter(ctx, at.HeadersParameterName())
		certificate, err3 := a.DeleteParameter(ctx, at.ClientCertificateParameterName())
		r.Token, r.Headers, r.Certificate = r.Token || token, r.Headers || headers, r.Certificate || certificate
		problem = errors.Join(problem, err1, err2, err3)
	}
	var err error
	r.Login, err = a.DeleteParameter(ctx, s.LoginParameterName())
	for _, name := range []string{config.ParameterPrefix(s.Name) + config.OperationsParameter, s.PauseParameterName(), s.EndpointParameterName()} {
		_, _ = a.DeleteParameter(ctx, name) // of use to no one, and not secret
	}
	removed, err1 := a.ParametersBelow(ctx, config.ParameterPrefix(s.Name)+"/")
	for _, name := range removed {
		gone, err := a.DeleteParameter(ctx, name)
		if problem = errors.Join(problem, err); gone {
			r.Removed = append(r.Removed, name)
		}
	}
	if err := errors.Join(problem, err, err1); err != nil {
		return r, fmt.Errorf("the stack %s is deleted, but not all secrets are: %w; run `hearthgate destroy --stage %s` again", r.Stack, err, s.Name)
	}
	return r, nil
}

// endCertificates ends those of the home, whose policy AWS would not delete else.
func endCertificates(ctx context.Context, s config.Stage, a *awsaccount.Account) (problem error) {
	for _, at := range s.Each() {
		if !at.HasRelay() {
			continue
		}
		policy := relay.HomeClient(at.RelayName())
		all, err := a.Certificates(ctx, policy)
		if err != nil && awsaccount.CodeOf(err) != awsaccount.NotFound {
			problem = errors.Join(problem, err)
		}
		for _, c := range all {
			problem = errors.Join(problem, a.EndCertificate(ctx, c, policy))
		}
	}
	return problem
}

// destroyOverview deletes the dashboard of all homes if the stage is in it and the other
// stages of the clone need none. What fails of it is no failure of the stage.
func (r *Removal) destroyOverview(ctx context.Context, cdk CDK, s config.Stage, out *ui.Screen) {
	layout, err := project.Layout()
	o, shared := layout.Overview(s.Name)
	if err != nil || !shared || layout.Without(s.Name).Shares(o) {
		return
	}
	steps := out.Steps(cdk.Verbose)
	steps.Begin("deleting the dashboard of all homes, which no other stage needs")
	err = cdk.Run(ctx, "destroy", o.StackName(), "--force")
	steps.End(err)
	if r.Overview = o.StackName(); err != nil {
		r.Overview, r.OverviewProblem = "", err.Error()
	}
}

func destroyStack(ctx context.Context, cdk CDK, s config.Stage, a *awsaccount.Account, steps *ui.Steps) error {
	stack := config.StackName(s.Name)
	before, err := wait(ctx, a, stack, steps)
	again := "`hearthgate destroy --stage " + s.Name + "`"
	if ctx.Err() != nil {
		return &ui.StoppedError{Left: "nothing was deleted; " + again + " begins again"}
	}
	if err != nil || before.hidden == nil && !before.exists {
		return err
	}
	steps.Begin("deleting " + stack)
	w := newWatch(ctx, a, stack, 0, steps)
	err = w.run(ctx, func() error { return cdk.Run(ctx, "destroy", stack, "--force") })
	steps.End(err)
	switch text := w.failure(nil); {
	case ctx.Err() != nil:
		return &ui.StoppedError{Left: "if CloudFormation has begun to delete " + stack + ", it goes on; the secrets are not deleted yet: " + again + " waits for it and deletes them"}
	case err != nil && text != "":
		return withReason(err, fmt.Sprintf("%s is not deleted: %s; remove the cause and run %s again", stack, text, again))
	}
	return err
}

// Show writes for a person what was deleted and what is left.
func (r Removal) Show(to *ui.Screen) {
	to.Printf("%s %s and its secrets\n", to.Good("deleted"), r.Stack)
	if len(r.Removed) > 0 {
		to.Printf("%s the secrets of homes that the stage no longer has: %s\n", to.Good("deleted"), strings.Join(r.Removed, ", "))
	}
	switch {
	case r.Overview != "":
		to.Printf("%s %s, the dashboard of all homes, which no other stage of this clone needs\n", to.Good("deleted"), r.Overview)
	case r.OverviewProblem != "":
		to.Printf("%s The dashboard of all homes is not deleted: %s. Delete it in the console of CloudFormation.\n", to.Bold("!"), r.OverviewProblem)
	}
	to.Printf("Left for you to delete: the skill in the Alexa developer console, the token in Home Assistant (your profile, Security), and, if nothing else in the account uses the CDK, the stack CDKToolkit. infra/docs/uninstall.md says how.\n")
}
