package deploy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/deploy/iampolicy"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Check is one thing that a deployment needs.
type Check struct {
	Name    string `json:"name"`
	Found   string `json:"found,omitempty"`
	Warning string `json:"warning,omitempty"` // what will not work, though it can be deployed
	Problem string `json:"problem,omitempty"` // why it cannot be deployed
}

// bootstrap is the name of the check that the account is prepared for the CDK.
const bootstrap = "bootstrap"

// bootstrapStack is the stack with what the CDK needs in an account.
const bootstrapStack = "CDKToolkit"

// Preflight checks what a deployment of the stage needs. It returns the account if
// the credentials are good for one.
func Preflight(ctx context.Context, s config.Stage) (*awsaccount.Account, []Check) {
	var checks []Check
	add := func(c Check) { checks = append(checks, c) }
	add(Check{Name: "region", Found: fmt.Sprintf("%s, where Alexa looks for skills of %s", s.Region, s.Locale)})
	account, err := new(awsaccount.Pool).Open(ctx, s)
	if err != nil {
		add(Check{Name: "credentials", Problem: err.Error()})
		return nil, checks
	}
	if s.Account != "" && s.Account != account.ID {
		add(Check{Name: "account", Problem: fmt.Sprintf("the stage belongs to the account %s, and the credentials are of %s: set AWS_PROFILE to the other account", s.Account, account.ID)})
		return account, checks
	}
	add(Check{Name: "credentials", Found: account.Who})
	add(rights(ctx, s, account))
	prepared := Check{Name: bootstrap, Found: "the account is prepared for the CDK"}
	if err := account.Bootstrapped(ctx); err != nil {
		prepared = Check{Name: bootstrap, Problem: err.Error()}
	}
	add(prepared)
	for _, at := range s.Each() {
		of := ""
		if at.HomeName() != "" {
			of = " of " + at.HomeName()
		}
		for _, needed := range at.StoredSecrets() {
			add(secret(ctx, account, needed.Command+of, needed.Parameter, "hearthgate "+needed.Command+" --stage "+at.FullName()))
		}
	}
	if s.AnyRelay() {
		add(endpoint(ctx, s, account))
	}
	checks = append(checks, paired(ctx, s, account)...)
	skills := Check{Name: "skills", Found: "permission for the skills of the stage"}
	if s.SmartHomeSkillID == "" && s.CustomSkillID == "" {
		skills = Check{Name: "skills", Warning: "no skill may call the function: both skill ids of the stage are empty"}
	}
	add(skills)
	return account, checks
}

// rights checks that IAM allows the person what a deployment needs. What the CDK could do
// in another way, and what only other commands need, is a warning.
func rights(ctx context.Context, s config.Stage, a *awsaccount.Account) Check {
	if a.Root() {
		return Check{Name: "rights", Found: "all of them: these are the credentials of the account's root user, which are better kept for emergencies"}
	}
	gaps, err := iampolicy.For(s, a.ID, iampolicy.Deploy).Missing(ctx, a)
	if err != nil {
		return Check{Name: "rights", Found: "not checked: IAM does not say to these credentials what they may do"}
	}
	var missing []string
	blocking := false
	for _, g := range gaps {
		missing = append(missing, g.Action+" on "+g.Resource)
		blocking = blocking || g.Action == "sts:AssumeRole" || g.Action == "ssm:GetParameter"
	}
	text := fmt.Sprintf("these credentials lack %s: attach the policy that `hearthgate iam-policy --stage %s` prints", strings.Join(missing, ", "), s.Name)
	switch {
	case blocking:
		return Check{Name: "rights", Problem: text}
	case len(missing) > 0:
		return Check{Name: "rights", Warning: text}
	}
	return Check{Name: "rights", Found: "everything that a deployment needs"}
}

// endpoint writes the host of the account's broker where CloudFormation reads it.
func endpoint(ctx context.Context, s config.Stage, a *awsaccount.Account) Check {
	host, err := a.RelayEndpoint(ctx)
	name := s.EndpointParameterName()
	if err == nil {
		var before string
		before, err = a.Text(ctx, name)
		if awsaccount.CodeOf(err) == awsaccount.NotFound || err == nil && before != host {
			err = a.PutText(ctx, name, host, "Host of AWS IoT Core, over which the home is reached")
		}
	}
	if err != nil {
		return Check{Name: "relay", Problem: err.Error()}
	}
	return Check{Name: "relay", Found: host}
}

// paired checks that no home is paired whose relay the deployment deletes: AWS does not
// delete what a certificate uses.
func paired(ctx context.Context, s config.Stage, a *awsaccount.Account) (checks []Check) {
	f, err := a.Function(ctx, config.FunctionName(s.Name), config.Alias)
	if err != nil {
		return nil // nothing is deployed, or a check of its own says so
	}
	deployed := []string{""}
	if homes := f.Environment[config.EnvHomes]; homes != "" {
		deployed = append(deployed, strings.Split(homes, ",")...)
	}
	for _, home := range deployed {
		at, there := s.At(home)
		if f.Environment[config.HomeVariable(config.EnvConnection, home)] != string(config.Relay) || there && at.HasRelay() {
			continue
		}
		name := config.FullName(s.Name, home)
		all, err := a.Certificates(ctx, relay.HomeClient(config.RelayName(s.Name, home)))
		switch {
		case awsaccount.CodeOf(err) == awsaccount.NotFound || err == nil && len(all) == 0:
		case err != nil:
			checks = append(checks, Check{Name: "relay", Problem: err.Error()})
		default:
			checks = append(checks, Check{Name: "relay", Problem: fmt.Sprintf("the home is still paired, and AWS does not delete what its certificate uses: run `hearthgate pair --stage %s --revoke all`, then deploy again", name)})
		}
	}
	return checks
}

