// Package homestatus is how a home is: what Alexa asked for in a time and how it ended,
// what is deployed, what ends soon, and the health of one process of the function.
package homestatus

import (
	"context"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/doctor/activity"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

// A Home is the status of a stage.
type Home struct {
	Stage    string      `json:"stage"`
	Where    string      `json:"where"` // such as "hearthgate-prod in us-east-1, account 111122223333"
	Level    fleet.Level `json:"level"`
	Verdict  string      `json:"verdict"`  // one line
	Findings []Finding   `json:"findings"` // the worst first; empty if all is well

	Activity   *activity.Activity `json:"activity"`   // null if it could not be read
	Deployment *Deployment        `json:"deployment"` // null if it could not be read
	Alarms     []string           `json:"alarms"`     // that are on

	Relays []wire.Relay `json:"relays"` // whether the homes behind a relay are connected; empty without one, or if the function did not say

	CertificateDays  *int       `json:"certificate_days"`  // until the home's certificate expires; null if that is not known
	TokenDays        *int       `json:"token_days"`        // until the stored token expires; null if that is not known
	CredentialsUntil *time.Time `json:"credentials_until"` // when the AWS credentials of this machine end; null if they do not

	Process *wire.Status `json:"process"` // the health of one process; null if it did not say
}

// A Finding is something that someone should know of.
type Finding struct {
	Level fleet.Level `json:"level"`
	Text  string      `json:"text"`
	Do    string      `json:"do"` // what to do; "" if there is nothing
}

// A Deployment is what is deployed.
type Deployment struct {
	Version string    `json:"version"` // of the program; "" if that is not known
	Since   time.Time `json:"since"`   // of the last change of the stack
	Stack   string    `json:"stack"`   // its status, such as UPDATE_COMPLETE
}

// A Target is the stage whose status is read.
type Target struct {
	Stage   config.Stage
	Account *awsaccount.Account
	Since   time.Duration // of the activity, at most [activity.MaxTime]
	Clone   string        // version of the clone, with which the deployed one is compared; default: it is not compared
}

// Cost is what [Target.Read] costs for the metrics that it reads, in USD.
const Cost = 0.00005

// Read reads the status of a home. What cannot be read is a finding; only a function that
// does not exist, or an account that answers nothing, is an error. It makes about ten
// calls to AWS, one of which invokes the function.
func (t Target) Read(ctx context.Context, now time.Time) (Home, error) {
	h := Home{Stage: t.Stage.Name, Where: config.FunctionName(t.Stage.Name) + " in " + t.Account.Region + ", account " + t.Account.ID, Alarms: []string{}, Relays: []wire.Relay{}}
	f, err := t.Account.Function(ctx, config.FunctionName(t.Stage.Name), config.Alias)
	if err != nil {
		return h, err
	}
	var facts facts
	var all sync.WaitGroup
	for _, read := range []func(){
		func() { facts.activity, facts.activityErr = t.activity(ctx, f, now) },
		func() { facts.stack, facts.stackErr = t.Account.Stack(ctx, config.StackName(t.Stage.Name)) },
		func() { facts.permissions, facts.permissionsErr = t.Account.Uncallable(ctx, t.Stage) },
		func() { facts.alarms, facts.alarmsErr = t.Account.AlarmsOn(ctx, t.Stage.Name) },
		func() { facts.token, facts.tokenErr = t.token(ctx) },
		func() { facts.process, facts.response, facts.processErr = t.process(ctx) },
	} {
		all.Go(read)
	}
	all.Wait()
	if ctx.Err() != nil {
		return h, context.Cause(ctx)
	}
	if until := t.Account.Expiry(ctx); !until.IsZero() {
		h.CredentialsUntil = &until
	}
	facts.fill(&h, now)
	h.judge(t, facts, now)
	return h, nil
}

// facts is what was read, each with its own error.
type facts struct {
	activity    activity.Activity
	stack       awsaccount.Stack
	permissions []string // kinds of skill that are set and may not call the function
	alarms      []string
	token       time.Time // when it expires; the zero time if that is not known
	process     wire.Status
	response    wire.Response // to the request for the process's status

	activityErr, stackErr, permissionsErr, alarmsErr, tokenErr, processErr error
}

func (t Target) activity(ctx context.Context, f awsaccount.Function, now time.Time) (activity.Activity, error) {
	return activity.Source{Account: t.Account, Stage: t.Stage.Name, Group: f.LogGroup}.Read(ctx, t.Since, now)
}

func (t Target) process(ctx context.Context) (wire.Status, wire.Response, error) {
	return invoke.Deployed(t.Account, config.FunctionName(t.Stage.Name), config.Alias).Status(ctx)
}

// fill copies the facts into the home.
func (f facts) fill(h *Home, now time.Time) {
	if f.activityErr == nil {
		h.Activity = &f.activity
	}
	if f.stackErr == nil {
		h.Deployment = &Deployment{f.stack.Tags["hearthgate:version"], f.stack.Changed, f.stack.Status}
	}
	h.Alarms = append(h.Alarms, f.alarms...)
	if h.Activity != nil {
		h.CertificateDays = h.Activity.CertificateDays
	}
	if f.processErr == nil && f.response.Success {
		h.Process = &f.process
		h.Relays = append(h.Relays, f.process.Relays...)
		if c := f.process.Certificate; c != nil && c.Problem == "" {
			h.CertificateDays = &c.DaysLeft
		}
		if h.Deployment != nil && h.Deployment.Version == "" {
			h.Deployment.Version = f.process.Version
		}
	}
	if !f.token.IsZero() {
		const day = 24 * time.Hour
		days := int(f.token.Sub(now) / day)
		h.TokenDays = &days
	}
}

// Summary returns the status in a line. A home in trouble, or whose status is not known,
// has the exit code 1.
func (h Home) Summary() fleet.Summary {
	s := fleet.Summary{Level: h.Level, Text: h.Verdict}
	if h.Level >= fleet.Unknown {
		s.Code = 1
	}
	return s
}
