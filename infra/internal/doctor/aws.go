package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// Causes that the doctor itself finds, and looks for again.
const (
	wrongRegion = "wrong_region"
	notDeployed = "not_deployed"
)

// A Target is a stage and the account that it is deployed in.
type Target struct {
	Stage   config.Stage
	Homes   []config.Stage      // whose secrets and relays are checked, as [config.Stage.Each] returns them; default: all of them
	Pool    *awsaccount.Pool    // opens the account; default: one of its own
	Account *awsaccount.Account // set by CheckAccount

	// Silent is set by CheckStack: no directive came for days, which a directive of ours
	// would hide from the alarm of that name.
	Silent bool

	Version string // of the clone, with which the deployed one is compared; default: it is not compared

	// Build returns the SHA-256 of the program that this clone would deploy.
	// Default: it is not compared.
	Build func(context.Context) (string, error)
}

// CheckAccount checks what every other check needs: the credentials, the account, and
// the function in the region where Alexa looks for it.
func (t *Target) CheckAccount(ctx context.Context) Diagnosis {
	s := t.Stage
	credentials := check("credentials", "asking AWS whose credentials these are")
	if t.Pool == nil {
		t.Pool = new(awsaccount.Pool)
	}
	account, err := t.Pool.Open(ctx, s)
	switch {
	case awsaccount.CodeOf(err) == awsaccount.Expired:
		return []Step{credentials.failed(Account, "expired_credentials", "the AWS credentials have expired", "log in again, with `aws sso login` or as you did before")}
	case noAnswer(err), awsaccount.CodeOf(err) == awsaccount.Throttled, awsaccount.CodeOf(err) == awsaccount.Unavailable:
		return []Step{credentials.refused(err)}
	case err != nil:
		return []Step{credentials.failed(Account, "credentials", err.Error(), "log in to the AWS account that the stage is deployed in")}
	case s.Account != "" && s.Account != account.ID:
		return []Step{credentials.failed(Account, "other_account", fmt.Sprintf("the credentials are of account %s, and the stage is of %s", account.ID, s.Account), "set AWS_PROFILE to the other account")}
	}
	t.Account = account
	steps := []Step{credentials.good(account.Who)}
	return append(steps, t.function(ctx))
}

// function checks that the function exists, and looks for it in the other regions of
// Alexa.
func (t *Target) function(ctx context.Context) Step {
	s, name := t.Stage, config.FunctionName(t.Stage.Name)
	step := check("deployment", fmt.Sprintf("looking for %s in %s", name, s.Region))
	f, err := t.Account.Function(ctx, name, config.Alias)
	switch {
	case err == nil:
		return step.good(f.ARN)
	case awsaccount.CodeOf(err) != awsaccount.NotFound:
		return step.refused(err)
	}
	if _, err := t.Account.Function(ctx, name, ""); err == nil {
		return step.failed(Setup, "no_alias", fmt.Sprintf("the function has no alias %s, which the skill's endpoint names", config.Alias), "deploy the stage again")
	}
	for _, r := range alexa.Regions {
		region := r.Name
		if region == s.Region {
			continue
		}
		if _, err := t.Account.In(region).Function(ctx, name, ""); err == nil {
			return step.failed(Account, wrongRegion, fmt.Sprintf("the function is in %s, but Alexa looks for skills of %s only in %s, and reports nothing when it finds none", region, s.Locale, s.Region), "run `hearthgate deploy`, put the new endpoint into the Alexa developer console, and delete the stack in "+region)
		}
	}
	if err := t.Account.Bootstrapped(ctx); awsaccount.CodeOf(err) == awsaccount.NotFound {
		return step.failed(Account, "no_bootstrap", "nothing is deployed, and the account is not prepared for the CDK in "+s.Region, "run `hearthgate deploy --bootstrap`")
	}
	return step.failed(Account, notDeployed, "there is no function "+name+" in "+s.Region, "run `hearthgate deploy --stage "+s.Name+"`")
}