// secret checks that a parameter exists and is encrypted, and names the command that
// stores it.
func secret(ctx context.Context, a *awsaccount.Account, what, name, command string) Check {
	p, err := a.Parameter(ctx, name)
	switch {
	case awsaccount.CodeOf(err) == awsaccount.NotFound:
		return Check{Name: what, Problem: fmt.Sprintf("there is no parameter %s in %s: run `%s`", name, a.Region, command)}
	case err != nil:
		return Check{Name: what, Problem: err.Error()}
	case p.Type != "SecureString":
		return Check{Name: what, Problem: fmt.Sprintf("the parameter %s is a %s, which is not encrypted: run `%s`, which makes it a SecureString", name, p.Type, command)}
	}
	return Check{Name: what, Found: fmt.Sprintf("%s, version %d", name, p.Version)}
}

// Prepare checks what a deployment of the stage needs, shows it on out, and returns
// the account. An account that is not prepared for the CDK is prepared if consent,
// which is given the problem, returns true.
func Prepare(ctx context.Context, cdk CDK, s config.Stage, out *ui.Screen, consent func(problem string) bool) (*awsaccount.Account, error) {
	steps := out.Steps(cdk.Verbose)
	if !cdk.Installed() {
		steps.Begin("installing the CDK into this clone")
	}
	if err := cdk.Ready(ctx); err != nil {
		steps.End(err)
		return nil, err
	}
	steps.Begin("checking the account and the stage")
	account, checks := Preflight(ctx, s)
	steps.End(nil)
	if ctx.Err() != nil {
		return nil, nothingDeployed(s)
	}
	for i, c := range checks {
		if c.Name != bootstrap || c.Problem == "" || !consent(c.Problem) {
			continue
		}
		if err := prepareAccount(ctx, cdk, account, steps); err != nil {
			return nil, err
		}
		checks[i] = Check{Name: bootstrap, Found: "the account is now prepared for the CDK"}
	}
	showChecks(out, checks)
	var problems []error
	for _, c := range checks {
		if c.Problem != "" {
			problems = append(problems, fmt.Errorf("%s: %s", c.Name, c.Problem))
		}
	}
	if len(problems) > 0 {
		return nil, &NotReadyError{s.Name, problems}
	}
	return account, nil
}

// prepareAccount prepares the account for the CDK.
func prepareAccount(ctx context.Context, cdk CDK, a *awsaccount.Account, steps *ui.Steps) error {
	w := newWatch(ctx, a, bootstrapStack, 0, steps)
	w.step = "preparing the account for the CDK"
	steps.Begin(w.step)
	err := w.run(ctx, func() error { return cdk.Bootstrap(ctx, a.ID, a.Region) })
	steps.End(err)
	if ctx.Err() != nil {
		return &ui.StoppedError{Left: "nothing was deployed. CloudFormation may go on with preparing the account, which can be repeated at any time: `hearthgate deploy --bootstrap`"}
	}
	if err == nil {
		return nil
	}
	reason := cmp.Or(w.failure(nil), err.Error())
	if who, action, on := awsaccount.Denial(details(err)).Missing(); action != "" {
		reason = fmt.Sprintf("%s may not do %s on %s. Have an administrator of the account run `hearthgate deploy --bootstrap` once; for what comes after it the policy of `hearthgate iam-policy` is enough", cmp.Or(who, a.Who), action, cmp.Or(on, "*"))
	}
	return withReason(err, "the account could not be prepared for the CDK: "+reason)
}

// nothingDeployed returns the error of a deployment that was stopped before it began.
func nothingDeployed(s config.Stage) error {
	return &ui.StoppedError{Left: "nothing was deployed; `hearthgate deploy --stage " + s.Name + "` begins again"}
}

// A NotReadyError says that a stage cannot be deployed yet, and everything that is
// missing for it.
type NotReadyError struct {
	Stage    string
	Problems []error
}

func (e *NotReadyError) Error() string {
	all := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		all[i] = p.Error()
	}
	return fmt.Sprintf("%s cannot be deployed: %s", e.Stage, strings.Join(all, "; "))
}

// Short is the error for a person to whom the checks were shown.
func (e *NotReadyError) Short() error {
	return fmt.Errorf("%s cannot be deployed yet: what is missing is marked with - above", e.Stage)
}

// showChecks shows the checks: all of them if there is a problem, else what a person should
// know.
func showChecks(to *ui.Screen, checks []Check) {
	problem := slices.ContainsFunc(checks, func(c Check) bool { return c.Problem != "" })
	t := to.Table("")
	for _, c := range checks {
		switch {
		case c.Problem != "":
			t.Row(to.Bad("-")+" "+c.Name, c.Problem)
		case c.Warning != "":
			t.Row(to.Bold("!")+" "+c.Name, c.Warning)
		case problem:
			t.Row(to.Good("+")+" "+c.Name, c.Found)
		}
	}
	t.Flush()
}
