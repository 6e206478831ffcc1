package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	switch err := r.deleteParameters(ctx, s, a); {
	case ctx.Err() != nil:
		return r, &ui.StoppedError{Left: r.Stack + " is deleted, but not all secrets are: `hearthgate destroy --stage " + s.Name + "` deletes them"}
	case err != nil:
		return r, fmt.Errorf("the stack %s is deleted, but not all secrets are: %w; run `hearthgate destroy --stage %s` again", r.Stack, err, s.Name)
	}
	return r, nil
}

// deleteParameters deletes what commands have stored for the stage, also for homes that it
// had before; without the right to list that, it deletes the secrets of the homes that it
// has.
func (r *Removal) deleteParameters(ctx context.Context, s config.Stage, a *awsaccount.Account) error {
	prefix, known := config.ParameterPrefix(s.Name), s.SecretParameters()
	for i := range known {
		known[i] = prefix + known[i]
	}
	names, problem := a.ParametersBelow(ctx, prefix+"/")
	if problem != nil {
		names = known
	}
	for _, name := range names {
		gone, err := a.DeleteParameter(ctx, name)
		if problem = errors.Join(problem, err); !gone {
			continue
		}
		r.Token = r.Token || strings.HasSuffix(name, config.TokenParameter)
		r.Headers = r.Headers || strings.HasSuffix(name, config.HeadersParameter)
		r.Certificate = r.Certificate || strings.HasSuffix(name, config.ClientCertificateParameter)
		r.Login = r.Login || strings.HasSuffix(name, config.LoginParameter)
		if strings.HasPrefix(name, prefix+config.HomesPath) && !slices.Contains(known, name) {
			r.Removed = append(r.Removed, name)
		}
	}
	return problem
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