// CheckStack checks everything around the function. A failure here does not prevent
// the other checks.
func (t *Target) CheckStack(ctx context.Context) Diagnosis {
	f, err := t.Account.Function(ctx, config.FunctionName(t.Stage.Name), config.Alias)
	if err != nil {
		return []Step{check("function", "reading the function").failed(Account, "denied", err.Error(), "use credentials that may read it")}
	}
	var steps []Step
	homes := t.Homes
	if homes == nil {
		homes = t.Stage.Each()
	}
	for _, at := range homes {
		one := *t
		one.Stage = at
		steps = append(steps, Of(t.Stage, at, one.home(ctx, f))...)
	}
	steps = append(steps, t.stack(ctx), t.drift(ctx, f), t.timeout(f), t.machine(f), t.settings(f), t.code(ctx, f))
	steps = append(steps, t.permissions(ctx)...)
	return append(steps, t.alarms(ctx), t.alarmed(ctx), t.retention(ctx, f), t.directives(ctx, f), t.crashes(ctx, f))
}

// home checks what there is in AWS of one home.
func (t *Target) home(ctx context.Context, f awsaccount.Function) (steps []Step) {
	if t.Stage.NeedsToken() {
		steps = append(steps, t.parameter(ctx, "parameter", "the token", t.Stage.TokenParameterName(), "hearthgate token --stage "+t.Stage.FullName()))
	}
	if t.Stage.NeedsHeaders() {
		steps = append(steps, t.parameter(ctx, "headers_parameter", "the secret headers", t.Stage.HeadersParameterName(), "hearthgate headers --stage "+t.Stage.FullName()))
	}
	if t.Stage.NeedsClientCertificate() {
		steps = append(steps, t.parameter(ctx, "certificate_parameter", "the client certificate", t.Stage.ClientCertificateParameterName(), "hearthgate certificate --stage "+t.Stage.FullName()))
	}
	if t.Stage.HasRelay() {
		steps = append(steps, t.relay(ctx, f)...)
	}
	return steps
}

// parameter checks that a secret exists and is encrypted. Command stores it.
func (t *Target) parameter(ctx context.Context, step, what, name, command string) Step {
	s := check(step, "reading "+name)
	found, err := t.Account.Parameter(ctx, name)
	switch {
	case awsaccount.CodeOf(err) == awsaccount.NotFound:
		return s.failed(Setup, "missing_parameter", "there is no parameter with "+what+" in "+t.Account.Region, "run `"+command+"`")
	case err != nil:
		return s.refused(err)
	case found.Type != "SecureString":
		return s.failed(Setup, "parameter_type", "the parameter with "+what+" is a "+found.Type+", which is not encrypted", "run `"+command+"`, which makes it a SecureString")
	}
	return s.good(fmt.Sprintf("a SecureString, version %d", found.Version))
}

func (t *Target) timeout(f awsaccount.Function) Step {
	step := check("timeout", "reading the function's timeout")
	if f.Timeout < alexa.ReplyTimeout {
		return step.failed(Setup, "timeout", fmt.Sprintf("Lambda stops the function after %.0f s, and Alexa waits %.0f s: with a slow home Alexa gets no answer at all", f.Timeout.Seconds(), alexa.ReplyTimeout.Seconds()), "deploy the stage again, which sets "+fmt.Sprint(t.Stage.Timeout)+" s")
	}
	return step.good(f.Timeout.String())
}

// permissions checks that both kinds of skill may invoke the alias.
func (t *Target) permissions(ctx context.Context) []Step {
	name := config.FunctionName(t.Stage.Name)
	on, err := t.Account.Permissions(ctx, name, config.Alias)
	beside, err2 := t.Account.Permissions(ctx, name, "")
	if err == nil {
		err = err2
	}
	var steps []Step
	for _, kind := range []struct{ name, principal, skill string }{
		{"smart_home_permission", alexa.SmartHomePrincipal, t.Stage.SmartHomeSkillID},
		{"custom_permission", alexa.CustomSkillPrincipal, t.Stage.CustomSkillID},
	} {
		if kind.skill == "" {
			continue
		}
		step := check(kind.name, "checking whether "+kind.principal+" may invoke the alias "+config.Alias)
		if err != nil {
			steps = append(steps, step.refused(err))
			continue
		}
		steps = append(steps, permission(step, kind.principal, kind.skill, on, beside))
	}
	if len(steps) == 0 {
		step := check("permissions", "checking which skills may invoke the function")
		steps = append(steps, step.failed(Setup, "no_skill", "the stage has no skill id, so no skill may invoke the function", "write the id of the skill into the stage with `hearthgate init`, and deploy it"))
	}
	return steps
}

// permission checks that one kind of skill may invoke the alias, and looks for a
// permission that comes close.
func permission(step Step, principal, skill string, on, beside []awsaccount.Permission) Step {
	const again = "deploy the stage again, which fixes it"
	want := awsaccount.Permission{Principal: principal, Token: skill}
	if slices.Contains(on, want) {
		return step.good("with the skill id " + skill)
	}
	for _, got := range on {
		switch {
		case got.Principal == principal && got.Token == "":
			return step.failed(Setup, "any_skill", "every skill of this kind may invoke the function: the permission names no skill id", again)
		case got.Principal == principal:
			return step.failed(Setup, "other_skill", "the permission is for the skill "+got.Token+", and the stage's is "+skill, again)
		case got.Token == skill:
			return step.failed(Setup, "wrong_principal", "the skill's permission is for "+got.Principal+", and "+principal+" calls the function for this kind of skill", again)
		}
	}
	for _, got := range beside {
		if got.Principal == principal {
			return step.failed(Setup, "permission_elsewhere", "the permission is for the function, but the skill's endpoint is its alias "+config.Alias, again)
		}
	}
	return step.failed(Setup, "missing_permission", principal+" may not invoke the alias", "deploy the stage again; if nothing changes then, "+awsaccount.RemovedByHand)
}

func (t *Target) alarms(ctx context.Context) Step {
	step := check("alarms", "reading who is notified of alarms")
	found, err := t.subscriptions(ctx)
	switch {
	case err != nil:
		return step.unsure(err.Error())
	case len(found) == 0 && t.Stage.AlarmTopicARN != "":
		return step.good("no one", "nothing has subscribed to "+t.Stage.AlarmTopicARN+": subscribe an address to it in the console of SNS")
	case len(found) == 0:
		return step.good("no one", "no one is notified of an alarm: give an address with `hearthgate init --alarm-email`, and deploy")
	}
	for _, s := range found {
		if !s.Confirmed {
			return step.failed(Setup, "alarms_unconfirmed", s.Endpoint+" has not confirmed the subscription, so it gets no alarms", "follow the link in the mail from AWS Notifications, or deploy again for a new mail")
		}
	}
	return step.good(found[0].Endpoint)
}

// subscriptions returns the addresses to which the alarms are sent: none if those that
// page go to no one.
func (t *Target) subscriptions(ctx context.Context) ([]awsaccount.Subscription, error) {
	if t.Stage.AlarmTopicARN == "" {
		return t.Account.Subscriptions(ctx, config.StackName(t.Stage.Name))
	}
	found, err := t.Account.Subscribers(ctx, t.Stage.AlarmTopicARN)
	if err != nil || len(found) == 0 || t.Stage.AlarmEmail == "" {
		return found, err
	}
	mailed, err := t.Account.Subscriptions(ctx, config.StackName(t.Stage.Name))
	return append(found, mailed...), err
}

// alarmed lists the alarms that are on.
func (t *Target) alarmed(ctx context.Context) Step {
	step := check("alarms_now", "reading which alarms are on")
	prefix := config.StackName(t.Stage.Name) + "-"
	on, err := t.Account.AlarmsOn(ctx, t.Stage.Name)
	if err != nil {
		return step.unsure(err.Error())
	}
	if len(on) == 0 {
		return step.good("none")
	}
	var advice []string
	for _, name := range on {
		advice = append(advice, fmt.Sprintf("the section `%s` of infra/docs/runbook.md explains it", strings.TrimPrefix(name, prefix)))
	}
	return step.good(strings.Join(on, ", "), advice...)
}

func (t *Target) retention(ctx context.Context, f awsaccount.Function) Step {
	step := check("log", "reading how long "+f.LogGroup+" is kept")
	log, err := t.Account.LogGroup(ctx, f.LogGroup)
	switch {
	case err != nil:
		return step.unsure(err.Error())
	case log.Days == 0:
		return step.good("for ever", "the log is kept for ever, and its cost keeps growing: deploy the stage again, which sets "+fmt.Sprint(t.Stage.RetentionDays)+" days")
	}
	return step.good(fmt.Sprintf("%d days", log.Days))
}
